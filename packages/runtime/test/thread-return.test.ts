/**
 * Actors whose thread died: they come back under their address, with fresh state, and every ref finds them.
 */
import { type ActorRef, createSystem, type System, type SystemOptions } from "@zloom/runtime";
import { afterEach, describe, expect, test } from "vitest";
import { errorOf } from "./actor.contract.ts";
import { Counter } from "./fixtures/counter.ts";
import { WireRemote } from "./fixtures/joined-systems.ts";

const systems: System[] = [];
async function start(options: SystemOptions): Promise<System> {
	const system = await createSystem(options);
	systems.push(system);
	return system;
}
afterEach(async () => {
	for (const system of systems.splice(0)) await system.stop();
});

type CounterRef = Awaited<ReturnType<typeof counterOn>>;
function counterOn(system: System, thread: number, at?: string) {
	return system.spawn(Counter, { args: [5], thread, ...(at !== undefined && { at }) });
}

describe("an actor whose thread died", () => {
	test.each([
		["with a name", "inproc://named"],
		["without a name", undefined],
	] as const)("comes back with fresh state, %s, and every ref to it goes on", async (_how, at) => {
		const system = await start({ threads: 2 });
		const ref = await counterOn(system, 0, at);
		const elsewhere = await counterOn(system, 1);
		const byAddress = system.ref(Counter, ref.address);
		await ref.ask.add(2);
		expect(await elsewhere.ask.askOther(ref)).toBe(7);
		for (let death = 0; death < 3; death++) {
			await system.killThread(0);
			expect(await ref.ask.get()).toBe(5);
			expect(await byAddress.ask.get()).toBe(5);
			expect(await elsewhere.ask.askOther(ref)).toBe(5);
			expect(await elsewhere.ask.askOther(byAddress)).toBe(5);
			expect(((await ref.ask.self()) as CounterRef).address).toBe(ref.address);
			await ref.ask.add(1);
		}
		expect(await ref.stop()).toEqual({ kind: "stopped" });
		expect((await errorOf(byAddress.ask.get())).code).toMatch(/ERR_(UNKNOWN_ACTOR|ACTOR_DOWN)/);
	});

	test("settles the asks, streams and waiting tells that were in hand, and takes those that come next", async () => {
		const system = await start({ threads: 1, mailboxMessages: 2 });
		const ref = await counterOn(system, 0);
		const hanging = errorOf(ref.ask.hang());
		const told = Array.from({ length: 5 }, () => ref.tell.add(1));
		const waiting = told.slice(3).map(errorOf);
		const stream = errorOf(ref.stream.never().next());
		const killed = system.killThread(0);
		expect((await hanging).code).toBe("ERR_THREAD_DOWN");
		const next = [ref.tell.add(3), ref.ask.get()] as const;
		for (const error of await Promise.all(waiting)) expect(error.code).toBe("ERR_THREAD_DOWN");
		expect((await stream).code).toBe("ERR_THREAD_DOWN");
		expect(await next[1]).toBe(8);
		await killed;
	});

	test("keeps its name: nobody else gets it meanwhile", async () => {
		const system = await start({ threads: 1 });
		const ref = await counterOn(system, 0, "inproc://kept");
		await system.killThread(0);
		expect((await errorOf(counterOn(system, 0, "inproc://kept"))).code).toBe("ERR_NAME_TAKEN");
		expect(await system.ref(Counter, "inproc://kept").ask.get()).toBe(5);
		await ref.kill();
		expect(await (await counterOn(system, 0, "inproc://kept")).ask.get()).toBe(5);
	});

	test("is found by refs that other actors were given before and after, and by what it had sent", async () => {
		const system = await start({ threads: 2 });
		const [ref, holder] = [await counterOn(system, 0), await counterOn(system, 1)];
		await holder.ask.note(ref);
		await ref.ask.askToTellBack(holder as never);
		let notes: unknown[] = [];
		await system.killThread(0);
		await holder.ask.note(ref);
		notes = await holder.ask.notes();
		const refs = notes.filter((note) => typeof note === "object") as CounterRef[];
		expect(refs).toHaveLength(2);
		for (const given of refs) expect(await given.ask.get()).toBe(5);
		await ref.tell.askToTellBack(holder as never);
		while (notes.filter((note) => typeof note === "object").length < 2) notes = await holder.ask.notes();
		expect(await holder.ask.askOther(refs[0] as CounterRef)).toBe(5);
	});

	test("ends what it had spawned on other threads, and its setup may spawn that again", async () => {
		const system = await start({ threads: 2 });
		const parent = await counterOn(system, 0);
		const child = await parent.ask.spawnChild({ at: "inproc://child", thread: 1 });
		const nameless = await parent.ask.spawnChild({});
		await system.killThread(0);
		expect(await child.exited).toEqual({ kind: "killed" });
		expect((await nameless.exited).kind).toBe("thread");
		expect((await parent.ask.spawnChild({ at: "inproc://child", thread: 1 })).address).toBe("inproc://child");
	});

	test("that is temporary stays dead", async () => {
		const system = await start({ threads: 1 });
		const ref = await system.spawn(Counter, { args: [0], restart: "temporary" });
		await system.killThread(0);
		expect((await ref.exited).kind).toBe("thread");
		expect((await errorOf(ref.ask.get())).code).toBe("ERR_THREAD_DOWN");
	});

	test("is given up after more deaths than its intensity, and says why", async () => {
		const system = await start({ threads: 2 });
		const ref = await system.spawn(Counter, { args: [0], thread: 0, restart: { intensity: 1, periodMs: 2 ** 30 } });
		expect((await errorOf(ref.ask.exit(1))).code).toBe("ERR_THREAD_DOWN");
		expect(await ref.ask.get()).toBe(0);
		await system.killThread(0);
		expect((await ref.exited).kind).toBe("thread");
		expect((await errorOf(ref.ask.get())).code).toBe("ERR_THREAD_DOWN");
	});

	test("can be killed, and its system stopped, while it waits to come back", async () => {
		const system = await start({ threads: 1 });
		const restart = { backoffMs: 2 ** 30, backoffMaxMs: 2 ** 30 };
		const [one, two] = [await system.spawn(Counter, { args: [0], restart }), await system.spawn(Counter, { args: [0], restart })];
		await system.killThread(0);
		const asks = [errorOf(one.ask.get()), errorOf(two.ask.get())] as const;
		expect(await one.kill()).toEqual({ kind: "killed" });
		expect((await asks[0]).code).toBe("ERR_ACTOR_DOWN");
		await system.stop();
		expect((await asks[1]).code).toMatch(/ERR_(ACTOR_DOWN|SYSTEM_STOPPED)/);
		expect((await two.exited).kind).toBe("stopped");
	});

	test("comes back for refs of another node, too, on its main and on its worker threads", async () => {
		const [a, b] = ["tcp://127.0.0.1:17001", "tcp://127.0.0.1:17002"] as const;
		const [here] = [await start({ threads: 1, remote: new WireRemote(a) }), await start({ threads: 1, remote: new WireRemote(b) })];
		const there = systems[1] as System;
		const named = await counterOn(there, 0, "inproc://far");
		const far = here.ref(Counter, `${b}/far`);
		const local = await counterOn(here, 0);
		expect(await far.ask.get()).toBe(5);
		const self = (await far.ask.self()) as ActorRef<{ get(): number }>;
		expect(await local.ask.askOther(far)).toBe(5);
		await named.ask.add(1);
		const hanging = errorOf(far.ask.hang());
		await there.killThread(0);
		expect((await hanging).code).toBe("ERR_THREAD_DOWN");
		expect(await far.ask.get()).toBe(5);
		expect(await self.ask.get()).toBe(5);
		expect(await local.ask.askOther(far)).toBe(5);
		expect(await local.ask.askOther(self)).toBe(5);
	});
});
