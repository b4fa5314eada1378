/**
 * Stress of lanes between real threads: every thread keeps pipes to several others and sends messages of random sizes both
 * ways, stalls, closes pipes and opens new ones, while the main thread terminates workers at random moments and starts
 * others. Every message carries its pipe's sequence number and a checksum: what arrives must be without gap and unchanged. In
 * the end no thread, lane or name may be left in shared memory.
 *
 *     node test/stress/lanes.mjs [--seconds 10] [--seed N] [--canary]
 *
 * Prints a line and exits with 0, or says what was wrong, with the seed, and exits with 1. With --canary one message in a
 * thousand is spoiled, and the run must fail.
 */
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { connectPipe, listenPipes, sharedMemoryUse } from "@zloom/core/internal";

const WORKERS = 4;
const HEADER_BYTES = 12;

/** mulberry32: small, seeded, good enough to choose sizes. */
function randomFrom(seed) {
	let state = seed | 0;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Adler-like, over every 16th byte of long frames: cheap, and sees bytes that moved. */
function checksum(frames) {
	let [a, b] = [1, frames.length];
	for (const frame of frames) {
		const step = frame.length > 4096 ? 16 : 1;
		for (let i = 0; i < frame.length; i += step) {
			a = (a + frame[i]) % 65_521;
			b = (b + a) % 65_521;
		}
		b = (b + frame.length) % 65_521;
	}
	return ((b << 16) | a) >>> 0;
}

/** One thread's part: its name, its pipes, its traffic. */
class Participant {
	received = 0;
	#stopped = false;
	#pipes = new Map();
	#random;
	#canary;
	#listener;

	constructor({ id, seed, canary }) {
		this.#random = randomFrom(seed ^ Math.imul(id, 0x9e3779b1));
		this.#canary = canary;
		this.#listener = listenPipes(`stress-${seed}-${id}`, (pipe) => this.#own(pipe));
		this.connect = (peer) => this.#own(connectPipe(`stress-${seed}-${peer}`), peer);
		this.#turn();
	}

	stop() {
		this.#stopped = true;
		this.#listener.close();
		for (const pipe of this.#pipes.keys()) pipe.close();
	}

	#own(pipe, peer) {
		const state = { sent: 0, expected: 0, peer };
		this.#pipes.set(pipe, state);
		const readAll = () => {
			for (let frames = pipe.tryRead(); frames !== undefined; frames = pipe.tryRead()) this.#check(state, frames);
		};
		pipe.owner = {
			onReadable: readAll,
			onWritable() {},
			onClosed: () => {
				readAll();
				this.#pipes.delete(pipe);
			},
		};
		readAll();
	}

	#check(state, [header, ...frames]) {
		if (header.length !== HEADER_BYTES) throw new Error(`a header of ${header.length} bytes`);
		const [sequence, sum, count] = [header.readUInt32LE(0), header.readUInt32LE(4), header.readUInt32LE(8)];
		if (sequence !== state.expected) throw new Error(`message ${sequence} came where ${state.expected} was due`);
		if (count !== frames.length) throw new Error(`message ${sequence} has ${frames.length} frames, ${count} were sent`);
		if (sum !== checksum(frames)) throw new Error(`message ${sequence} came changed: ${frames.map((frame) => frame.length)} bytes`);
		state.expected += 1;
		this.received += 1;
	}

	#size() {
		const kind = this.#random();
		if (kind < 0.9) return Math.floor(this.#random() * 200);
		if (kind < 0.98) return Math.floor(this.#random() * 5000);
		return Math.floor(this.#random() * (kind < 0.999 ? 100_000 : 1_000_000));
	}

	#send(pipe, state) {
		const frames = Array.from({ length: 1 + Math.floor(this.#random() ** 4 * 5) }, () => Buffer.alloc(this.#size(), state.sent & 255));
		const header = Buffer.alloc(HEADER_BYTES);
		header.writeUInt32LE(state.sent, 0);
		header.writeUInt32LE(checksum(frames), 4);
		header.writeUInt32LE(frames.length, 8);
		if (this.#canary && this.#random() < 0.001) header[4] ^= 1;
		state.sent += 1;
		pipe.tryWrite([header, ...frames]);
	}

	#turn = () => {
		if (this.#stopped) return;
		for (const [pipe, state] of [...this.#pipes]) {
			// Bare pipes have no high-water mark: what waits here is bounded by hand.
			if (pipe.outboundLength < 50) for (let burst = this.#random() * 20; burst > 0; burst--) this.#send(pipe, state);
			if (state.peer !== undefined && this.#random() < 0.001) {
				pipe.close();
				this.#pipes.delete(pipe);
				this.connect(state.peer);
			}
		}
		// A handler that computes: the thread neither reads nor writes.
		if (this.#random() < 0.002) for (const end = performance.now() + this.#random() * 15; performance.now() < end; );
		if (this.#random() < 0.01) setTimeout(this.#turn, this.#random() * 4);
		else setImmediate(this.#turn);
	};
}

if (isMainThread) {
	const { values } = parseArgs({
		options: { seconds: { type: "string", default: "10" }, seed: { type: "string" }, canary: { type: "boolean", default: false } },
	});
	const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
	const { canary } = values;
	const fail = (error) => {
		console.error(`seed ${seed}: ${error?.stack ?? error}`);
		process.exit(1);
	};
	process.on("uncaughtException", fail);

	const random = randomFrom(seed);
	const self = new Participant({ id: 0, seed, canary });
	const workers = [];
	const counts = new Map();
	let nextId = 1;
	const start = () => {
		const id = nextId++;
		const peers = [0, ...workers.map(({ peer }) => peer), id + 1].filter(() => random() < 0.7);
		const worker = new Worker(new URL(import.meta.url), { workerData: { id, seed, canary, peers } });
		worker.on("error", fail);
		worker.on("message", (count) => counts.set(id, count));
		workers.push({ worker, peer: id });
		if (random() < 0.5) self.connect(id);
	};
	for (let i = 0; i < WORKERS; i++) start();

	let kills = 0;
	for (const end = performance.now() + Number(values.seconds) * 1000; performance.now() < end; ) {
		await delay(random() * 400);
		const [victim] = workers.splice(Math.floor(random() * workers.length), 1);
		await victim.worker.terminate();
		kills += 1;
		start();
	}
	await Promise.all(workers.map(({ worker }) => worker.terminate()));
	self.stop();
	for (let turn = 0; ; turn++) {
		const { threads, lanes, names } = sharedMemoryUse();
		if (threads === 1 && lanes === 0 && names === 0) break;
		if (turn > 100_000) fail(`left behind: ${threads - 1} threads, ${lanes} lanes, ${names} names`);
		await nextTurn();
	}
	const total = [...counts.values()].reduce((sum, count) => sum + count, self.received);
	if (self.received === 0) fail("the main thread received nothing");
	console.log(`seed ${seed}: ${total} messages, ${kills} threads terminated, all in order and unchanged, nothing left behind`);
} else {
	const participant = new Participant(workerData);
	for (const peer of workerData.peers) participant.connect(peer);
	setInterval(() => parentPort.postMessage(participant.received), 50);
}
