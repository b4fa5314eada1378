import { type ActorRef, createSystem, type System } from "@zloom/runtime";
import { type HandlersOf, toEndpoint } from "@zloom/runtime/comlink";
import { proxy, type Remote, releaseProxy, wrap } from "comlink";
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from "vitest";
import { errorOf } from "./actor.contract.ts";
import { Counter } from "./fixtures/counter.ts";

let system: System;
beforeAll(async () => {
	system = await createSystem({ threads: 1 });
});
afterAll(() => system.stop());

function wrapped<H>(ref: ActorRef<H>): Remote<HandlersOf<ActorRef<H>>> {
	return wrap<HandlersOf<ActorRef<H>>>(toEndpoint(ref));
}

describe.each(["main", 0] as const)("an actor on thread %s, wrapped by comlink", (thread) => {
	test("is called by the names and types of its handlers", async () => {
		const counter = wrapped(await system.spawn(Counter, { args: [1], thread }));
		await counter.add(41);
		const value = await counter.get();
		expectTypeOf(value).toEqualTypeOf<number>();
		expect(value).toBe(42);
		expect(await counter.echo({ list: [new Date(1), new Map([[1, 2]])] })).toEqual({ list: [new Date(1), new Map([[1, 2]])] });
	});

	test("rejects with the handler's error: class name, code and cause", async () => {
		const counter = wrapped(await system.spawn(Counter, { args: [1], thread }));
		const error = await errorOf(counter.fail("none left"));
		expect(error).toMatchObject({ name: "OutOfStock", message: "none left", code: "E_STOCK" });
		expect(error.cause).toBeInstanceOf(TypeError);
	});

	test("settles every call that waits when it ends, and refuses those that come later", async () => {
		const ref = await system.spawn(Counter, { args: [1], thread });
		const counter = wrapped(ref);
		const waiting = [errorOf(counter.hang()), errorOf(counter.hang())];
		await ref.kill();
		for (const error of await Promise.all(waiting)) expect(error.code).toBe("ERR_ACTOR_DOWN");
		expect((await errorOf(counter.get())).code).toBe("ERR_ACTOR_DOWN");
	});
});

describe("an endpoint of an actor", () => {
	test("settles its calls when the thread of the actor dies", async () => {
		const counter = wrapped(await system.spawn(Counter, { args: [1], thread: 0, restart: "temporary" }));
		const [dying, waiting] = [errorOf(counter.exit(1)), errorOf(counter.hang())];
		expect((await dying).code).toBe("ERR_THREAD_DOWN");
		expect((await waiting).code).toBe("ERR_THREAD_DOWN");
	});

	test("leaves the actor as it is when its proxy is released", async () => {
		const ref = await system.spawn(Counter, { args: [7], thread: "main" });
		const counter = wrapped(ref);
		expect(await counter.get()).toBe(7);
		counter[releaseProxy]();
		expect(await ref.ask.get()).toBe(7);
	});

	test("takes a timeout and a signal for its calls", async () => {
		const ref = await system.spawn(Counter, { args: [7], thread: "main" });
		const controller = new AbortController();
		const patient = wrap<HandlersOf<typeof ref>>(toEndpoint(ref, { signal: controller.signal }));
		const waiting = errorOf(patient.hang());
		const late = wrap<HandlersOf<typeof ref>>(toEndpoint(ref, { timeoutMs: 1 }));
		expect((await errorOf(late.hang())).code).toBe("ERR_TIMEOUT");
		controller.abort();
		expect((await waiting).code).toBe("ERR_CANCELLED");
		expect(() => toEndpoint(ref, { timeoutMs: -1 })).toThrow(/timeoutMs/);
		expect(() => toEndpoint({} as ActorRef)).toThrow(/needs a ref/);
	});

	test("refuses what an actor has not: properties, constructors, unknown and nested names, proxies as arguments", async () => {
		const counter = wrapped(await system.spawn(Counter, { args: [7], thread: "main" })) as unknown as Record<string, unknown> & {
			new (): Promise<unknown>;
			get: Promise<unknown>;
			echo(value: unknown): Promise<unknown>;
			nothing(): Promise<unknown>;
			deep: { down(): Promise<unknown> };
		};
		expect((await errorOf(counter.get)).code).toBe("ERR_WRONG_KIND");
		expect((await errorOf(new counter())).code).toBe("ERR_WRONG_KIND");
		expect((await errorOf(counter.deep.down())).code).toBe("ERR_WRONG_KIND");
		expect((await errorOf(counter.nothing())).code).toBe("ERR_UNKNOWN_METHOD");
		expect(await errorOf(counter.echo(proxy(() => 1)))).toMatchObject({
			code: "ERR_NOT_SENDABLE",
			message: expect.stringContaining("Argument 0 of echo is a comlink proxy") as string,
		});
	});
});
