/**
 * Messages that prove themselves: each carries its sender, its place in the sender's sequence and a checksum, and a ledger
 * holds every sender to its sequence: no gap, nothing twice, nothing out of order, nothing changed.
 *
 * A sender that closes says how many it has sent, and all of them must come. A sender that was killed may lose its last ones, never
 * one in between.
 */

const HEADER_BYTES = 12;
const PAYLOAD_BYTES_MAX = 40_000;
/** What a dead peer had sent may still lie in queues for a while, a long one where the cores are busy. */
const DEAD_MS_KEPT = 600_000;

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

/** Over every byte of short payloads and some of long ones: cheap, and sees bytes that moved. */
function checksum(payload) {
	let sum = payload.length;
	const step = payload.length > 256 ? 64 : 1;
	for (let at = 0; at < payload.length; at += step) sum = (Math.imul(sum, 31) + payload[at]) >>> 0;
	return sum;
}

/** A message of one header and one payload of random size: most are small. */
export function makeMessage(sender, sequence, random) {
	const payload = Buffer.alloc(Math.floor(random() ** 12 * PAYLOAD_BYTES_MAX), (sender + sequence) & 255);
	const header = Buffer.alloc(HEADER_BYTES);
	header.writeUInt32LE(sender, 0);
	header.writeUInt32LE(sequence, 4);
	header.writeUInt32LE(checksum(payload), 8);
	return [header, payload];
}

/** @returns sender and sequence; throws when the message is not as it was made */
export function readMessage(frames) {
	const [header, payload] = frames;
	if (frames.length !== 2 || header.length !== HEADER_BYTES)
		throw new Error(`a message of ${frames.length} frames with ${header?.length} bytes in its first`);
	const [sender, sequence] = [header.readUInt32LE(0), header.readUInt32LE(4)];
	if (header.readUInt32LE(8) !== checksum(payload)) throw new Error(`message ${sequence} of sender ${sender} came changed`);
	return { sender, sequence };
}

export class Ledger {
	received = 0;
	#what;
	#loses;
	/** Per sender: what is due, and how many there will have been. */
	#senders = new Map();
	#dead = [];

	/**
	 * @param what the name of the traffic, for errors
	 * @param loses asked at each message whether it is to be overlooked: the canary
	 */
	constructor(what, loses = () => false) {
		this.#what = what;
		this.#loses = loses;
	}

	/** Enters a message. Throws when it is not the one that is due. */
	take(frames) {
		if (this.#loses()) return;
		const { sender, sequence } = readMessage(frames);
		let state = this.#senders.get(sender);
		if (state === undefined) {
			state = { due: 0, total: undefined };
			this.#senders.set(sender, state);
		}
		if (sequence !== state.due)
			throw new Error(`${this.#what}: message ${sequence} of sender ${sender} came where message ${state.due} was due`);
		state.due += 1;
		this.received += 1;
		if (state.due === state.total) this.#senders.delete(sender);
	}

	/** The sender has closed after so many messages. */
	finished(sender, total) {
		const state = this.#senders.get(sender);
		if (state === undefined && total === 0) return;
		if (state === undefined) this.#senders.set(sender, { due: 0, total });
		else if (state.due === total) this.#senders.delete(sender);
		else if (state.due > total) throw new Error(`${this.#what}: ${state.due} messages of sender ${sender} came, ${total} were sent`);
		else state.total = total;
	}

	/** These senders were killed. */
	killed(isOne) {
		const now = performance.now();
		for (const sender of this.#senders.keys()) if (isOne(sender)) this.#dead.push({ sender, now });
		while (this.#dead.length > 0 && now - this.#dead[0].now > DEAD_MS_KEPT) this.#senders.delete(this.#dead.shift().sender);
	}

	/** Senders that closed and of which messages are missing; those that were killed do not count. */
	missing() {
		const dead = new Set(this.#dead.map(({ sender }) => sender));
		return [...this.#senders]
			.filter(([sender, { total }]) => total !== undefined && !dead.has(sender))
			.map(([sender, { due, total }]) => `${this.#what}: sender ${sender} sent ${total} messages and closed, ${due} came`);
	}
}

/** Holds what one receiver gets from one sender to its sequence, whatever it begins with. */
export class Follower {
	last = -1;
	first = -1;
	#what;

	constructor(what) {
		this.#what = what;
	}

	take(frames) {
		const { sequence } = readMessage(frames);
		if (this.first === -1) this.first = sequence;
		else if (sequence !== this.last + 1) throw new Error(`${this.#what}: message ${sequence} came after message ${this.last}`);
		this.last = sequence;
	}
}
