/**
 * One HTTP or HTTPS server, and which sockets of this thread listen at which of its paths.
 *
 * The server is ours, and then there is nothing on it but WebSockets, or a program's own: then requests and the paths that no socket
 * has are that program's matter. A peer that connects and does not ask for a WebSocket in time is turned away by the server (ours).
 *
 * Shutdown: a server of ours is closed when its last path goes away, within that call, with all connections that are still HTTP;
 * one of a program is only left. WebSockets belong to those who took them.
 */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { ZmqError } from "../../errors.ts";
import { ProtocolError } from "../../wire/protocol-error.ts";

/** A socket that listens at a path. */
export interface PathOwner {
	/** A peer asks for a WebSocket at this path. The owner takes the stream over. */
	onUpgrade(request: IncomingMessage, stream: Socket, head: Buffer): void;
	/** A connection went wrong before it had a path. */
	onStrayError(error: Error): void;
}

const SHOWN_CHARACTERS_MAX = 80;

/** A server of node:http or node:https. */
export type WebServer = HttpServer | HttpsServer;

export class PathServer {
	readonly server: WebServer;
	/** True: made by us, for WebSockets alone. */
	readonly own: boolean;
	/** What the certificate was made of; for https of ours. */
	readonly identity: string;
	readonly secure: boolean;
	readonly #paths = new Map<string, PathOwner>();
	readonly #onEmpty: () => void;
	#closed = false;

	/**
	 * @param server listening
	 * @param parts.onEmpty the last path has gone
	 */
	constructor(server: WebServer, parts: { own: boolean; secure: boolean; identity: string; onEmpty: () => void }) {
		this.server = server;
		this.own = parts.own;
		this.secure = parts.secure;
		this.identity = parts.identity;
		this.#onEmpty = parts.onEmpty;
		if (!parts.own) return;
		server.unref();
		server.on("request", (request, response) => {
			refuseRequest(response);
			const what = `${shown(request.method)} ${shown(request.url)}`;
			this.#onStrayError(new ZmqError("EPROTO", `A peer asked for a page, not for a WebSocket: ${what}`));
		});
		server.on("upgrade", this.#onUpgrade);
		server.on("error", this.#onStrayError);
		server.on("clientError", (error: NodeJS.ErrnoException, stream: Duplex) => {
			stream.destroy();
			this.#onStrayError(notHttp(error));
		});
		server.on("tlsClientError", (error: Error) =>
			this.#onStrayError(new ZmqError("EPROTO", `A peer failed at TLS: ${error.message}`, { cause: error })),
		);
	}

	/** True for a server that ours was closed, or that its program has. */
	get closed(): boolean {
		return this.#closed || !this.server.listening;
	}

	/** @throws ZmqError EADDRINUSE another socket has this path */
	add(path: string, owner: PathOwner): void {
		if (this.#paths.has(path)) throw new ZmqError("EADDRINUSE", `Another socket of this thread is bound to the path ${path}`);
		if (this.#paths.size === 0 && !this.own) this.server.on("upgrade", this.#onUpgrade);
		this.#paths.set(path, owner);
	}

	remove(path: string): void {
		this.#paths.delete(path);
		this.closeIfEmpty();
	}

	/** Also for a path that was never added. */
	closeIfEmpty(): void {
		if (this.#paths.size > 0 || this.#closed) return;
		if (!this.own) {
			this.server.off("upgrade", this.#onUpgrade);
			return;
		}
		this.#closed = true;
		this.#onEmpty();
		this.server.close();
		this.server.closeAllConnections();
	}

	readonly #onUpgrade = (request: IncomingMessage, stream: Socket, head: Buffer): void => {
		const path = (request.url ?? "/").replace(/[?#].*$/s, "");
		const owner = this.#paths.get(path);
		if (owner !== undefined) owner.onUpgrade(request, stream, head);
		// Others who listen on the same server may know it.
		else if (this.server.listenerCount("upgrade") === 1) {
			refuse(stream, "404 Not Found");
			this.#onStrayError(new ZmqError("ENOENT", `A peer asked for the path ${shown(path)}, which no socket is bound to`));
		}
	};

	readonly #onStrayError = (error: Error): void => {
		for (const owner of this.#paths.values()) owner.onStrayError(error);
	};
}

/** Answers a peer that asked for a WebSocket and does not get one, and ends its connection. */
export function refuse(stream: Socket, status: string, header = ""): void {
	// What becomes of the answer is of no interest.
	stream.on("error", () => stream.destroy());
	stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n${header}\r\n`, () => stream.destroy());
}

function refuseRequest(response: ServerResponse): void {
	const text = "This port is for WebSockets of ZeroMQ (ZWS 2.0).\n";
	response.writeHead(426, { Connection: "close", Upgrade: "websocket", "Content-Type": "text/plain", "Content-Length": text.length });
	response.end(text);
}

/** What a peer says, short and in one line. */
function shown(text = ""): string {
	return JSON.stringify(text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text);
}

function notHttp(error: NodeJS.ErrnoException): Error {
	if (error.code === "ERR_HTTP_REQUEST_TIMEOUT")
		return new ZmqError("EAGAIN", "A peer connected and did not ask for a WebSocket in time (handshakeInterval)", { cause: error });
	if (error.code?.startsWith("HPE_") === true)
		return new ProtocolError("ERR_WS_UNSPECIFIED", `A peer connected and sent something that is no HTTP: ${error.message}`);
	return error;
}
