/**
 * Stress of lanes between real threads: every thread keeps pipes to several others and sends messages of random sizes both
 * ways, stalls, closes pipes and opens new ones, and sends batches to the main thread's PULL over low marks, while the main thread
 * terminates workers at random moments and starts others; large frames go through the arena (large.mjs). Every message carries its sequence number and a checksum: what arrives must be
 * without gap and unchanged, and in the end everything must have come, to the last message, that one living thread sent to another.
 * Then no thread, lane, name or arena slot may be left in shared memory, and nothing may hold the process.
 *
 *     node test/stress/lanes.mjs [--seconds 10] [--seed N] [--canary] [--lossy]
 *
 * Prints a line and exits with 0, or says what was wrong, with the seed, and exits with 1. With --canary one
 * message in a thousand is spoiled, with --lossy one of each batch is not sent, and the run must fail.
 */
import { once } from "node:events";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { Pull } from "@zloom/core";
import { holds, sharedMemoryUse } from "@zloom/core/internal";
import { LargeCollector } from "./large.mjs";
import { checksum, numbersOf, Participant, randomFrom } from "./participant.mjs";

const WORKERS = 4;
/**
 * How long the end may take, when all that is under way arrives: so many ticks of a timer, 60 s where nothing else runs. One that is late,
 * because others have the cores, counts once.
 */
const END_TICKS = 600;
const TICK_MS = 100;

/** The main thread's PULL: what came from each sender, in order. */
class Collector {
	received = 0;
	#counts = new Map();
	#pull = new Pull({ receiveHighWaterMark: 50 });
	#random;
	#ended;

	constructor(random) {
		this.#random = random;
	}

	async start(endpoint) {
		await this.#pull.bind(endpoint);
		this.#ended = this.#collect();
		return this.#ended;
	}

	/** Messages that have come from a sender. */
	from(id) {
		return this.#counts.get(id) ?? 0;
	}

	async close() {
		this.#pull.close();
	}

	async #collect() {
		for (;;) {
			const messages = await this.#pull.receiveMany(1 + Math.floor(this.#random() * 300)).catch((error) => {
				if (error.code === "EBADF") return [];
				throw error;
			});
			if (messages.length === 0) return;
			for (const [frame] of messages) this.#check(frame);
			if (this.#random() < 0.01) await delay(this.#random() * 5);
		}
	}

	#check(frame) {
		const [id, sequence, sum] = numbersOf(frame.subarray(0, 12));
		if (sequence !== this.from(id)) throw new Error(`from thread ${id} came message ${sequence} where ${this.from(id)} was due`);
		if (sum !== checksum([frame.subarray(12)])) throw new Error(`message ${sequence} of thread ${id} came changed`);
		this.#counts.set(id, sequence + 1);
		this.received += 1;
	}
}

/** A worker as the main thread knows it. */
class Thread {
	received = 0;
	finished;

	constructor(data, fail) {
		this.id = data.id;
		this.worker = new Worker(new URL(import.meta.url), { workerData: data });
		this.worker.on("error", fail);
		this.worker.on("message", (message) => {
			this.received = message.received;
			if ("pushed" in message) this.finished = message;
		});
	}

	/** Stops its traffic; resolves with how much it has pushed when all that was on the way to it has come. */
	async finish(living) {
		this.worker.postMessage(living);
		while (this.finished === undefined) await once(this.worker, "message");
		return this.finished;
	}

	/** Closes everything and ends by itself. */
	async end() {
		const exited = once(this.worker, "exit");
		this.worker.postMessage("close");
		return (await exited)[0];
	}
}

async function main(values) {
	const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
	const { canary, lossy } = values;
	const fail = (error) => {
		console.error(`seed ${seed}: ${error?.stack ?? error}`);
		process.exit(1);
	};
	process.on("uncaughtException", fail);

	const random = randomFrom(seed);
	const collector = new Collector(random);
	collector.start(`inproc://stress-${seed}`).catch(fail);
	const large = new LargeCollector(randomFrom(seed + 1));
	large.run(`inproc://stress-large-${seed}`).catch(fail);
	const self = new Participant({ id: 0, seed, canary, lossy: false });
	let threads = [];
	let [nextId, kills, total] = [1, 0, 0];
	const start = () => {
		const id = nextId++;
		const peers = [0, ...threads.map((thread) => thread.id), id + 1].filter(() => random() < 0.7);
		threads.push(new Thread({ id, seed, canary, lossy, peers }, fail));
		if (random() < 0.5) self.connect(id);
	};
	for (let i = 0; i < WORKERS; i++) start();
	// Threads take long to start where cores are busy; the time counts from when all of it is going on.
	while (self.received === 0 || collector.received === 0 || large.received === 0) await nextTurn();
	for (const end = performance.now() + Number(values.seconds) * 1000; performance.now() < end; ) {
		await delay(random() * 400);
		const [victim] = threads.splice(Math.floor(random() * threads.length), 1);
		await victim.worker.terminate();
		total += victim.received;
		kills += 1;
		start();
	}

	let ticks = 0;
	const late = setInterval(() => {
		if (++ticks > END_TICKS) fail("something never came that a living thread had sent, or was left behind");
	}, TICK_MS);
	const living = [0, ...threads.map(({ id }) => id)];
	const [, ...pushed] = await Promise.all([self.finish(living), ...threads.map((thread) => thread.finish(living))]);
	for (const [index, { id }] of threads.entries())
		while (collector.from(id) < pushed[index].pushed || large.from(id) < pushed[index].pushedLarge) await nextTurn();
	for (const { received } of threads) total += received;
	for (const [index, thread] of threads.entries()) {
		// One half ends by itself, the other is ended.
		if (index % 2 === 1) await thread.worker.terminate();
		else if ((await thread.end()) !== 0) fail(`thread ${thread.id} did not end as it should`);
	}
	threads = [];
	self.close();
	await collector.close();
	large.close();
	for (let use = sharedMemoryUse(); use.threads !== 1 || use.lanes + use.names + use.arenaSlots + holds() !== 0; use = sharedMemoryUse())
		await nextTurn();
	clearInterval(late);
	const all = total + self.received + collector.received + large.received;
	console.log(
		`seed ${seed}: ${all} messages, ${large.received} of them in the arena, ${kills} threads terminated, all in order and unchanged, none missing, nothing left behind`,
	);
}

function work() {
	const participant = new Participant(workerData);
	for (const peer of workerData.peers) participant.connect(peer);
	const timer = setInterval(() => parentPort.postMessage({ received: participant.received }), 50);
	parentPort.once("message", async (living) => {
		await participant.finish(living);
		parentPort.postMessage({ received: participant.received, pushed: participant.pushed, pushedLarge: participant.pushedLarge });
		parentPort.once("message", () => {
			clearInterval(timer);
			participant.close();
			parentPort.unref();
		});
	});
}

if (isMainThread) {
	const { values } = parseArgs({
		options: {
			seconds: { type: "string", default: "10" },
			seed: { type: "string" },
			canary: { type: "boolean", default: false },
			lossy: { type: "boolean", default: false },
		},
	});
	await main(values);
} else work();
