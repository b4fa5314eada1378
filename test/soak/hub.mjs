/**
 * The one that stays: a socket of each kind, bound on tcp, ipc and inproc, which takes what clients send, holds it to its sequence,
 * and answers; and a PUSH to each sink.
 *
 * Every violation is thrown to `onViolation`. Runs on the main thread.
 *
 * **Shutdown**: `close()` ends all sockets; it settles when their addresses are free.
 */
import path from "node:path";
import { Publisher, Pull, Push, Reply, Router } from "@zloom/core";
import { PUSH_MARK, TOPICS } from "./clients.mjs";
import { Ledger, makeMessage } from "./sequences.mjs";

const TICK_MS = 10;
const PUBLISHED_PER_TICK = 4;
const PUSHED_PER_TICK = 3;
const HUB = 0;

export class Hub {
	endpoints = { push: {}, dealer: {}, req: {}, sub: {} };
	published = 0;
	/** What closed subscribers have received. */
	subscribed = 0;
	pushed = 0;
	connections = 0;
	#onViolation;
	#random;
	#ledgers;
	// A subscriber that a busy machine keeps waiting is to lose nothing: no mark, so that every gap is a fault.
	#sockets = {
		push: new Pull({ receiveHighWaterMark: PUSH_MARK }),
		dealer: new Router(),
		req: new Reply(),
		sub: new Publisher({ sendHighWaterMark: 0 }),
	};
	#sinks = [];
	#topics = new Array(TOPICS).fill(0);
	#ticking;

	constructor({ random, loses, onViolation }) {
		this.#random = random;
		this.#onViolation = onViolation;
		this.#ledgers = { push: new Ledger("push", loses), dealer: new Ledger("dealer"), req: new Ledger("req") };
	}

	/** Binds everything and begins. @param folder for ipc */
	async open(folder) {
		for (const [kind, socket] of Object.entries(this.#sockets)) {
			for (const [transport, endpoint] of Object.entries({
				tcp: "tcp://127.0.0.1:*",
				ipc: `ipc://${path.join(folder, kind)}`,
				inproc: `inproc://soak-${process.pid}-${kind}`,
			})) {
				await socket.bind(endpoint);
				this.endpoints[kind][transport] = socket.lastEndpoint;
			}
			socket.events.on("accept", () => {
				this.connections += 1;
			});
		}
		const { push, dealer, req } = this.#sockets;
		this.#serve(push, (message) => this.#ledgers.push.take(message));
		this.#serve(dealer, ([client, ...message]) => {
			this.#ledgers.dealer.take(message);
			return dealer.send([client, ...message]);
		});
		this.#serve(req, (message) => {
			this.#ledgers.req.take(message);
			return req.send(message);
		});
		this.#ticking = setInterval(() => this.#tick(), TICK_MS);
	}

	/** Connects to where a host binds, and may bind again after it was killed. */
	addSink(endpoint) {
		const socket = new Push({ linger: 0, reconnectInterval: 20 });
		socket.connect(endpoint);
		this.#sinks.push({ socket, sent: 0, last: -1 });
	}

	/** A sink tells what it has got first, and last. */
	sinkReport(number, { sink: first, last }) {
		const state = this.#sinks[number];
		if (first === last && first <= state.last)
			throw new Error(`sink ${number}: a new life began with message ${first}, after ${state.last}`);
		if (last >= state.sent) throw new Error(`sink ${number}: message ${last} came, ${state.sent} were sent`);
		state.last = last;
	}

	/** A client tells that it has closed. */
	finished({ done, id, sent }) {
		if (done === "sub") this.subscribed += sent;
		this.#ledgers[done]?.finished(id, sent);
	}

	killed(isOne) {
		for (const ledger of Object.values(this.#ledgers)) ledger.killed(isOne);
	}

	missing() {
		return Object.values(this.#ledgers).flatMap((ledger) => ledger.missing());
	}

	get received() {
		return { push: this.#ledgers.push.received, dealer: this.#ledgers.dealer.received, req: this.#ledgers.req.received };
	}

	/** Pipes of all sockets: peers that are there, or not read to the end. */
	get pipes() {
		return Object.values(this.#sockets).reduce((sum, { pipeCount }) => sum + pipeCount, 0);
	}

	async close() {
		clearInterval(this.#ticking);
		const sockets = [...Object.values(this.#sockets), ...this.#sinks.map(({ socket }) => socket)];
		await Promise.all(sockets.map((socket) => socket[Symbol.asyncDispose]()));
	}

	async #serve(socket, handle) {
		try {
			for await (const message of socket) await handle(message);
		} catch (error) {
			this.#onViolation(error);
		}
	}

	#tick() {
		for (let count = 0; count < PUBLISHED_PER_TICK; count++) {
			const topic = this.published++ % TOPICS;
			this.#sockets.sub.trySend([`t${topic}.`, ...makeMessage(HUB, this.#topics[topic]++, this.#random)]);
		}
		for (const sink of this.#sinks) {
			for (let count = 0; count < PUSHED_PER_TICK; count++) {
				if (sink.socket.trySend(makeMessage(HUB, sink.sent, this.#random)) !== "sent") break;
				sink.sent += 1;
				this.pushed += 1;
			}
		}
	}
}
