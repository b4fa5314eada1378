import { type ActorRef, createSystem } from "@zloom/runtime";
import { expect, expectTypeOf, test } from "vitest";
import { WordCounter } from "./fixtures/word-counter.ts";
import { Work } from "./fixtures/worker.ts";

/**
 * What the compiler knows. Each `@ts-expect-error` is checked by `npm run types`: it fails when the line compiles.
 */
test("the handlers of an actor type its refs from end to end", async () => {
	await using system = await createSystem({ threads: 1 });
	const counter = await system.spawn(WordCounter, { args: [3], at: "inproc://counter" });
	await counter.tell.add("to be or not to be, that is the question: that");
	const top = await counter.ask.top(1);
	expectTypeOf(top).toEqualTypeOf<[string, number][]>();
	expect(top).toEqual([["that", 2]]);
	for await (const [word, n] of counter.stream.entries()) {
		expectTypeOf(word).toEqualTypeOf<string>();
		expectTypeOf(n).toEqualTypeOf<number>();
	}
	expectTypeOf(await counter.with({ timeoutMs: 500 }).ask.top(1)).toEqualTypeOf<[string, number][]>();
	expectTypeOf(counter.try.add("x")).toEqualTypeOf<"accepted" | "full" | "down">();
	expectTypeOf(system.ref(WordCounter, "inproc://counter")).toEqualTypeOf(counter);
});

test("what does not fit the handlers does not compile, and is refused at run time", async () => {
	await using system = await createSystem({ threads: 0 });
	const counter = await system.spawn(WordCounter, { args: [3] });
	// @ts-expect-error an argument of another type
	await expect(counter.ask.add(7)).rejects.toBeInstanceOf(TypeError);
	// @ts-expect-error a stream cannot be asked
	await expect(counter.ask.entries()).rejects.toMatchObject({ code: "ERR_WRONG_KIND" });
	// @ts-expect-error a plain handler cannot be streamed
	await expect(counter.stream.top(1).next()).rejects.toMatchObject({ code: expect.stringMatching(/ERR_/) as string });
	// @ts-expect-error no such handler
	await expect(counter.ask.nothing()).rejects.toMatchObject({ code: expect.stringMatching(/ERR_/) as string });
	// @ts-expect-error the arguments of setup are required
	await expect(system.spawn(WordCounter, {})).resolves.toBeDefined();
	// @ts-expect-error and have types
	await expect(system.spawn(WordCounter, { args: ["3"] })).resolves.toBeDefined();
});

test("pools and pipelines carry the types of their handlers", async () => {
	await using system = await createSystem({ threads: 0 });
	const one = await system.pool(Work, { size: 2, args: [{}] });
	expectTypeOf(await one.ask.tag(1)).toEqualTypeOf<string>();
	const all = await system.pool(Work, { size: 2, routing: "broadcast", args: [{}] });
	expectTypeOf(await all.ask.tag(1)).toEqualTypeOf<string[]>();
	const doubled = system.pipeline([1, 2]).through(Work, { parallel: 1, args: [{}] });
	for await (const n of doubled) expectTypeOf(n).toEqualTypeOf<number>();
	for await (const tag of doubled.through(Work, { parallel: 1, handler: "tag", args: [{}] })) expectTypeOf(tag).toEqualTypeOf<string>();
	// @ts-expect-error the items are strings, the handler takes numbers
	system.pipeline(["a"]).through(Work, { parallel: 1, args: [{}] });
	expectTypeOf<ActorRef<{ get(): number }>["ask"]["get"]>().toEqualTypeOf<() => Promise<number>>();
});
