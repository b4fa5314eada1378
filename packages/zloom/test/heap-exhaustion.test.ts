/**
 * What isolates from heap exhaustion: a process. For a worker thread V8 mostly ends the thread, on a main thread always the process.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cluster } from "@zloom/cluster";
import { createSystem, type System } from "@zloom/runtime";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Counter, Hog, Sleeper } from "./fixtures/actors.ts";

const NODE = fileURLToPath(new URL("./fixtures/single-thread-node.mjs", import.meta.url));
let folder: string;
let node: ChildProcess | undefined;
let system: System | undefined;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "zloom-heap-"));
});

afterEach(async () => {
	await system?.stop();
	node?.kill("SIGKILL");
	rmSync(folder, { recursive: true });
});

it("an actor of an ipc:// node that exhausts the heap takes that process with it and no other: what waits settles with ERR_NODE_DOWN", async () => {
	const endpoint = `ipc://${folder}/node.sock`;
	node = spawn(process.execPath, ["--max-old-space-size=64", NODE, endpoint], { stdio: ["ignore", "pipe", "ignore"] });
	const ended = once(node, "exit");
	await once(node.stdout as NodeJS.ReadableStream as never, "data");
	system = await createSystem({ threads: 1, remote: cluster() });
	const here = await system.spawn(Counter, { args: [1] });
	const hog = await system.spawn(Hog, { at: `${endpoint}/hog` });
	const beside = await system.spawn(Sleeper, { at: `${endpoint}/beside` });
	const stream = beside.stream.drip()[Symbol.asyncIterator]();
	expect(await stream.next()).toEqual({ done: false, value: 1 });
	const settled = await Promise.allSettled([hog.ask.fill(), beside.ask.sleep(), stream.next()]);
	expect(settled).toMatchObject(settled.map(() => ({ status: "rejected", reason: { code: "ERR_NODE_DOWN" } })));
	expect((await hog.exited).kind).toBe("node");
	expect(await ended).not.toEqual([0, null]);
	expect(await here.ask.get()).toBe(1);
});
