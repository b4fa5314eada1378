/**
 * Two threads that answer each other for ever: what else their event loops have to do goes on. Counted, not timed: were it starved, it
 * would never be done.
 */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { Worker } from "node:worker_threads";
import { Pair } from "@zloom/core";
import { afterEach, expect, it } from "vitest";

const workers: Worker[] = [];

afterEach(async () => {
	await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

/** The other thread: answers whatever comes, and echoes over tcp beside that; says its port. */
const PROGRAM = `
	import { createServer } from "node:net";
	import { parentPort } from "node:worker_threads";
	import { Pair } from ${JSON.stringify(import.meta.resolve("@zloom/core"))};
	const server = createServer((socket) => socket.pipe(socket));
	server.listen(0, "127.0.0.1", async () => {
		const pair = new Pair();
		pair.connect("inproc://hot");
		parentPort.postMessage(server.address().port);
		for await (const message of pair) await pair.send(message);
	});
`;

async function pingPong(): Promise<{ port: number; trips: () => number; close: () => void }> {
	const pair = new Pair();
	await pair.bind("inproc://hot");
	const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(PROGRAM)}`));
	workers.push(worker);
	const [port] = await once(worker, "message");
	let trips = 0;
	const forEver = async (): Promise<void> => {
		await pair.send("ping");
		for await (const message of pair) {
			trips += 1;
			await pair.send(message);
		}
	};
	// Sends of the loop that find the socket closed reject, and that is its end.
	forEver().catch((error) => {
		if (error.code !== "EBADF") throw error;
	});
	return { port, trips: () => trips, close: () => pair.close() };
}

async function echo(socket: Socket, times: number): Promise<void> {
	for (let time = 0; time < times; time++) {
		const answer = once(socket, "data");
		socket.write("x");
		await answer;
	}
}

it("timers and tcp sockets make progress while two threads answer each other for ever", async () => {
	const { port, trips, close } = await pingPong();
	const own = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
	await once(own, "listening");
	const sockets = [port, (own.address() as { port: number }).port].map((each) => connect(each, "127.0.0.1"));
	await Promise.all(sockets.map((socket) => once(socket, "connect")));
	const before = trips();
	let immediates = 0;
	const count = (): void => {
		immediates += 1;
		if (immediates < 200) setImmediate(count);
	};
	setImmediate(count);
	for (let timer = 0; timer < 50; timer++) await new Promise((resolve) => setTimeout(resolve, 1));
	await Promise.all(sockets.map((socket) => echo(socket, 100)));
	expect(immediates).toBe(200);
	expect(trips()).toBeGreaterThan(before);
	for (const socket of sockets) socket.destroy();
	own.close();
	close();
});

it("a thread that is answered over and over is answered many times in one turn of its event loop, and the loop turns all the same", async () => {
	const { trips, close } = await pingPong();
	let turns = 0;
	const from = trips();
	// The loop's turns, counted beside 5000 trips: were there none, this would not end; were every trip a turn, there would be as many.
	await new Promise<void>((resolve) => {
		const turn = (): void => {
			turns += 1;
			if (trips() - from >= 5000) resolve();
			else setImmediate(turn);
		};
		setImmediate(turn);
	});
	expect(turns).toBeGreaterThan(0);
	close();
});
