/**
 * The beginning of a connection on its link: drives the handshake, has the peer judged by ZAP, and keeps the handshake timer.
 *
 * The engine feeds frames; what the handshake has to say is written here. Errors of the frames fed are thrown to the
 * engine, those that come later (a verdict, the timer) go to `onOpeningFailed`.
 *
 * Nothing is read from the link until the mechanism is prepared (CURVE loads its library first).
 *
 * Shutdown: `stop()` ends timer and question; whoever calls owns the link. After `onOpened` there is nothing left to stop.
 */
import { ZmqError } from "../errors.ts";
import { TIMER_MS_MAX } from "../limits.ts";
import type { ConnectionHandshake } from "../security/connection-handshake.ts";
import type { Credentials, MessageCipher } from "../security/mechanism.ts";
import type { PeerMetadata } from "../security/peer-metadata.ts";
import type { ProtocolError } from "../wire/protocol-error.ts";
import type { Link } from "./link.ts";
import type { TransportHost } from "./transport.ts";
import { askZap, type ZapAnswer } from "./zap-client.ts";

export interface OpeningOwner {
	/** The handshake is done; called once, possibly within `onFrame`. */
	onOpened(peer: PeerMetadata, messages: MessageCipher | undefined): void;
	/** A ProtocolError, or what else went wrong. */
	onOpeningFailed(error: Error): void;
}

export interface OpeningParts {
	readonly handshake: ConnectionHandshake;
	/** What the mechanism of the handshake has to wait for, if anything. */
	readonly preparation: Promise<void> | undefined;
}

export class Opening {
	readonly #link: Link;
	readonly #host: TransportHost;
	readonly #owner: OpeningOwner;
	readonly #handshake: ConnectionHandshake;
	readonly #timer: NodeJS.Timeout | undefined;
	#cancelQuestion: (() => void) | undefined;
	#judging = false;
	#ended = false;

	constructor(link: Link, { handshake, preparation }: OpeningParts, host: TransportHost, owner: OpeningOwner) {
		this.#link = link;
		this.#host = host;
		this.#owner = owner;
		this.#handshake = handshake;
		const limit = host.options.handshakeInterval;
		if (limit > 0) this.#timer = setTimeout(() => this.#onSlow(), Math.min(limit, TIMER_MS_MAX)).unref();
		if (preparation !== undefined) this.#prepare(preparation);
		host.choice?.whenMade(() => this.#onChoiceMade());
		this.#write();
	}

	/** True when the peer understands SUBSCRIBE and CANCEL. */
	get subscribeCommands(): boolean {
		return this.#handshake.subscribeCommands;
	}

	/** True for a peer of ZMTP 1.0 that never says what it wants. */
	get unversioned(): boolean {
		return this.#handshake.unversioned;
	}

	/** @throws ProtocolError */
	onFrame(flags: number, body: Buffer): void {
		this.#handshake.onFrame(flags, body);
		this.advance();
	}

	/** The handshake has got on, by a frame or by what the link itself has given it. */
	advance(): void {
		this.#write();
		const credentials = this.#handshake.takeCredentials();
		if (credentials !== undefined) this.#question(credentials);
		// A peer that waits for its socket has done its part (RFC 37: the socket may come at any time).
		if (this.#host.choice?.waiting === true && !this.#judging) clearTimeout(this.#timer);
		const { peer } = this.#handshake;
		if (peer === undefined || this.#ended) return;
		this.stop();
		this.#owner.onOpened(peer, this.#handshake.messages);
	}

	/** The last bytes to send after `error`. */
	farewell(error: ProtocolError): Buffer {
		return this.#handshake.farewell(error);
	}

	stop(): void {
		this.#ended = true;
		clearTimeout(this.#timer);
		this.#cancelQuestion?.();
	}

	#prepare(preparation: Promise<void>): void {
		this.#link.pause();
		preparation.then(
			() => {
				if (this.#ended) return;
				this.#link.resume();
				this.advance();
			},
			(cause: unknown) => {
				const reason = cause instanceof Error ? cause.message : String(cause);
				if (!this.#ended) this.#owner.onOpeningFailed(new ZmqError("EPROTO", `The cipher of CURVE cannot be loaded: ${reason}`, { cause }));
			},
		);
	}

	#write(): void {
		for (let bytes = this.#handshake.takeOutput(); bytes !== undefined; bytes = this.#handshake.takeOutput()) this.#link.write(bytes);
	}

	#question({ mechanism, values, handlerRequired }: Credentials): void {
		const { zapDomain, routingId } = this.#host.options;
		const address = this.#link.peerAddress;
		const request = { domain: zapDomain, address, routingId, mechanism, credentials: values };
		this.#judging = true;
		this.#cancelQuestion = askZap(request, (answer) => this.#onAnswer(answer, handlerRequired), this.#host.namespace);
	}

	#onAnswer(answer: ZapAnswer, handlerRequired: boolean): void {
		this.#judging = false;
		if (this.#ended) return;
		if (answer instanceof Error) {
			this.#owner.onOpeningFailed(answer);
			return;
		}
		if (answer === undefined && handlerRequired) {
			const text = "Nobody can judge the peer: no ZAP handler is bound; new Authenticator() makes one";
			this.#owner.onOpeningFailed(new ZmqError("EACCES", text));
			return;
		}
		try {
			this.#handshake.onVerdict(answer ?? { status: 200, userId: "", metadata: new Map() });
			this.advance();
		} catch (error) {
			this.#owner.onOpeningFailed(error as Error);
		}
	}

	#onChoiceMade(): void {
		if (this.#ended) return;
		try {
			this.#handshake.goOn();
			this.advance();
		} catch (error) {
			this.#owner.onOpeningFailed(error as Error);
		}
	}

	#onSlow(): void {
		const { handshakeInterval } = this.#host.options;
		this.#owner.onOpeningFailed(
			new ZmqError("EAGAIN", `The peer did not finish greeting and handshake within ${handshakeInterval} ms (handshakeInterval)`),
		);
	}
}
