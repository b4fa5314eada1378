/**
 * The two modules that are compared: npm zeromq (libzmq itself) and the drop-in door, loaded as a CommonJS program loads them.
 *
 * A scenario is a function of the module: what it observes must be equal for both. What is different on purpose stands in
 * differences.test.ts, each with its reason.
 */
import { createRequire } from "node:module";
import { expect, test } from "vitest";

export type Zeromq = typeof import("zeromq");
export type Draft = typeof import("zeromq/draft.js");

const require = createRequire(import.meta.url);

/** Both draft doors warn when they are loaded. */
function quietly<T>(load: () => T): T {
	const { emitWarning } = process;
	process.emitWarning = () => {};
	try {
		return load();
	} finally {
		process.emitWarning = emitWarning;
	}
}

export const native: Zeromq = require("zeromq") as Zeromq;
export const door: Zeromq = require("@zloom/core/zeromq") as Zeromq;
export const nativeDraft: Draft = quietly(() => require("zeromq/draft") as Draft);
export const doorDraft: Draft = quietly(() => require("@zloom/core/zeromq/draft") as Draft);

/** The scenario sees the same of both. */
export function same(name: string, scenario: (zmq: Zeromq, draft: Draft) => unknown): void {
	test(name, async () => {
		const expected = await scenario(native, nativeDraft);
		expect(await scenario(door, doorDraft)).toEqual(expected);
	});
}
