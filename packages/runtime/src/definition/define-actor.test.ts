import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import type { ActorError } from "../errors.ts";
import { defineActor, definedNames, findDefinition, findDefinitionElsewhere } from "./define-actor.ts";

const setup = (): object => ({});
const refusal = (code: string): ActorError => expect.objectContaining({ code }) as ActorError;

test("a definition is found by the URL of its module and its name, whatever a loader appends to the URL", () => {
	const definition = defineActor({ url: "file:///app/a.js?t=1#x" } as ImportMeta, "A", setup);
	expect(definition.module).toBe("file:///app/a.js");
	expect(findDefinition("file:///app/a.js?t=2", "A")).toBe(definition);
	expect(findDefinition("file:///app/a.js", "B")).toBeUndefined();
	expect(definedNames("file:///app/a.js")).toEqual(["A"]);
});

test("CommonJS passes its file name", () => {
	expect(defineActor("/app/b c.cjs", "A", setup).module).toBe(pathToFileURL("/app/b c.cjs").href);
});

test("what cannot be imported by other threads, names and setups that are none, and wrong options are refused", () => {
	expect(() => defineActor(undefined as unknown as string, "A", setup)).toThrow(refusal("ERR_MODULE"));
	expect(() => defineActor("[eval]", "A", setup)).toThrow(refusal("ERR_MODULE"));
	expect(() => defineActor({} as ImportMeta, "A", setup)).toThrow(refusal("ERR_MODULE"));
	expect(() => defineActor(import.meta, "", setup)).toThrow(refusal("ERR_BAD_OPTION"));
	expect(() => defineActor(import.meta, "A", {} as typeof setup)).toThrow(refusal("ERR_BAD_OPTION"));
	for (const highWaterMark of [0, 1, 1.5, Number.NaN])
		expect(() => defineActor(import.meta, "A", setup, { highWaterMark })).toThrow(refusal("ERR_BAD_OPTION"));
});

test("two actors of one module need two names; a module that is evaluated twice defines its actors again", () => {
	const once = { url: "file:///app/twice.js" } as ImportMeta;
	defineActor(once, "A", setup);
	expect(() => defineActor(once, "A", () => ({ other: 1 }))).toThrow(refusal("ERR_DUPLICATE_DEFINITION"));
	const again = defineActor({ url: "file:///app/twice.js" } as ImportMeta, "A", () => ({ other: 1 }));
	expect(findDefinition("file:///app/twice.js", "A")).toBe(again);
});

test("a name alone finds a definition of another module, when there is only one", () => {
	const definition = defineActor({ url: "file:///app/only.js" } as ImportMeta, "Only", setup);
	expect(findDefinitionElsewhere("file:///elsewhere/only.js", "Only")).toBe(definition);
	expect(findDefinitionElsewhere("file:///app/only.js", "Only")).toBeUndefined();
	defineActor({ url: "file:///app/another.js" } as ImportMeta, "Only", setup);
	expect(findDefinitionElsewhere("file:///elsewhere/only.js", "Only")).toBeUndefined();
});
