/**
 * The connecting side of tcp and ipc: an attempt to connect is a stream of node:net that is not connected yet.
 *
 * Shutdown: an attempt that is given up is destroyed; streams are unref'd.
 */
import type { Socket } from "node:net";
import { ZmqError } from "../errors.ts";
import { makeEngine } from "./make-engine.ts";
import { type Dial, ReconnectingConnector } from "./reconnecting-connector.ts";
import type { TransportHost } from "./transport.ts";

/** How a stream to the peer is made. */
export interface Dialer {
	/** Starts one attempt; names are resolved anew each time. */
	open(): Socket;
	/** What has to be done on a stream that is connected (to a proxy) before it leads to the peer. Whatever fails destroys the stream. */
	prepare?(stream: Socket, done: () => void): void;
	/** Announced to the peer; RFC 37. */
	readonly resource?: string;
}

export class StreamConnector extends ReconnectingConnector {
	/** @throws ZmqError EINVAL options of security that do not make a whole */
	constructor(endpoint: string, host: TransportHost, dialer: Dialer) {
		super(endpoint, host, dialStream(host, dialer));
	}
}

function dialStream(host: TransportHost, dialer: Dialer): Dial {
	return ({ onConnected, onFailed }) => {
		const stream = dialer.open();
		stream.unref();
		stream.on("error", onFailed);
		const connected = (): void => {
			stream.off("error", onFailed);
			onConnected((owner) => makeEngine(stream, host, owner, dialer.resource));
		};
		stream.once("connect", () => {
			if (isOwn(stream)) stream.destroy(new ZmqError("EADDRNOTAVAIL", "The connection had reached itself: nobody listens there yet"));
			else if (dialer.prepare === undefined) connected();
			else dialer.prepare(stream, connected);
		});
		return { abandon: (error) => stream.destroy(error) };
	};
}

/**
 * A port that nobody listens on and from which the operating system happens to connect: tcp joins the two ends of one stream, and nobody
 * could bind that port any more.
 */
function isOwn({ localAddress, localPort, remoteAddress, remotePort }: Socket): boolean {
	return localPort !== undefined && localPort === remotePort && localAddress === remoteAddress;
}
