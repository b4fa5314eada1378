/**
 * Asks the ZAP handler of a context about peers (RFC 27): one inproc connection of this thread to `inproc://zeromq.zap.01`, made
 * when it is needed. The handler may live in another thread.
 *
 * Requests are numbered, so that a handler may answer in any order. The connection has no high-water mark: a request is never
 * dropped. A handler that never answers is the matter of the handshake timer, which cancels the request.
 *
 * Shutdown: when the handler goes away all open requests fail; the next one looks for a handler anew. An idle connection holds
 * nothing: neither the event loop nor a timer.
 */
import { ZmqError } from "../errors.ts";
import { type Pipe, type PipeOwner, pipePair } from "../pipe/pipe.ts";
import type { Verdict } from "../security/mechanism.ts";
import { encodeZapRequest, parseZapReply, replyId, ZAP_ENDPOINT, type ZapRequest } from "../security/zap-message.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { type Connect, socketKey } from "./inproc-directory.ts";
import type { Party } from "./inproc-party.ts";
import { inprocDirectory } from "./inproc-threads.ts";

const NAME = ZAP_ENDPOINT.slice("inproc://".length);
/** To whoever is bound it is a REQ, so that only a REP or a ROUTER is asked; it asks without waiting, as a DEALER does. */
const PARTY: Party = {
	type: "REQ",
	routingId: Buffer.alloc(0),
	properties: new Map(),
	sendHighWaterMark: 0,
	receiveHighWaterMark: 0,
};

/** A verdict; or what went wrong with the handler; or undefined when there is no handler. */
export type ZapAnswer = Verdict | Error | undefined;

class ZapClient implements PipeOwner {
	readonly #key: string;
	readonly #onIdle: () => void;
	readonly #waiting = new Map<string, (answer: ZapAnswer) => void>();
	#pipe: Pipe | undefined;
	#next = 1;

	/** @param onIdle nothing is asked and nobody is connected: this client may be forgotten */
	constructor(namespace: string, onIdle: () => void) {
		this.#key = socketKey(namespace, NAME);
		this.#onIdle = onIdle;
	}

	/** Answers later, never within the call. Returns what cancels the request. */
	ask(request: ZapRequest, onAnswer: (answer: ZapAnswer) => void): () => void {
		const id = String(this.#next++);
		this.#waiting.set(id, onAnswer);
		const pipe = this.#connected();
		if (pipe === undefined) queueMicrotask(() => this.#answer(id, undefined));
		else if (!pipe.tryWrite(encodeZapRequest(id, request))) queueMicrotask(() => this.#answer(id, handlerGone()));
		return () => {
			if (this.#waiting.delete(id)) this.#lookIdle();
		};
	}

	onReadable(pipe: Pipe): void {
		for (let reply = pipe.tryRead(); reply !== undefined; reply = pipe.tryRead()) {
			const known = this.#requestOf(replyId(reply));
			if (known === undefined) continue;
			let answer: ZapAnswer;
			try {
				answer = parseZapReply(reply, known);
			} catch (error) {
				if (!(error instanceof ProtocolError)) throw error;
				answer = error;
			}
			// Not in the handler's stack.
			queueMicrotask(() => this.#answer(known, answer));
		}
	}

	/** The open request that a reply is for; undefined: nobody waits for it any more. */
	#requestOf(id: string | undefined): string | undefined {
		if (id !== undefined && this.#waiting.has(id)) return id;
		// A second reply, and the late one about a peer that has left, are no matter of those that are still being judged.
		if (id !== undefined && this.#wasAsked(id)) return undefined;
		// A reply that names no request stands for the oldest one: the handler has read that one first.
		return this.#waiting.keys().next().value;
	}

	/** True for the number of a request of ours. */
	#wasAsked(id: string): boolean {
		return /^[1-9]\d*$/.test(id) && Number(id) < this.#next;
	}

	onWritable(): void {
		// The pipe has no high-water mark.
	}

	onClosed(pipe: Pipe): void {
		if (pipe.readable) this.onReadable(pipe);
		pipe.close();
		if (this.#pipe !== pipe) return;
		this.#pipe = undefined;
		const error = handlerGone();
		for (const id of [...this.#waiting.keys()]) queueMicrotask(() => this.#answer(id, error));
		this.#lookIdle();
	}

	#answer(id: string, answer: ZapAnswer): void {
		const onAnswer = this.#waiting.get(id);
		this.#waiting.delete(id);
		this.#lookIdle();
		onAnswer?.(answer);
	}

	#lookIdle(): void {
		if (this.#waiting.size === 0 && this.#pipe === undefined) this.#onIdle();
	}

	/** The connection to the handler; undefined when nobody is bound there. */
	#connected(): Pipe | undefined {
		if (this.#pipe !== undefined && !this.#pipe.closed) return this.#pipe;
		this.#pipe = undefined;
		const [near, far] = pipePair({ forward: 0, backward: 0 });
		near.peerAddress = ZAP_ENDPOINT;
		near.owner = this;
		const connect: Connect = {
			near,
			far,
			party: () => PARTY,
			joined() {},
			// The far end is closed right after either of them.
			refused() {},
			failed() {},
			lingerMs: () => 0,
		};
		const directory = inprocDirectory();
		directory.connect(this.#key, connect);
		if (directory.withdraw(this.#key, connect)) {
			near.close();
			return undefined;
		}
		if (near.closed) return undefined;
		this.#pipe = near;
		return near;
	}
}

function handlerGone(): ZmqError {
	return new ZmqError("EAGAIN", `The ZAP handler at ${ZAP_ENDPOINT} went away without an answer`, { address: ZAP_ENDPOINT });
}

/** By namespace; those that ask or are connected. */
const clients = new Map<string, ZapClient>();

/** Asks the handler of a namespace about a peer; see {@link ZapClient.ask}. */
export function askZap(request: ZapRequest, onAnswer: (answer: ZapAnswer) => void, namespace = ""): () => void {
	let client = clients.get(namespace);
	if (client === undefined) {
		client = new ZapClient(namespace, () => clients.delete(namespace));
		clients.set(namespace, client);
	}
	return client.ask(request, onAnswer);
}
