/**
 * Actors across real processes that are stopped, killed and frozen.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ClusterOptions, cluster } from "@zloom/cluster";
import { createSystem, type System } from "@zloom/runtime";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Counter, Echo, Relay, Sleeper } from "./fixtures/actors.ts";
import { type NodeProcess, startNode } from "./node-process.ts";

let folder: string;
let systems: System[] = [];
let processes: NodeProcess[] = [];

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "zloom-nodes-"));
});

afterEach(async () => {
	await Promise.all(systems.map((system) => system.stop()));
	await Promise.all(processes.map((process) => process.kill("SIGKILL")));
	systems = [];
	processes = [];
	rmSync(folder, { recursive: true });
});

async function system(options: ClusterOptions = {}): Promise<System> {
	const made = await createSystem({ threads: 1, remote: cluster(options) });
	systems.push(made);
	return made;
}

async function node(listen = "tcp://127.0.0.1:*", ...more: string[]) {
	const started = await startNode(listen, ...more);
	processes.push(started.process);
	return started;
}

describe.each(["tcp", "ipc"])("a node killed over %s", (scheme) => {
	const endpoint = (): string => (scheme === "tcp" ? "tcp://127.0.0.1:*" : `ipc://${folder}/node.sock`);

	it("settles every pending ask and stream with ERR_NODE_DOWN, at once", async () => {
		const far = await node(endpoint());
		// Heartbeats are too slow to notice it within the time of the test.
		const near = await system({ heartbeatIntervalMs: 100_000, deadAfterMs: 1_000_000 });
		const sleeper = await near.spawn(Sleeper, { at: `${far.endpoint}/sleeper` });
		const asking = [...Array(100)].map(() => sleeper.ask.sleep());
		const streaming = [...Array(20)].map(async () => {
			for await (const item of sleeper.stream.drip()) expect(item).toBe(1);
		});
		expect(await sleeper.ask.asked()).toBe(100);
		const settled = Promise.allSettled([...asking, ...streaming]);
		await far.process.kill("SIGKILL");
		const codes = (await settled).map((result) => (result.status === "rejected" ? (result.reason as { code: string }).code : "answered"));
		expect(codes).toEqual(codes.map(() => "ERR_NODE_DOWN"));
		expect(codes.length).toBe(120);
		expect((await sleeper.exited).kind).toBe("node");
		await expect(sleeper.ask.asked()).rejects.toMatchObject({ code: "ERR_NODE_DOWN" });
		await expect(near.spawn(Sleeper, { at: `${far.endpoint}/again` })).rejects.toMatchObject({ code: "ERR_NODE_DOWN" });
	});

	it("comes back as another life that knows nothing of the first", async () => {
		const first = await node(endpoint());
		const near = await system();
		const address = `${first.endpoint}/counter`;
		const before = await near.spawn(Counter, { args: [1], at: address });
		const pid = await before.ask.pid();
		await first.process.kill("SIGKILL");
		// Sent before the death was heard of, or after: either way not to the next life.
		await Promise.allSettled([before.tell.note(1), before.tell.note(2)]);
		expect((await before.exited).kind).toBe("node");
		await node(first.endpoint);
		await expect(near.ref(Counter, address).ask.get()).rejects.toMatchObject({ code: "ERR_UNKNOWN_ACTOR" });
		const after = await near.spawn(Counter, { args: [2], at: address });
		expect(await after.ask.get()).toBe(2);
		expect(await after.ask.noted()).toEqual([]);
		expect(await after.ask.pid()).not.toBe(pid);
	});
});

it("every ask settles once, answered or down, whenever the node is killed", async () => {
	const near = await system();
	for (let round = 0; round < 5; round++) {
		const far = await node(`ipc://${folder}/node.sock`);
		const echo = await near.spawn(Echo, { at: `${far.endpoint}/echo` });
		const asked: Promise<unknown>[] = [];
		let answered = 0;
		let down: { code: string } | undefined;
		while (down === undefined) {
			const asking = echo.ask.echo(asked.length).then(
				() => (answered += 1),
				(error) => (down = error),
			);
			asked.push(asking);
			if (asked.length % 50 !== 0) continue;
			await Promise.race(asked.slice(-50));
			if (answered > round * 100) far.process.child.kill("SIGKILL");
		}
		const results = await Promise.all(asked);
		expect(results.length).toBe(asked.length);
		expect(down.code).toBe("ERR_NODE_DOWN");
		expect(results.filter((result) => typeof result === "object").every((error) => (error as typeof down)?.code === "ERR_NODE_DOWN")).toBe(
			true,
		);
		await far.process.ended;
	}
});

it("a node that is stopped settles what is asked of it", async () => {
	const far = await node();
	const near = await system();
	const sleeper = await near.spawn(Sleeper, { at: `${far.endpoint}/sleeper` });
	const asking = expect(sleeper.ask.sleep()).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_(NODE|ACTOR)_DOWN$/) });
	await sleeper.ask.asked();
	expect(await far.process.kill("SIGTERM")).toMatchObject({ code: 0, stderr: "" });
	await asking;
	await sleeper.exited;
});

it("a node that hangs is down after its heartbeats, and usable again when it goes on", async () => {
	const far = await node();
	const near = await system({ heartbeatIntervalMs: 100, deadAfterMs: 2000 });
	const sleeper = await near.spawn(Sleeper, { at: `${far.endpoint}/sleeper` });
	const asking = expect(sleeper.ask.sleep()).rejects.toMatchObject({ code: "ERR_NODE_DOWN" });
	await sleeper.ask.asked();
	far.process.child.kill("SIGSTOP");
	await asking;
	far.process.child.kill("SIGCONT");
	const again = await near.spawn(Echo, { at: `${far.endpoint}/echo` });
	expect(await again.ask.echo("back")).toBe("back");
});

it("two nodes: actors on one talk to actors on the other, by a ref that was sent to them", async () => {
	const [one, two] = await Promise.all([node(), node(`ipc://${folder}/two.sock`)]);
	const near = await system();
	const counter = await near.spawn(Counter, { args: [10], at: `${two.endpoint}/counter` });
	const relay = await near.spawn(Relay, { at: `${one.endpoint}/relay` });
	expect(await relay.ask.forward(counter as never, 5)).toBe(15);
	expect(await counter.ask.get()).toBe(15);
	expect(new Set([await counter.ask.pid(), process.pid]).size).toBe(2);
});

it("actors without a name go to the nodes of a list in turn", async () => {
	const nodes = await Promise.all([node(), node()]);
	const near = await system();
	const refs = await Promise.all(
		[1, 2, 3, 4].map((start) => near.spawn(Counter, { args: [start], on: nodes.map(({ endpoint }) => endpoint) })),
	);
	const pids = await Promise.all(refs.map((ref) => ref.ask.pid()));
	expect(new Set(pids)).toEqual(new Set(nodes.map(({ process: { child } }) => child.pid)));
	expect(await Promise.all(refs.map((ref) => ref.ask.get()))).toEqual([1, 2, 3, 4]);
});

it("two systems reach the same actor by its address, and both hear of its end", async () => {
	const far = await node();
	const [one, two] = await Promise.all([system(), system()]);
	const spawned = await one.spawn(Counter, { args: [0], at: `${far.endpoint}/shared` });
	const found = two.ref(Counter, `${far.endpoint}/shared`);
	await Promise.all([spawned.ask.add(1), found.ask.add(2)]);
	expect(await found.ask.get()).toBe(3);
	const ended = found.exited;
	await spawned.stop();
	expect((await ended).kind).toBe("stopped");
});

it("a node lives on when a process that asks it is killed", async () => {
	const far = await node();
	const near = await system();
	const sleeper = await near.spawn(Sleeper, { at: `${far.endpoint}/sleeper` });
	const script = fileURLToPath(new URL("./fixtures/dialler.mjs", import.meta.url));
	const asker = spawn(process.execPath, ["--import", "tsx", script, `${far.endpoint}/sleeper`], { stdio: ["ignore", "pipe", "inherit"] });
	await once(asker.stdout, "data");
	asker.kill("SIGKILL");
	await once(asker, "close");
	expect(await sleeper.ask.asked()).toBe(1);
	await sleeper.kill();
});

it("refuses modules outside of the allowed folders", async () => {
	const far = await node("tcp://127.0.0.1:*", "--allow", folder);
	const near = await system();
	await expect(near.spawn(Echo, { at: `${far.endpoint}/echo` })).rejects.toMatchObject({
		code: "ERR_MODULE",
		message: expect.stringContaining("actors.ts"),
	});
});
