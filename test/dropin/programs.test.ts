/**
 * Typical programs of zeromq.js: they run alike over npm zeromq and over the drop-in door, from one and the same text.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as ours from "./door-programs.ts";
import * as theirs from "./programs.ts";

function body(name: string): string {
	const text = readFileSync(new URL(name, import.meta.url), "utf8");
	return text.slice(text.indexOf("\nexport"));
}

describe("programs for zeromq.js", () => {
	test("compile and run over the door by a change of the import alone", () => {
		expect(body("door-programs.ts")).toBe(body("programs.ts"));
	});

	test.each(["pushPull", "publish", "requestReply", "queued", "observed"] as const)("%s gives the same over both", async (name) => {
		const [expected, given] = [Reflect.get(theirs, name), Reflect.get(ours, name)].map((program) => (program as () => unknown)());
		expect(await given).toEqual(await expected);
	});

	test("a class of an own type reaches options by number", () => {
		expect(new ours.Own({ linger: 0 }).linkedType).toBe(new theirs.Own({ linger: 0 }).linkedType);
	});

	test("import gives named exports and a default", async () => {
		const door = await import("@zloom/core/zeromq");
		expect(door.default.Push).toBe(door.Push);
		expect(ours.options.context).toBe(door.context);
	});
});
