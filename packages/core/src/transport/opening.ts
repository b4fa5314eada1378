/**
 * The beginning of a connection on its stream: drives the handshake, has the peer judged by ZAP, and keeps the handshake timer.
 *
 * The engine feeds bytes and frames; what the handshake has to say is written here. Errors of the bytes fed are thrown to the
 * engine, those that come later (a verdict, the timer) go to `onOpeningFailed`.
 *
 * Nothing is read from the stream until the mechanism is prepared (CURVE loads its library first).
 *
 * Shutdown: `stop()` ends timer and question; whoever calls owns the stream. After `onOpened` there is nothing left to stop.
 */
import type { Socket } from "node:net";
import { ZmqError } from "../errors.ts";
import { TIMER_MS_MAX } from "../limits.ts";
import { Handshake } from "../security/handshake.ts";
import type { Credentials, Mechanism, MessageCipher } from "../security/mechanism.ts";
import type { PeerMetadata } from "../security/peer-metadata.ts";
import type { Framing } from "../wire/greeting.ts";
import type { ProtocolError } from "../wire/protocol-error.ts";
import type { TransportHost } from "./transport.ts";
import { askZap, type ZapAnswer } from "./zap-client.ts";

export interface OpeningOwner {
	/** The handshake is done; called once, possibly within `onFrame`. */
	onOpened(peer: PeerMetadata, messages: MessageCipher | undefined): void;
	/** A ProtocolError, or what else went wrong. */
	onOpeningFailed(error: Error): void;
}

export class Opening {
	readonly #stream: Socket;
	readonly #host: TransportHost;
	readonly #owner: OpeningOwner;
	readonly #handshake: Handshake;
	readonly #timer: NodeJS.Timeout | undefined;
	#cancelQuestion: (() => void) | undefined;
	#ended = false;

	constructor(stream: Socket, mechanism: Mechanism, host: TransportHost, owner: OpeningOwner) {
		this.#stream = stream;
		this.#host = host;
		this.#owner = owner;
		// Old versions know no security and no resources: asking for any means refusing them.
		const { routingId, zapDomain } = host.options;
		const old =
			mechanism.name === "NULL" && zapDomain === "" && host.choice === undefined ? { socketType: host.type, routingId } : undefined;
		this.#handshake = new Handshake(mechanism, old);
		const limit = host.options.handshakeInterval;
		if (limit > 0) this.#timer = setTimeout(() => this.#onSlow(), Math.min(limit, TIMER_MS_MAX)).unref();
		const { preparation } = mechanism;
		if (preparation !== undefined) this.#prepare(preparation);
		host.choice?.whenMade(() => this.#onChoiceMade());
		this.#write();
	}

	/** True when the peer understands SUBSCRIBE and CANCEL. */
	get subscribeCommands(): boolean {
		return this.#handshake.subscribeCommands;
	}

	/** True while bytes still belong to the greeting. */
	get greeting(): boolean {
		return this.#handshake.greeting;
	}

	/** Which framing the peer uses; known once `greeting` is false. */
	get framing(): Framing {
		return this.#handshake.framing;
	}

	/** What came with the greeting and belongs to frames; known once `greeting` is false. */
	get replay(): Buffer {
		return this.#handshake.replay;
	}

	/** True for a peer of ZMTP 1.0 that never says what it wants. */
	get unversioned(): boolean {
		return this.#handshake.unversioned;
	}

	/** Bytes of the greeting; returns how many were taken. @throws ProtocolError */
	onBytes(chunk: Buffer): number {
		const taken = this.#handshake.onBytes(chunk);
		this.#advance();
		return taken;
	}

	/** @throws ProtocolError */
	onFrame(flags: number, body: Buffer): void {
		this.#handshake.onFrame(flags, body);
		this.#advance();
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
		this.#stream.pause();
		preparation.then(
			() => {
				if (!this.#ended) this.#stream.resume();
			},
			(cause: unknown) => {
				const reason = cause instanceof Error ? cause.message : String(cause);
				if (!this.#ended) this.#owner.onOpeningFailed(new ZmqError("EPROTO", `The cipher of CURVE cannot be loaded: ${reason}`, { cause }));
			},
		);
	}

	#write(): void {
		const bytes = this.#handshake.takeOutput();
		if (bytes !== undefined) this.#stream.write(bytes);
	}

	#advance(): void {
		this.#write();
		const credentials = this.#handshake.takeCredentials();
		if (credentials !== undefined) this.#question(credentials);
		const { peer } = this.#handshake;
		if (peer === undefined || this.#ended) return;
		this.stop();
		this.#owner.onOpened(peer, this.#handshake.messages);
	}

	#question({ mechanism, values, handlerRequired }: Credentials): void {
		const { zapDomain, routingId } = this.#host.options;
		const address = peerAddress(this.#stream);
		const request = { domain: zapDomain, address, routingId, mechanism, credentials: values };
		this.#cancelQuestion = askZap(request, (answer) => this.#onAnswer(answer, handlerRequired), this.#host.namespace);
	}

	#onAnswer(answer: ZapAnswer, handlerRequired: boolean): void {
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
			this.#advance();
		} catch (error) {
			this.#owner.onOpeningFailed(error as Error);
		}
	}

	#onChoiceMade(): void {
		if (this.#ended) return;
		try {
			this.#handshake.goOn();
			this.#advance();
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

/** The IP address of the peer, as ZAP wants it. */
function peerAddress(stream: Socket): string {
	return (stream.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "");
}
