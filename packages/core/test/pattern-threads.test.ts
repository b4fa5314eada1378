/**
 * The patterns over inproc between threads: subscriptions, requests, groups and routing ids cross a lane as they cross a wire.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Publisher, Pull, Radio, Reply, Server, XPublisher } from "@zloom/core";
import { afterEach, expect, it, vi } from "vitest";

const workers: Worker[] = [];

afterEach(async () => {
	await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

/** A thread that runs `program` and posts what it finds. */
function thread(program: string): Worker {
	const source = `
		import { parentPort } from "node:worker_threads";
		import { Client, Dish, Pull, Push, Request, Subscriber } from ${JSON.stringify(import.meta.resolve("@zloom/core"))};
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
	await vi.waitFor(() => expect(pub.topicsCount).toBe(20_000), { interval: 5, timeout: 30_000 });
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
	await vi.waitFor(() => expect(radio.trySend("news", { group: "g" })).toBe("sent"), { interval: 5, timeout: 30_000 });
	const [message, tag] = await server.receive();
	await server.send(`re ${message}`, tag);
	await vi.waitFor(() => expect(answers).toEqual(["re q", "news of g", "re c"]), { interval: 5, timeout: 30_000 });
});

it("threads that bind and connect the same names at the same time all meet", async () => {
	const names = Array.from({ length: 50 }, (_, at) => `inproc://pattern-threads-meet-${at}`);
	const start = "const names = await new Promise((resolve) => parentPort.once('message', resolve));";
	const binder = `${start} parentPort.unref();
		const got = await Promise.all(names.map(async (name) => {
			const pull = new Pull();
			await pull.bind(name);
			const texts = [String(await pull.receive()), String(await pull.receive())];
			pull.close();
			return texts.sort().join() === [name + " 0", name + " 1"].join();
		}));
		parentPort.postMessage(got.filter(Boolean).length);`;
	// A connect to a name that is not bound yet keeps no thread alive, so this one's port does, until the binder has everything.
	const connecter = (at: number) => `${start} parentPort.on("message", () => {});
		for (const name of names) {
			const push = new Push();
			push.connect(name);
			await push.send(name + " ${at}");
			push.close();
		}`;
	const [pulling, ...pushing] = [thread(binder), thread(connecter(0)), thread(connecter(1))];
	const met = once(pulling, "message");
	for (const worker of [pulling, ...pushing]) worker.postMessage(names);
	expect(await met).toEqual([50]);
});

it.each([false, true])("what a PUSH of another thread leaves behind is received, or discarded: discardUnread %s", async (discardUnread) => {
	await using pull = new Pull({ discardUnread });
	const endpoint = `inproc://pattern-threads-unread-${discardUnread}`;
	await pull.bind(endpoint);
	const worker = thread(`
		const push = new Push();
		push.connect(${JSON.stringify(endpoint)});
		for (const text of ["1", "2", "3"]) await push.send(text);
		parentPort.once("message", async () => {
			await push[Symbol.asyncDispose]();
			parentPort.postMessage("left");
		});
	`);
	await vi.waitFor(() => expect(pull.readable).toBe(true), { interval: 1, timeout: 30_000 });
	worker.postMessage("leave");
	await once(worker, "message");
	if (!discardUnread) for (const text of ["1", "2", "3"]) expect(String(await pull.receive())).toBe(text);
	await vi.waitFor(() => expect(pull.pipeCount).toBe(0), { interval: 1, timeout: 30_000 });
	expect(pull.tryReceive()).toBe(undefined);
});
