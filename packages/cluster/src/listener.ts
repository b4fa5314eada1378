/**
 * One endpoint where nodes dial in: a ROUTER, and a session for each routing id that has said HELLO.
 *
 * Invariants
 * - A connection that has not said HELLO has no state here, whatever it sends: it is ignored, or answered with a REFUSE.
 * - HELLO on a connection that has a session ends that session: the peer began again.
 * - A closed connection is noticed at once: the socket reports that *some* connection ended, then every session is
 *   looked up, and the one whose routing id the ROUTER no longer knows is over. What it had sent before is delivered first.
 *
 * Shutdown: `close()` is called when all sessions are over; the socket flushes their BYE for at most FLUSH_MS_MAX and the
 * endpoint is free (an ipc file gone) when it settles. The receive loop ends with the socket.
 */
import { Router, type SendOutcome } from "@zloom/core";
import { FLUSH_MS_MAX, FRAME_BYTES_MAX, SOCKET_HIGH_WATER_MARK } from "./limits.ts";
import { endpointError } from "./node-endpoint.ts";
import { drain, receiveLoop } from "./receive-loop.ts";
import { type Channel, Session } from "./session.ts";
import type { Terms } from "./terms.ts";
import {
	decodeGreeting,
	encodeGreeting,
	encodeRefusal,
	KIND_BYE,
	KIND_HELLO,
	KIND_REFUSE,
	KIND_WELCOME,
	kindOf,
	type RefusalCode,
} from "./wire.ts";

export class Listener {
	readonly #socket: Router;
	readonly #terms: Terms;
	readonly #accept: (session: Session) => void;
	readonly #sessions = new Map<string, Session>();
	#searching = false;
	#endpoint = "";

	constructor(terms: Terms, accept: (session: Session) => void) {
		this.#terms = terms;
		this.#accept = accept;
		this.#socket = new Router({
			mandatory: true,
			linger: FLUSH_MS_MAX,
			sendHighWaterMark: SOCKET_HIGH_WATER_MARK,
			receiveHighWaterMark: SOCKET_HIGH_WATER_MARK,
			maxMessageSize: FRAME_BYTES_MAX,
			handshakeInterval: terms.connectTimeoutMs,
		});
		this.#socket.events.on("disconnect", () => this.#findLostSoon());
	}

	/** Where it listens, with wildcards and port resolved. */
	get endpoint(): string {
		return this.#endpoint;
	}

	/** Rejects as the bind of a socket does. */
	async bind(endpoint: string): Promise<void> {
		try {
			this.#socket.ipv6 = endpoint.startsWith("tcp://[");
			await this.#socket.bind(endpoint);
		} catch (error) {
			throw endpointError("listen on", endpoint, error);
		}
		this.#endpoint = this.#socket.lastEndpoint ?? endpoint;
		void receiveLoop(this.#socket, this.#onMessage);
	}

	async close(): Promise<void> {
		await this.#socket[Symbol.asyncDispose]();
	}

	readonly #onMessage = (frames: Uint8Array[]): void => {
		const id = frames[0] as Buffer;
		const key = id.toString("latin1");
		const session = this.#sessions.get(key);
		const kind = kindOf(frames[1]);
		if (kind === KIND_HELLO) this.#greet(id, key, frames.slice(1));
		else if (session !== undefined) session.receive(frames, 1);
		// Never answer a farewell, or two nodes could refuse each other for ever.
		else if (kind > KIND_REFUSE && kind < KIND_BYE) this.#refuse(id, "hello", "There is no link on this connection: say HELLO first");
	};

	#greet(id: Buffer, key: string, frames: Uint8Array[]): void {
		this.#sessions.get(key)?.fail("it said HELLO again");
		const { greeting } = this.#terms;
		const hello = decodeGreeting(frames);
		if (hello === undefined) {
			this.#refuse(id, "protocol", "This is not a HELLO of the node protocol");
		} else if (hello.version !== greeting.version) {
			const text = `This node (${greeting.software}) speaks version ${greeting.version} of the node protocol, not version ${hello.version}`;
			this.#refuse(id, "version", text);
		} else if (this.#sessions.size >= this.#terms.linksMax) {
			this.#refuse(id, "full", `This node has ${this.#terms.linksMax} links already`);
		} else {
			this.#welcome(id, key, hello);
		}
	}

	#welcome(id: Buffer, key: string, hello: { incarnation: string; software: string }): void {
		const channel: Channel = { trySend: (frames) => this.#trySend(id, frames), end: () => {} };
		if (channel.trySend(encodeGreeting(KIND_WELCOME, this.#terms.greeting)) !== "sent") return;
		const session = new Session({
			peer: `${hello.incarnation.slice(0, 8)} (${hello.software}, dialled in at ${this.#endpoint})`,
			incarnation: hello.incarnation,
			channel,
			silentTicksMax: this.#terms.silentTicksMax,
			tickMs: this.#terms.tickMs,
			ended: (over) => {
				if (this.#sessions.get(key) === over) this.#sessions.delete(key);
				this.#terms.ended(over);
			},
		});
		this.#sessions.set(key, session);
		this.#terms.began(session);
		this.#accept(session);
	}

	/** To a connection without a session: when it does not read, that is its loss. */
	#refuse(id: Buffer, code: RefusalCode, text: string): void {
		this.#trySend(id, encodeRefusal({ code, text }));
	}

	#trySend(id: Buffer, frames: Uint8Array[]): SendOutcome {
		if (this.#socket.closed) return "no-peer";
		frames.unshift(id);
		return this.#socket.trySend(frames);
	}

	/** In a turn of its own, when what the lost connection had brought has been received. */
	#findLostSoon(): void {
		if (this.#searching) return;
		this.#searching = true;
		setImmediate(() => {
			this.#searching = false;
			if (this.#socket.closed) return;
			drain(this.#socket, this.#onMessage, Number.POSITIVE_INFINITY);
			for (const [key, session] of [...this.#sessions]) {
				// A routing id with nothing behind it is never sent, but tells whether the ROUTER knows its peer.
				if (this.#socket.trySend([Buffer.from(key, "latin1")]) === "unreachable") session.fail("its connection is gone");
			}
		});
	}
}
