/**
 * One thread's part in the stress of lanes: bare pipes to others, on which both sides talk, and a PUSH with a low mark whose batches go to
 * the main thread's PULL. Every message carries its sequence number and a checksum of random bytes from random, mostly unaligned places.
 *
 * **Shutdown**: `finish(living)` stops the traffic and says on every pipe how much was sent; it settles when every pipe whose other end
 * lives has had all of that. Nothing may be missing then, to the last message.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { Push } from "@zloom/core";
import { connectPipe, listenPipes } from "@zloom/core/internal";
import { LargeSender } from "./large.mjs";

const HEADER_BYTES = 12;
/** In the place of the number of frames: nothing follows. */
const LAST = 0xffffffff;
const CONTENT_BYTES = 1 << 20;
/** Longest frame that is summed up byte by byte. */
const WHOLE_BYTES_MAX = 1 << 16;

/** mulberry32: small, seeded, good enough to choose sizes. */
export function randomFrom(seed) {
	let state = seed | 0;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Adler-like; of very long frames every 16th byte only, which still sees bytes that moved. */
export function checksum(frames) {
	let [a, b] = [1, frames.length];
	for (const frame of frames) {
		const step = frame.length > WHOLE_BYTES_MAX ? 16 : 1;
		for (let i = 0; i < frame.length; i += step) {
			a = (a + frame[i]) % 65_521;
			b = (b + a) % 65_521;
		}
		b = (b + frame.length) % 65_521;
	}
	return ((b << 16) | a) >>> 0;
}

/** Three numbers of 32 bits. */
export function headerOf(...numbers) {
	const header = Buffer.alloc(HEADER_BYTES);
	for (const [index, number] of numbers.entries()) header.writeUInt32LE(number, index * 4);
	return header;
}

export function numbersOf(header) {
	if (header.length !== HEADER_BYTES) throw new Error(`a header of ${header.length} bytes`);
	return [0, 4, 8].map((at) => header.readUInt32LE(at));
}

export class Participant {
	received = 0;
	/** Messages that the PUSH has sent; the last of them may still wait in its queue. */
	pushed = 0;
	#stopped = false;
	#pipes = new Map();
	#random;
	#content;
	#id;
	#canary;
	#listener;
	#push;
	#large;

	/** @param lossy the canary: one message is left out */
	constructor({ id, seed, canary, lossy }) {
		this.#id = id;
		this.#random = randomFrom(seed ^ Math.imul(id, 0x9e3779b1));
		this.#content = Buffer.from(Uint32Array.from({ length: CONTENT_BYTES / 4 }, () => this.#random() * 2 ** 32).buffer);
		this.#canary = canary;
		this.#listener = listenPipes(`stress-${seed}-${id}`, (pipe) => this.#own(pipe));
		this.connect = (peer) => this.#own(connectPipe(`stress-${seed}-${peer}`), peer);
		if (id !== 0) {
			this.#pushing = this.#pushBatches(`inproc://stress-${seed}`, lossy);
			this.#large = new LargeSender({ id, random: this.#random, endpoint: `inproc://stress-large-${seed}` });
		}
		this.#turn();
	}

	#pushing = Promise.resolve();

	/** Large frames that were sent. */
	get pushedLarge() {
		return this.#large?.sent ?? 0;
	}

	/** @param living the ids of all participants that go on to their end */
	async finish(living) {
		this.#stopped = true;
		await this.#pushing;
		await this.#large?.finish();
		for (const [pipe, state] of this.#pipes) this.#sayLast(pipe, state);
		const due = ({ peer, over }) => !over && (peer === undefined || living.includes(peer));
		while ([...this.#pipes.values()].some(due)) await nextTurn();
	}

	close() {
		this.#listener.close();
		this.#push?.close();
		this.#large?.close();
		for (const pipe of this.#pipes.keys()) pipe.close();
	}

	#own(pipe, peer) {
		const state = { sent: 0, expected: 0, peer, said: false, over: false };
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
		if (this.#stopped) this.#sayLast(pipe, state);
	}

	#sayLast(pipe, state) {
		if (state.said) return;
		state.said = true;
		pipe.tryWrite([headerOf(state.sent, 0, LAST)]);
	}

	#check(state, [header, ...frames]) {
		const [sequence, sum, count] = numbersOf(header);
		if (sequence !== state.expected) throw new Error(`message ${sequence} came where ${state.expected} was due`);
		if (state.over) throw new Error(`message ${sequence} came after the last one`);
		if (count === LAST) {
			state.over = true;
			return;
		}
		if (count !== frames.length) throw new Error(`message ${sequence} has ${frames.length} frames, ${count} were sent`);
		if (sum !== checksum(frames)) throw new Error(`message ${sequence} came changed: ${frames.map((frame) => frame.length)} bytes`);
		state.expected += 1;
		this.received += 1;
	}

	#frame(size) {
		const start = Math.floor(this.#random() * (CONTENT_BYTES - size));
		return this.#content.subarray(start, start + size);
	}

	#size() {
		const kind = this.#random();
		if (kind < 0.9) return Math.floor(this.#random() * 200);
		if (kind < 0.98) return Math.floor(this.#random() * 5000);
		return Math.floor(this.#random() * (kind < 0.999 ? 100_000 : 1_000_000));
	}

	#send(pipe, state) {
		const frames = Array.from({ length: 1 + Math.floor(this.#random() ** 4 * 5) }, () => this.#frame(this.#size()));
		const header = headerOf(state.sent, checksum(frames), frames.length);
		if (this.#canary && this.#random() < 0.001) header[4] ^= 1;
		state.sent += 1;
		pipe.tryWrite([header, ...frames]);
	}

	/** Batches of small messages, one frame each: header and content. */
	async #pushBatches(endpoint, lossy) {
		this.#push = new Push({ sendHighWaterMark: 1 + Math.floor(this.#random() * 100) });
		this.#push.connect(endpoint);
		while (!this.#stopped) {
			const batch = [];
			for (let left = 1 + this.#random() * 300; left > 0; left--) {
				const content = this.#frame(Math.floor(this.#random() * 150));
				batch.push(Buffer.concat([headerOf(this.#id, this.pushed, checksum([content])), content]));
				this.pushed += 1;
			}
			if (lossy) batch.pop();
			await this.#push.sendMany(batch);
			if (this.#random() < 0.5) await nextTurn();
		}
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
