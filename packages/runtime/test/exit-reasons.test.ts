/**
 * Each way to fail ends in a reason of its own, and it reads the same for the main thread, for an actor of another thread and
 * for another node.
 */
import { type ActorRef, createSystem, type ExitReason, type System } from "@zloom/runtime";
import { afterEach, expect, test } from "vitest";
import { Counter } from "./fixtures/counter.ts";
import { WireRemote } from "./fixtures/joined-systems.ts";

const systems: System[] = [];
afterEach(async () => {
	for (const system of systems.splice(0)) await system.stop();
});

const NEAR = "tcp://127.0.0.1:17011";
const FAR = "tcp://127.0.0.1:17012";

async function nodes(): Promise<[near: System, far: System]> {
	const far = await createSystem({ threads: 2, remote: new WireRemote(FAR) });
	systems.push(far);
	const near = await createSystem({ threads: 0, remote: new WireRemote(NEAR) });
	systems.push(near);
	return [near, far];
}

const error = { name: "OutOfStock", code: "E_STOCK" };
/** The way out of a thread that ends is structured clone, which keeps no class. */
const outside = { code: "E_STOCK" };
type Doomed = ActorRef<{
	fail(text: string): void;
	failLater(text: string): void;
	failAfter(ms: number): void;
	throwOutside(): void;
	rejectOutside(): void;
	exit(code: number): void;
}>;
const ends: [string, (doomed: Doomed, system: System) => unknown, ExitReason][] = [
	["a handler that throws", (doomed) => doomed.tell.fail("x"), { kind: "error", how: "threw", error }],
	["a handler whose promise rejects", (doomed) => doomed.tell.failLater("x"), { kind: "error", how: "rejected", error }],
	["a timer that throws", (doomed) => doomed.tell.failAfter(1), { kind: "error", how: "threw", error }],
	["an uncaught exception", (doomed) => doomed.tell.throwOutside(), { kind: "thread", how: "uncaught", error: outside }],
	["an unhandled rejection", (doomed) => doomed.tell.rejectOutside(), { kind: "thread", how: "uncaught", error: outside }],
	["process.exit", (doomed) => doomed.tell.exit(7), { kind: "thread", how: "exit", exitCode: 7 }],
	["a thread that is terminated", (_doomed, system) => system.killThread(0), { kind: "thread", how: "terminated" }],
];

test.each(ends)("%s", async (_what, fail, reason) => {
	const [near, far] = await nodes();
	const doomed = await far.spawn(Counter, { args: [0], at: "inproc://doomed", thread: 0, restart: "temporary" });
	const watcher = await far.spawn(Counter, { args: [0], thread: 1 });
	const remote = near.ref(Counter, `${FAR}/doomed`);
	await remote.ask.get();
	const fromFar = remote.exited;
	await watcher.ask.noteEnd(doomed as never);
	await fail(doomed as unknown as Doomed, far);
	expect(await doomed.exited).toMatchObject(reason);
	expect(await fromFar).toMatchObject(reason);
	let notes: unknown[] = [];
	while (notes.length === 0) notes = await watcher.ask.notes();
	expect(notes[0]).toMatchObject(reason);
});
