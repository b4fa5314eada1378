/**
 * The options of a socket, with zeromq.js's names and libzmq's defaults. Times in ms, sizes in bytes or messages.
 */
import {
	BACKLOG_DEFAULT,
	HANDSHAKE_INTERVAL_MS_DEFAULT,
	HIGH_WATER_MARK_DEFAULT,
	RECONNECT_INTERVAL_MS_DEFAULT,
} from "./limits.ts";

export interface SocketOptions {
	/** Most messages queued per peer outbound; 0 = no limit. */
	sendHighWaterMark: number;
	/** Most messages queued per peer inbound; 0 = no limit. */
	receiveHighWaterMark: number;
	/** How long a waiting send may wait, ms; -1 = for ever, 0 = not at all (EAGAIN). */
	sendTimeout: number;
	/** How long a waiting receive may wait, ms; -1 = for ever, 0 = not at all (EAGAIN). */
	receiveTimeout: number;
	/** How long queued messages may still be flushed after close, ms; -1 = for ever, 0 = dropped. */
	linger: number;
	/** First delay before reconnecting, ms; -1 = never reconnect. */
	reconnectInterval: number;
	/** Ceiling of the doubling reconnect delay, ms; 0 = no back-off, the first delay with jitter. */
	reconnectMaxInterval: number;
	/** True: messages queue only to peers that are connected now. */
	immediate: boolean;
	/** Largest inbound frame, bytes; -1 = no limit. A larger one ends that connection. */
	maxMessageSize: number;
	/** Greeting and handshake must end within this, ms; 0 = no limit. */
	handshakeInterval: number;
	/** Connections waiting to be accepted by a listener. */
	backlog: number;
	/** True: bind and connect may use IPv6. */
	ipv6: boolean;
	/** Announced to peers; 1 to 255 bytes, empty = none. A ROUTER peer addresses this socket by it. */
	routingId: Uint8Array;
	/** ROUTER: sending to an unknown peer rejects with EHOSTUNREACH instead of dropping. */
	mandatory: boolean;
	/** ROUTER: a new peer takes over the routing id of an older one. */
	handover: boolean;
}

export const SOCKET_OPTION_DEFAULTS: Readonly<SocketOptions> = {
	sendHighWaterMark: HIGH_WATER_MARK_DEFAULT,
	receiveHighWaterMark: HIGH_WATER_MARK_DEFAULT,
	sendTimeout: -1,
	receiveTimeout: -1,
	linger: -1,
	reconnectInterval: RECONNECT_INTERVAL_MS_DEFAULT,
	reconnectMaxInterval: 0,
	immediate: false,
	maxMessageSize: -1,
	handshakeInterval: HANDSHAKE_INTERVAL_MS_DEFAULT,
	backlog: BACKLOG_DEFAULT,
	ipv6: false,
	routingId: Buffer.alloc(0),
	mandatory: false,
	handover: false,
};
