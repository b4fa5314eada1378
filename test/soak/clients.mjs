/**
 * The peers that come and go: each opens one connection to the hub, lives for some messages, closes and says how many it has sent.
 *
 * push: PUSH to PULL, one way. dealer: DEALER to ROUTER and back, up to 20 under way. req: REQ to REP. sub: PUB to SUB.
 *
 * **Shutdown**: `stop()` lets every client end its burst, wait for what is due to it, and close; the promise of `run` settles when
 * all have. Nothing is left then that holds the process.
 */
import { setTimeout as delay } from "node:timers/promises";
import { Dealer, Push, Request, Subscriber } from "@zloom/core";
import { Follower, makeMessage, readMessage } from "./sequences.mjs";

export const KINDS = ["push", "dealer", "req", "sub"];
export const TOPICS = 8;
const BURST_MAX = 20;
/** Low, so that a hub that cannot keep up slows its senders down: what waits is no growth. */
export const PUSH_MARK = 20;
const LIFE_BURSTS_MAX = 60;
const PAUSE_MS_MAX = 100;

/** How each kind spends one burst of `count` messages from `sent` on. */
const BURSTS = {
	async push({ socket, id, random }, sent, count) {
		for (let at = 0; at < count; at++) await socket.send(makeMessage(id, sent + at, random));
	},
	async dealer({ socket, id, random }, sent, count) {
		for (let at = 0; at < count; at++) await socket.send(makeMessage(id, sent + at, random));
		for (let at = 0; at < count; at++) expectReply(await socket.receive(), id, sent + at);
	},
	async req({ socket, id, random }, sent, count) {
		for (let at = 0; at < count; at++) {
			await socket.send(makeMessage(id, sent + at, random));
			expectReply(await socket.receive(), id, sent + at);
		}
	},
	async sub({ socket, follower }, _sent, count) {
		for (let at = 0; at < count; at++) {
			const [, ...message] = await socket.receive();
			follower.take(message);
		}
	},
};

function expectReply(frames, id, sequence) {
	const got = readMessage(frames);
	if (got.sender === id && got.sequence === sequence) return;
	throw new Error(`sender ${id} got the reply to ${got.sequence} of sender ${got.sender} where the one to ${sequence} was due`);
}

function makeSocket(kind, topic) {
	// Short: a peer that was refused because its hub was busy is to come back soon.
	const options = { reconnectInterval: 20 };
	if (kind === "push") return new Push({ ...options, sendHighWaterMark: PUSH_MARK });
	if (kind === "dealer") return new Dealer(options);
	if (kind === "req") return new Request(options);
	const socket = new Subscriber({ ...options, receiveHighWaterMark: 0 });
	socket.subscribe(topic);
	return socket;
}

export class Clients {
	#stopped = false;
	#tell;
	#endpoints;
	#transports;
	#random;
	#nextId;

	/**
	 * @param endpoints by kind and transport
	 * @param firstId the ids of this crew begin here
	 * @param tell hears `{ done: kind, id, sent }`
	 */
	constructor({ endpoints, transports, firstId, random, tell }) {
		this.#endpoints = endpoints;
		this.#transports = transports;
		this.#nextId = firstId;
		this.#random = random;
		this.#tell = tell;
	}

	stop() {
		this.#stopped = true;
	}

	/** Keeps `count` clients alive until stopped. */
	async run(count) {
		await Promise.all(Array.from({ length: count }, (_, at) => this.#oneAfterTheOther(KINDS[at % KINDS.length])));
	}

	async #oneAfterTheOther(kind) {
		while (!this.#stopped) await this.#life(kind);
	}

	async #life(kind) {
		const random = this.#random;
		const transport = this.#transports[Math.floor(random() * this.#transports.length)];
		const topic = `t${Math.floor(random() * TOPICS)}.`;
		const id = this.#nextId++;
		const socket = makeSocket(kind, topic);
		const client = { socket, id, random, follower: new Follower(`${kind} over ${transport}, topic ${topic}`) };
		socket.connect(this.#endpoints[kind][transport]);
		let sent = 0;
		for (let bursts = 1 + Math.floor(random() * LIFE_BURSTS_MAX); bursts > 0 && !this.#stopped; bursts--) {
			const count = 1 + Math.floor(random() * BURST_MAX);
			await BURSTS[kind](client, sent, count);
			sent += count;
			await delay(random() * PAUSE_MS_MAX);
		}
		await socket[Symbol.asyncDispose]();
		this.#tell({ done: kind, id, sent });
	}
}
