/**
 * The patterns over inproc between threads: subscriptions, requests, groups and routing ids cross a lane as they cross a wire.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Publisher, Radio, Reply, Server, XPublisher } from "@zloom/core";
import { afterEach, expect, it, vi } from "vitest";

const workers: Worker[] = [];

afterEach(async () => {
	await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

/** A thread that runs `program` and posts what it finds. */
function thread(program: string): Worker {
	const source = `
		import { parentPort } from "node:worker_threads";
		import { Client, Dish, Request, Subscriber } from ${JSON.stringify(import.meta.resolve("@zloom/core"))};
		${program}
	`;
	const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
	workers.push(worker);
	return worker;
}

it("a SUB of another thread gets what it has subscribed to, and its end unsubscribes", async () => {
	await using xpub = new XPublisher({ linger: 0 });
	await xpub.bind("inproc://pattern-threads-pub");
	const worker = thread(`
		const sub = new Subscriber();
		sub.subscribe("a", "b");
		sub.connect("inproc://pattern-threads-pub");
		parentPort.postMessage([...(await sub.receive()), ...(await sub.receive())].map(String));
	`);
	const notices = [await xpub.receive(), await xpub.receive()].map(String).sort();
	expect(notices).toEqual(["\x01a", "\x01b"]);
	for (const topic of ["a1", "c1", "b1"]) await xpub.send([topic, "body"]);
	const [got] = await once(worker, "message");
	expect(got).toEqual(["a1", "body", "b1", "body"]);
	await worker.terminate();
	const gone = [await xpub.receive(), await xpub.receive()].map(String).sort();
	expect([gone, xpub.topicsCount]).toEqual([["\0a", "\0b"], 0]);
});

it("a SUB of another thread tells of far more topics than a queue holds", async () => {
	await using pub = new Publisher({ linger: 0 });
	await pub.bind("inproc://pattern-threads-many");
	const worker = thread(`
		const sub = new Subscriber();
		for (let i = 0; i < 20000; i++) sub.subscribe("topic " + i);
		sub.connect("inproc://pattern-threads-many");
		parentPort.postMessage(String(await sub.receive()));
	`);
	await vi.waitFor(() => expect(pub.topicsCount).toBe(20_000), { interval: 5, timeout: 20_000 });
	const got = once(worker, "message");
	await pub.send("topic 19999");
	expect(await got).toEqual(["topic 19999"]);
});

it("a REQ, a DISH and a CLIENT of another thread get their answers", async () => {
	await using rep = new Reply({ linger: 0 });
	await using radio = new Radio({ linger: 0 });
	await using server = new Server({ linger: 0 });
	await rep.bind("inproc://pattern-threads-rep");
	await radio.bind("inproc://pattern-threads-radio");
	await server.bind("inproc://pattern-threads-server");
	const worker = thread(`
		const req = new Request();
		req.connect("inproc://pattern-threads-rep");
		await req.send("q");
		parentPort.postMessage(String(await req.receive()));
		const dish = new Dish();
		dish.join("g");
		dish.connect("inproc://pattern-threads-radio");
		const [message, { group }] = await dish.receive();
		parentPort.postMessage(message + " of " + group);
		const client = new Client();
		client.connect("inproc://pattern-threads-server");
		await client.send("c");
		parentPort.postMessage(String(await client.receive()));
	`);
	const answers: unknown[] = [];
	worker.on("message", (answer) => answers.push(answer));
	const [question] = await rep.receive();
	await rep.send(`re ${question}`);
	await vi.waitFor(() => expect(radio.trySend("news", { group: "g" })).toBe("sent"), { interval: 5, timeout: 20_000 });
	const [message, tag] = await server.receive();
	await server.send(`re ${message}`, tag);
	await vi.waitFor(() => expect(answers).toEqual(["re q", "news of g", "re c"]), { interval: 5, timeout: 20_000 });
});
