/**
 * The contract of a transport: it turns endpoints into pipes and hands them to a socket.
 *
 * A transport never imports a pattern. It makes a pipe pair, keeps one end for its engine, and gives the other to the
 * socket through {@link TransportHost.attach}. Everything here runs in the thread of the socket.
 *
 * Shutdown: the socket closes its end of every pipe (with `discard` when linger is 0) and then closes listeners and
 * connectors. An engine whose socket end is closed flushes what was written, at most for the linger period, and ends.
 * While it flushes it holds the event loop (keep-alive.ts).
 */
import type { Endpoint } from "../endpoint/endpoint.ts";
import type { SocketEvent } from "../monitor.ts";
import type { SocketOptions } from "../option/options.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { SocketChoice } from "../security/peer-metadata.ts";
import type { SocketTypeName } from "../socket-type.ts";

/** A socket as transports see it. */
export interface TransportHost {
	/** PAIR, DEALER … as it stands in ZMTP's Socket-Type. */
	readonly type: SocketTypeName;
	/** The name that the socket gives to the peer of this connection (ROUTER, STREAM); then its pipe can be attached at once. */
	readonly peerName?: Uint8Array | undefined;
	/** In which namespace inproc names and the ZAP handler are looked for; none: in the one of all threads. */
	readonly namespace?: string | undefined;
	/** Whose end gives up what waits for inproc names that nobody has bound: the context of the socket. */
	readonly scope?: object | undefined;
	/** Where several sockets share a port: this host stands for one of them once its peer has chosen. */
	readonly choice?: SocketChoice | undefined;
	/** Live options: read at the moment they take effect. */
	readonly options: Readonly<SocketOptions>;
	/** True once the socket was closed: nothing may be attached any more. */
	readonly closed: boolean;
	/** True: when a listener or connector closes, the host itself closes the pipes that it was given, once what it has for them is written. */
	readonly closesPipes?: boolean;
	/** Calls `changed` whenever an option is set from now on. For transports that keep a copy of the options. */
	watchOptions?(changed: () => void): void;
	/** Gives the socket its end of a new pipe. The socket sets the owner; it may close the pipe at once (a second PAIR peer). */
	attach(pipe: Pipe): void;
	/** Reports to the monitor. */
	emit(event: SocketEvent): void;
}

/** One bound endpoint. */
export interface Listener {
	/** With wildcard and port resolved, as LAST_ENDPOINT reads. */
	readonly endpoint: string;
	/** Stops listening and ends every connection accepted here (libzmq: unbind ends its peers too). Settles when the address is free. */
	close(): Promise<void>;
}

/** One connected endpoint; it reconnects by itself until closed. */
export interface Connector {
	readonly endpoint: string;
	/** Ends it; queued outbound messages follow linger. */
	close(): Promise<void>;
}

export interface Transport {
	readonly scheme: string;
	/** Rejects with EADDRINUSE, EADDRNOTAVAIL, EACCES or EINVAL. */
	bind(endpoint: Endpoint, host: TransportHost): Promise<Listener>;
	/** Never waits: the peer may appear later. Throws EINVAL on an endpoint that can never work. */
	connect(endpoint: Endpoint, host: TransportHost): Connector;
	/** Throws what {@link connect} would throw, and does nothing else. Not there: it throws nothing. */
	checkConnect?(endpoint: Endpoint, host: TransportHost): void;
	/** True: what this bind needs lives in this thread alone. Not there: never. */
	bindsHereOnly?(endpoint: Endpoint, host: TransportHost): boolean;
}
