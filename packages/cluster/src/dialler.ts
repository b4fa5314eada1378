/**
 * Dials one node: a DEALER of its own, HELLO, WELCOME, and from then on the session over it.
 *
 * Invariants
 * - One connection, one session: the socket never connects a second time, so nothing that was queued for one life of a
 *   node can reach another.
 * - `dialNode` settles exactly once, and soon: when nobody listens at the first failed attempt, else at WELCOME or REFUSE,
 *   at the latest after `connectTimeoutMs`.
 * - A closed connection ends the session in the next turn, behind what had already arrived.
 *
 * Shutdown: the socket is closed when the dialling fails or the session ends; with linger 0, except behind a BYE. Then
 * the receive loop ends. The timer lives until the dialling has settled.
 */
import { Dealer, type SendOutcome } from "@zloom/core";
import { ActorError } from "@zloom/runtime";
import { nodeDown } from "./errors.ts";
import { FRAME_BYTES_MAX, SOCKET_HIGH_WATER_MARK } from "./limits.ts";
import { endpointError } from "./node-endpoint.ts";
import { drain, receiveLoop } from "./receive-loop.ts";
import { type Channel, Session } from "./session.ts";
import type { Terms } from "./terms.ts";
import { decodeGreeting, decodeRefusal, encodeGreeting, type Greeting, KIND_HELLO, KIND_REFUSE, KIND_WELCOME, kindOf } from "./wire.ts";

/** Rejects with ERR_NODE_DOWN. The signal gives up. */
export function dialNode(node: string, terms: Terms, signal: AbortSignal): Promise<Session> {
	return new Promise((resolve, reject) => new Dialler(node, terms, signal, { resolve, reject }));
}

interface Settle {
	resolve(session: Session): void;
	reject(error: unknown): void;
}

class Dialler implements Channel {
	readonly #node: string;
	readonly #terms: Terms;
	readonly #socket: Dealer;
	readonly #settle: Settle;
	readonly #timer: NodeJS.Timeout;
	readonly #signal: AbortSignal;
	#session: Session | undefined;
	#settled = false;

	constructor(node: string, terms: Terms, signal: AbortSignal, settle: Settle) {
		this.#node = node;
		this.#terms = terms;
		this.#settle = settle;
		this.#signal = signal;
		this.#socket = new Dealer({
			linger: 0,
			reconnectInterval: -1,
			sendHighWaterMark: SOCKET_HIGH_WATER_MARK,
			receiveHighWaterMark: SOCKET_HIGH_WATER_MARK,
			maxMessageSize: FRAME_BYTES_MAX,
			handshakeInterval: terms.connectTimeoutMs,
			ipv6: true,
		});
		this.#timer = setTimeout(() => this.#fail(`it did not answer within ${terms.connectTimeoutMs} ms`), terms.connectTimeoutMs);
		signal.addEventListener("abort", this.#onAbort, { once: true });
		this.#start();
	}

	trySend(frames: Uint8Array[]): SendOutcome {
		return this.#socket.closed ? "no-peer" : this.#socket.trySend(frames);
	}

	end(flushMs: number): void {
		this.#socket.linger = flushMs;
		this.#terms.flushing(this.#socket[Symbol.asyncDispose]());
	}

	readonly #onAbort = (): void => {
		this.#reject(new ActorError("ERR_SYSTEM_STOPPED", `Gave up dialling ${this.#node}: the system is stopping`));
	};

	#start(): void {
		const { events } = this.#socket;
		events.on("disconnect", (event) => this.#lost("its connection was closed", event));
		events.on("close", (event) => this.#lost("nobody listens there", event));
		events.on("handshake:error:protocol", (event) => this.#lost("what listens there does not speak ZeroMQ", event));
		try {
			this.#socket.connect(this.#node);
		} catch (error) {
			this.#reject(endpointError("dial", this.#node, error));
			return;
		}
		this.trySend(encodeGreeting(KIND_HELLO, this.#terms.greeting));
		void receiveLoop(this.#socket, (frames) => this.#receive(frames));
	}

	#receive(frames: Uint8Array[]): void {
		if (this.#session !== undefined) this.#session.receive(frames, 0);
		else if (!this.#settled) this.#receiveAnswer(frames);
	}

	#receiveAnswer(frames: Uint8Array[]): void {
		const kind = kindOf(frames[0]);
		const welcome = kind === KIND_WELCOME ? decodeGreeting(frames) : undefined;
		const { version, software } = this.#terms.greeting;
		if (welcome !== undefined && welcome.version === version) {
			this.#begin(welcome);
		} else if (welcome !== undefined) {
			this.#fail(
				`it speaks version ${welcome.version} of the node protocol, and this side (${software}) speaks version ${version}; run the same version on both`,
			);
		} else if (kind === KIND_REFUSE) {
			const { code, text } = decodeRefusal(frames);
			const advice = code === "version" ? "; run the same version of zloom on both" : "";
			this.#fail(`it refused the link (${code}: ${text})${advice}`);
		} else {
			this.#fail("what listens there is not a zloom node");
		}
	}

	#begin(welcome: Greeting): void {
		const session = new Session({
			peer: this.#node,
			incarnation: welcome.incarnation,
			channel: this,
			silentTicksMax: this.#terms.silentTicksMax,
			tickMs: this.#terms.tickMs,
			ended: (over) => this.#terms.ended(over),
		});
		this.#session = session;
		this.#settleOnce();
		this.#terms.began(session);
		this.#settle.resolve(session);
	}

	/** In a turn of its own: what arrived before the connection was lost comes first. */
	#lost(why: string, event: { address: string; error?: Error }): void {
		const { error } = event;
		const said = error === undefined ? why : `${why} (${error.message})`;
		setImmediate(() => {
			drain(this.#socket, (frames) => this.#receive(frames), Number.POSITIVE_INFINITY);
			if (this.#session !== undefined) this.#session.fail(said, error);
			else this.#fail(said, error);
		});
	}

	#fail(why: string, cause?: unknown): void {
		const advice = `start one there with "zloom node --listen ${this.#node}", or correct the address`;
		this.#reject(nodeDown(this.#node, `${why}; ${advice}`, cause));
	}

	#reject(error: unknown): void {
		if (this.#settled) return;
		this.#settleOnce();
		this.end(0);
		this.#settle.reject(error);
	}

	#settleOnce(): void {
		this.#settled = true;
		clearTimeout(this.#timer);
		this.#signal.removeEventListener("abort", this.#onAbort);
	}
}
