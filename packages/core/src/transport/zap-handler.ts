/**
 * The serving side of ZAP: binds `inproc://zeromq.zap.01` and answers every request with what `judge` says (RFC 27).
 *
 * It works on bare pipes, without a socket, so that it never keeps the process alive. Sockets in other threads reach it too.
 *
 * Shutdown: `close()` frees the name; questions that are being judged are answered to nobody.
 */
import { parseEndpoint } from "../endpoint/endpoint.ts";
import type { Message } from "../message.ts";
import { SOCKET_OPTION_DEFAULTS } from "../option/options.ts";
import type { Pipe, PipeOwner } from "../pipe/pipe.ts";
import type { Judged } from "../security/access-policy.ts";
import { encodeZapReply, parseZapRequest, type ReceivedZapRequest, ZAP_ENDPOINT } from "../security/zap-message.ts";
import { inproc } from "./inproc.ts";
import type { Listener, TransportHost } from "./transport.ts";

export class ZapHandler implements PipeOwner {
	readonly #judge: (request: ReceivedZapRequest) => Promise<Judged>;
	readonly #listener: Promise<Listener>;
	readonly #pipes = new Set<Pipe>();

	/** Binds at once; `bound` tells how that went. */
	constructor(judge: (request: ReceivedZapRequest) => Promise<Judged>, namespace: string) {
		this.#judge = judge;
		const host: TransportHost = {
			type: "ROUTER",
			namespace,
			options: { ...SOCKET_OPTION_DEFAULTS, sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 0 },
			closed: false,
			attach: (pipe) => {
				pipe.owner = this;
				this.#pipes.add(pipe);
				if (pipe.readable) this.onReadable(pipe);
				if (pipe.closed) this.onClosed(pipe);
			},
			emit() {},
		};
		this.#listener = inproc.bind(parseEndpoint(ZAP_ENDPOINT), host);
	}

	/** Rejects with EADDRINUSE when there is another handler. */
	async bound(): Promise<void> {
		await this.#listener;
	}

	async close(): Promise<void> {
		const listener = await this.#listener;
		for (const pipe of this.#pipes) pipe.close({ discard: true });
		this.#pipes.clear();
		await listener.close();
	}

	onReadable(pipe: Pipe): void {
		for (let message = pipe.tryRead(); message !== undefined; message = pipe.tryRead()) this.#onMessage(pipe, message);
	}

	onWritable(): void {
		// The pipes have no high-water mark.
	}

	onClosed(pipe: Pipe): void {
		this.#pipes.delete(pipe);
		pipe.close();
	}

	#onMessage(pipe: Pipe, message: Message): void {
		const delimiter = message.findIndex((frame) => frame.length === 0);
		const request = parseZapRequest(message.slice(delimiter + 1));
		// Whoever asks something else than ZAP 1.0 gets no answer: there is none in its language.
		if (delimiter === -1 || request === undefined) return;
		const envelope = message.slice(0, delimiter + 1);
		this.#judge(request).then((judged) => pipe.tryWrite([...envelope, ...encodeZapReply(request.requestId, judged)]));
	}
}
