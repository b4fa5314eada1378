/**
 * Contexts across threads: a worker joins one by its namespace, and the metadata of messages crosses with them.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Context, Dealer, Pull, Router } from "@zloom/core";
import { holds, sharedMemoryUse } from "@zloom/core/internal";
import { afterEach, expect, it } from "vitest";

const workers: Worker[] = [];

afterEach(async () => {
	await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

function thread(program: string, workerData: unknown): Worker {
	const source = `
		import { parentPort, workerData } from "node:worker_threads";
		import { Context, Dealer, Push } from ${JSON.stringify(import.meta.resolve("@zloom/core"))};
		${program}
	`;
	const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { workerData });
	workers.push(worker);
	return worker;
}

it("a worker joins a context by its namespace, given or generated, and reaches nobody of another one", async () => {
	await using named = new Context({ namespace: "test.threads", socketOptions: { linger: 0 } });
	await using generated = new Context({ socketOptions: { linger: 0 } });
	const pulls = [named, generated].map((context) => new Pull({ context }));
	await using everybodys = new Pull({ linger: 0 });
	for (const pull of [...pulls, everybodys]) await pull.bind("inproc://context-threads");
	thread(
		`for (const namespace of workerData) {
			const push = new Push({ context: new Context({ namespace }) });
			push.connect("inproc://context-threads");
			await push.send(namespace);
		}`,
		[named.namespace, generated.namespace],
	);
	const [first, second] = pulls as [Pull, Pull];
	expect(String(await first.receive())).toBe("test.threads");
	expect(String(await second.receive())).toBe(generated.namespace);
	expect([first, second, everybodys].map((pull) => pull.tryReceive())).toEqual([undefined, undefined, undefined]);
});

it("the metadata of a message tells who sent it, on both sides of two threads", async () => {
	await using router = new Router({ linger: 0, metadata: { "X-Side": "main" } });
	await router.bind("inproc://metadata-threads");
	const worker = thread(
		`const dealer = new Dealer({ routingId: "worker 1", metadata: { "X-Side": "worker" } });
		dealer.connect("inproc://metadata-threads");
		await dealer.send("hello");
		const { message, metadata } = await dealer.withMetadata.receive();
		parentPort.postMessage([String(message), metadata.socketType, metadata.peerAddress, String(metadata.properties.get("x-side"))]);`,
		undefined,
	);
	const { message, metadata } = await router.withMetadata.receive();
	expect(message.map(String)).toEqual(["worker 1", "hello"]);
	expect([metadata.socketType, String(metadata.routingId), metadata.peerAddress]).toEqual([
		"DEALER",
		"worker 1",
		"inproc://metadata-threads",
	]);
	expect(String(metadata.properties.get("x-side"))).toBe("worker");
	const told = once(worker, "message");
	await router.send([message[0], "welcome"]);
	expect(await told).toEqual([["welcome", "ROUTER", "inproc://metadata-threads", "main"]]);
});

it("a Dealer of the default context does not see names of a context, whichever thread binds them", async () => {
	await using hidden = new Context({ namespace: "test.hidden" });
	await using pull = new Pull({ context: hidden });
	await pull.bind("inproc://hidden");
	const worker = thread(
		`const lost = new Dealer({ linger: 0 });
		lost.connect("inproc://hidden");
		const found = new Push({ context: new Context({ namespace: "test.hidden" }) });
		found.connect("inproc://hidden");
		await lost.send("to nobody");
		await found.send("found");
		parentPort.postMessage("sent");`,
		undefined,
	);
	const sent = once(worker, "message");
	expect(String(await pull.receive())).toBe("found");
	await sent;
	expect(pull.tryReceive()).toBeUndefined();
	await using dealer = new Dealer({ linger: 0 });
	dealer.connect("inproc://hidden");
	await dealer.send("to nobody either");
	expect(pull.tryReceive()).toBeUndefined();
});

it("a context that is terminated leaves no name behind in shared memory, and holds nothing", async () => {
	const before = sharedMemoryUse().names;
	for (let round = 0; round < 50; round++) {
		const context = new Context({ socketOptions: { linger: 0 } });
		for (const name of ["a", "b", "c"]) await new Pull({ context }).bind(`inproc://${name}`);
		const lost = new Dealer({ context });
		lost.connect("inproc://nobody");
		expect(sharedMemoryUse().names).toBe(before + 3);
		await context.terminate();
		expect(sharedMemoryUse().names).toBe(before);
	}
	expect(holds()).toBe(0);
});
