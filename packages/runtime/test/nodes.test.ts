import { createSystem, type System } from "@zloom/runtime";
import { afterEach, beforeEach, expect, test } from "vitest";
import { errorOf } from "./actor.contract.ts";
import { Counter, Small } from "./fixtures/counter.ts";
import { WireRemote } from "./fixtures/joined-systems.ts";

const A = "tcp://a:1";
const B = "tcp://b:1";
let remotes: { a: WireRemote; b: WireRemote };
let here: System;
let there: System;

beforeEach(async () => {
	remotes = { a: new WireRemote(A), b: new WireRemote(B) };
	here = await createSystem({ threads: 1, remote: remotes.a });
	there = await createSystem({ threads: 1, remote: remotes.b });
});
afterEach(() => Promise.all([here.stop({ timeoutMs: 100 }), there.stop({ timeoutMs: 100 })]));

test("an actor is spawned at a node by address, and used as any other", async () => {
	const ref = await here.spawn(Counter, { args: [3], at: `${B}/counter` });
	expect(ref.address).toBe(`${B}/counter`);
	await ref.tell.add(4);
	expect(await ref.ask.get()).toBe(7);
	expect(await there.ref(Counter, "inproc://counter").ask.get()).toBe(7);
	expect(await here.ref(Counter, `${B}/counter`).ask.get()).toBe(7);
	const items: number[] = [];
	for await (const item of ref.stream.upTo(300)) items.push(item);
	expect(items).toHaveLength(300);
	expect(await errorOf(ref.ask.fail("gone"))).toMatchObject({
		message: "gone",
		code: "E_STOCK",
		cause: expect.any(TypeError) as TypeError,
	});
	expect(await ref.stop()).toEqual({ kind: "stopped" });
	expect((await errorOf(there.ref(Counter, "inproc://counter").ask.get())).code).toBe("ERR_UNKNOWN_ACTOR");
});

test("names belong to the node, and an actor without a name is reached by the address that it was given", async () => {
	await here.spawn(Counter, { args: [1], at: "inproc://same" });
	await here.spawn(Counter, { args: [2], at: `${B}/same` });
	expect(await here.ref(Counter, "inproc://same").ask.get()).toBe(1);
	expect(await here.ref(Counter, `${B}/same`).ask.get()).toBe(2);
	expect((await errorOf(here.spawn(Counter, { args: [3], at: `${B}/same` }))).code).toBe("ERR_NAME_TAKEN");
	expect((await errorOf(here.ref(Counter, `${B}/nobody`).ask.get())).code).toBe("ERR_UNKNOWN_ACTOR");
	const unnamed = await here.spawn(Counter, { args: [4], on: B });
	expect(await here.ref(Counter, unnamed.address).ask.get()).toBe(4);
});

test("credit works across nodes, also with an actor that was not spawned from here", async () => {
	await there.spawn(Small, { at: "inproc://small" });
	const ref = here.ref(Small, `${B}/small`);
	for (let i = 0; i < 100; i++) await ref.tell.take(i);
	expect(await ref.ask.taken()).toEqual(Array.from({ length: 100 }, (_, i) => i));
	await here.spawn(Small, { at: `${B}/own` });
	const own = here.ref(Small, `${B}/own`);
	for (let i = 0; i < 100; i++) void own.tell.take(i);
	expect(await own.ask.taken()).toHaveLength(100);
});

test("refs cross nodes: each side calls the other's actor, from worker thread to worker thread", async () => {
	const mine = await here.spawn(Counter, { args: [1] });
	const theirs = await here.spawn(Counter, { args: [2], on: B });
	expect(await theirs.ask.askOther(mine)).toBe(1);
	expect(await mine.ask.askOther(theirs)).toBe(2);
	await mine.ask.askToTellBack(theirs);
	await theirs.ask.get();
	let notes: unknown[] = [];
	while (notes.length === 0) notes = await mine.ask.notes();
	expect(notes).toHaveLength(1);
});

test("an actor on a worker thread spawns and addresses actors at a node", async () => {
	const parent = await here.spawn(Counter, { args: [5] });
	const child = await parent.ask.spawnChild({ at: `${B}/child` });
	expect(child.address).toBe(`${B}/child`);
	expect(await here.ref(Counter, `${B}/child`).ask.get()).toBe(6);
	await parent.stop();
	expect((await child.exited).kind).toBe("stopped");
});

test("a lost connection settles every ask, stream, held tell and watch with the node's end, on all threads", async () => {
	const ref = await here.spawn(Counter, { args: [0], at: `${B}/counter` });
	const mine = await here.spawn(Counter, { args: [0] });
	await mine.ask.watchOther(ref as never);
	const small = await here.spawn(Small, { on: B });
	const waiting = [
		errorOf(ref.ask.hang()),
		errorOf(
			ref.stream
				.upTo(10)
				.next()
				.then(() => ref.ask.get()),
		),
		errorOf(small.ask.block()),
	];
	while (small.try.take(1) === "accepted");
	waiting.push(errorOf(small.tell.take(1)));
	const fromThread = errorOf(mine.ask.askOther(small as never));
	remotes.a.cut(B);
	for (const error of await Promise.all(waiting)) expect(error.code).toBe("ERR_NODE_DOWN");
	expect(["ERR_NODE_DOWN", "ERR_UNKNOWN_METHOD"]).toContain((await fromThread).code);
	expect((await ref.exited).kind).toBe("node");
	let notes: unknown[] = [];
	while (notes.length === 0) notes = await mine.ask.notes();
	expect(notes).toEqual(["node"]);
});

test("a ref by address finds the actor again after the connection came back", async () => {
	await there.spawn(Counter, { args: [9], at: "inproc://stays" });
	const ref = here.ref(Counter, `${B}/stays`);
	expect(await ref.ask.get()).toBe(9);
	const hanging = errorOf(ref.ask.hang());
	remotes.a.cut(B);
	expect((await hanging).code).toBe("ERR_NODE_DOWN");
	expect(await ref.ask.get()).toBe(9);
});

test("the death of a thread at the node is told as that", async () => {
	const ref = await here.spawn(Counter, { args: [0], on: B });
	const other = await here.spawn(Counter, { args: [0], on: B });
	const hanging = errorOf(other.ask.hang());
	expect((await errorOf(ref.ask.exit(1))).code).toMatch(/ERR_(THREAD|NODE)_DOWN/);
	expect((await hanging).code).toMatch(/ERR_(THREAD|NODE)_DOWN/);
	const again = await here.spawn(Counter, { args: [1], on: B });
	expect(await again.ask.get()).toBe(1);
});

test("a pool and a pipeline spread over nodes", async () => {
	const pool = await here.pool(Counter, { size: 4, on: ["inproc://", B], routing: "broadcast", args: [1] });
	const addresses = (await pool.ask.self()).map((ref) => ref.address.split("/~")[0]);
	expect(addresses.filter((address) => address === B.slice(0, address?.length))).toHaveLength(2);
	await pool.stop();
	const items = here.pipeline([1, 2, 3]).through(Counter, { parallel: 2, on: [B], handler: "echo", args: [0] });
	const got: unknown[] = [];
	for await (const item of items) got.push(item);
	expect(got).toEqual([1, 2, 3]);
});

test("a node that does not allow a module refuses to import it for others", async () => {
	const closed = await createSystem({ threads: 1, remote: new WireRemote("tcp://c:1"), modules: () => false });
	// A module of this process that its main thread knows already is not imported anew; a name that nobody knows is.
	const Unknown = { ...Counter, module: "file:///nowhere/secret.js", name: "Secret" };
	expect((await errorOf(here.spawn(Unknown, { args: [1], on: "tcp://c:1" }))).code).toBe("ERR_MODULE");
	await closed.stop();
});

test.each([
	["an empty envelope", []],
	["a short header", [Buffer.from([1, 2, 3])]],
	["another version", [Buffer.alloc(40, 9)]],
	["an unknown kind", [Buffer.from([1, 99, ...new Array(38).fill(0)])]],
	["a spawn for a worker thread", [Buffer.from([1, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, ...new Array(28).fill(0)])]],
	["a thread number out of range", [Buffer.from([1, 1, 0, 0, ...new Array(16).fill(0), 255, 255, 255, 255, ...new Array(16).fill(0)])]],
])("a node that sends %s is disconnected, and nothing else suffers", async (_what, frames) => {
	const ref = await here.spawn(Counter, { args: [1], at: `${B}/counter` });
	const hanging = errorOf(ref.ask.hang());
	remotes.a.sendRaw(B, frames);
	expect((await hanging).code).toBe("ERR_NODE_DOWN");
	const again = await here.spawn(Counter, { args: [2], on: B });
	expect(await again.ask.get()).toBe(2);
	const own = await there.spawn(Counter, { args: [3] });
	expect(await own.ask.get()).toBe(3);
});

test("what waits for a node that does not answer keeps its own timeout and signal", async () => {
	const mute = new WireRemote("tcp://mute:1");
	mute.dial = () => new Promise(() => {});
	const sys = await createSystem({ threads: 0, remote: mute });
	const ref = sys.ref(Counter, "tcp://nowhere:1/counter");
	expect((await errorOf(ref.with({ timeoutMs: 20 }).ask.get())).code).toBe("ERR_TIMEOUT");
	const controller = new AbortController();
	const waiting = [
		errorOf(ref.with({ signal: controller.signal }).ask.get()),
		errorOf(ref.with({ signal: controller.signal }).stream.upTo(1).next()),
	];
	controller.abort();
	for (const error of await Promise.all(waiting)) expect(error.code).toBe("ERR_CANCELLED");
	const open = [errorOf(ref.ask.get()), errorOf(ref.stream.upTo(1).next())];
	await sys.stop();
	for (const error of await Promise.all(open)) expect(error.code).toBe("ERR_SYSTEM_STOPPED");
});
