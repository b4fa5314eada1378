/**
 * One attempt to connect over ws or wss: a stream, TLS if asked for, and the request for a WebSocket.
 *
 * - No stream: nobody is there. A stream, but no WebSocket within handshakeInterval, or one that is refused (nothing is bound to that
 *   path yet, a proxy has no server): the attempt is made again later.
 * - No HTTP, no WebSocket that follows the rules, no subprotocol in common: the handshake has failed for good.
 *
 * Shutdown: `abandon()` destroys the stream; nothing is reported then. Streams are unref'd.
 */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { ZmqError } from "../../errors.ts";
import { CLOSE_WAIT_MS, TIMER_MS_MAX } from "../../limits.ts";
import { ProtocolError } from "../../wire/protocol-error.ts";
import { subprotocolError } from "../../wire/zws.ts";
import type { EngineEnd } from "../engine.ts";
import type { Attempt, DialOutcome } from "../reconnecting-connector.ts";
import type { TransportHost } from "../transport.ts";
import { offers, parseSubprotocols, payloadBytesMax } from "./connection-terms.ts";
import { makeWebSocketEngine } from "./make-web-socket-engine.ts";
import type { OpenStream } from "./web-stream.ts";

export class WebSocketAttempt implements Attempt {
	readonly #host: TransportHost;
	readonly #outcome: DialOutcome;
	readonly #ours: readonly string[];
	#webSocket: WebSocket | undefined;
	#stream: Socket | undefined;
	/** There is somebody at the other end. */
	#reached = false;
	/** What the peer has answered; the subprotocol in it. */
	#answer: IncomingMessage | undefined;
	#theirs: readonly string[] = [];
	#timer: NodeJS.Timeout | undefined;
	#settled = false;

	/** @param open makes the stream that the WebSocket runs on */
	constructor(url: string, host: TransportHost, open: OpenStream, outcome: DialOutcome) {
		this.#host = host;
		this.#outcome = outcome;
		this.#ours = offers(host.options);
		import("ws").then(
			({ WebSocket }) => {
				if (!this.#settled) this.#start(new WebSocket(url, this.#options(open)));
			},
			(error: Error) => this.#fail(error),
		);
	}

	abandon(): void {
		this.#settled = true;
		clearTimeout(this.#timer);
		this.#webSocket?.terminate();
		this.#stream?.destroy();
	}

	#options(open: OpenStream): ConstructorParameters<typeof WebSocket>[2] {
		return {
			// ws takes no slash in a subprotocol, and ZeroMQ's have one: it hears of none, here and in the answer.
			headers: { "Sec-WebSocket-Protocol": this.#ours.join(",") },
			createConnection: () => {
				const stream = open(() => this.#onReached());
				stream.unref();
				this.#stream = stream;
				return stream;
			},
			perMessageDeflate: false,
			autoPong: false,
			skipUTF8Validation: true,
			closeTimeout: CLOSE_WAIT_MS,
			maxPayload: payloadBytesMax(this.#host.options),
		} as ConstructorParameters<typeof WebSocket>[2];
	}

	#start(webSocket: WebSocket): void {
		this.#webSocket = webSocket;
		webSocket.on("upgrade", (response) => {
			this.#answer = response;
			this.#theirs = parseSubprotocols(response.headers["sec-websocket-protocol"]);
			delete response.headers["sec-websocket-protocol"];
			if (!this.#ours.includes(this.#theirs.join())) this.#fail(subprotocolError(this.#theirs, this.#ours));
		});
		webSocket.on("unexpected-response", (_request, response) => {
			this.#answer = response;
			const theirs = parseSubprotocols(response.headers["sec-websocket-protocol"]);
			this.#fail(theirs.length === 0 ? refused(response.statusCode) : subprotocolError(theirs, this.#ours));
		});
		webSocket.on("error", (error) => this.#fail(error));
		webSocket.on("open", () => {
			if (this.#settled) return;
			this.#settled = true;
			clearTimeout(this.#timer);
			const stream = this.#stream as Socket;
			const subprotocol = this.#theirs.join();
			this.#outcome.onConnected((owner) => makeWebSocketEngine({ webSocket, stream, subprotocol }, this.#host, owner));
		});
	}

	#onReached(): void {
		this.#reached = true;
		const limit = this.#host.options.handshakeInterval;
		const late = new ZmqError("EAGAIN", `The peer did not open the WebSocket within ${limit} ms (handshakeInterval)`);
		if (limit > 0 && !this.#settled) this.#timer = setTimeout(() => this.#fail(late), Math.min(limit, TIMER_MS_MAX)).unref();
	}

	#fail(error: NodeJS.ErrnoException): void {
		if (this.#settled) return;
		this.abandon();
		if (this.#reached) this.#outcome.onRefused(this.#end(error));
		else this.#outcome.onFailed(error);
	}

	#end(error: NodeJS.ErrnoException): EngineEnd {
		const violation = this.#violation(error);
		if (violation === undefined) return { kind: "lost", duringHandshake: true, error };
		return { kind: "violated", duringHandshake: true, error: violation };
	}

	/** What cannot get better by trying again. */
	#violation(error: NodeJS.ErrnoException): ProtocolError | undefined {
		if (error instanceof ProtocolError) return error;
		if (error.code?.startsWith("HPE_") === true)
			return new ProtocolError("ERR_WS_UNSPECIFIED", `The peer does not speak HTTP, which WebSocket begins with: ${error.message}`);
		if (this.#answer?.statusCode !== 101) return undefined;
		return new ProtocolError("ERR_WS_UNSPECIFIED", `The peer opened no proper WebSocket: ${error.message}`);
	}
}

function refused(status: number | undefined): ZmqError {
	return new ZmqError(
		"EPROTO",
		`The peer answered the request for a WebSocket with HTTP status ${status}: is a socket bound to this path, and does a proxy let it through?`,
	);
}
