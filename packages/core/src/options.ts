/**
 * The options of a socket, with zeromq.js's names and libzmq's defaults, and what values each may have. Times in ms, sizes
 * in bytes or messages.
 *
 * Pure data and checks: a wrong name or value is refused by name, before anything else happens.
 */
import { ZmqError } from "./errors.ts";
import {
	BACKLOG_DEFAULT,
	HANDSHAKE_INTERVAL_MS_DEFAULT,
	HIGH_WATER_MARK_DEFAULT,
	RECONNECT_INTERVAL_MS_DEFAULT,
	ROUTING_ID_BYTES_MAX,
} from "./limits.ts";
import type { SocketTypeName } from "./socket-type.ts";

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

/** What a caller may give for each option; a routing id also as text (UTF-8). */
export type SocketOptionsInput = { [Name in keyof SocketOptions]?: Name extends "routingId" ? Uint8Array | string : SocketOptions[Name] };

type Rule =
	| { readonly kind: "integer"; readonly least: number; readonly unit: string; readonly types?: readonly SocketTypeName[] }
	| { readonly kind: "boolean"; readonly types?: readonly SocketTypeName[] }
	| { readonly kind: "routing id"; readonly types?: readonly SocketTypeName[] };

const SENDS: readonly SocketTypeName[] = ["PAIR", "DEALER", "ROUTER", "PUSH"];
const RECEIVES: readonly SocketTypeName[] = ["PAIR", "DEALER", "ROUTER", "PULL"];
const INTEGER_MAX = 0x7fffffff;

/** `types` names the socket types that have the option; without it all have. */
const RULES: { readonly [Name in keyof SocketOptions]: Rule } = {
	sendHighWaterMark: { kind: "integer", least: 0, unit: "messages, 0 = no limit", types: SENDS },
	receiveHighWaterMark: { kind: "integer", least: 0, unit: "messages, 0 = no limit", types: RECEIVES },
	sendTimeout: { kind: "integer", least: -1, unit: "ms, -1 = for ever", types: SENDS },
	receiveTimeout: { kind: "integer", least: -1, unit: "ms, -1 = for ever", types: RECEIVES },
	linger: { kind: "integer", least: -1, unit: "ms, -1 = for ever" },
	reconnectInterval: { kind: "integer", least: -1, unit: "ms, -1 = never" },
	reconnectMaxInterval: { kind: "integer", least: 0, unit: "ms, 0 = no back-off" },
	immediate: { kind: "boolean" },
	maxMessageSize: { kind: "integer", least: -1, unit: "bytes, -1 = no limit" },
	handshakeInterval: { kind: "integer", least: 0, unit: "ms, 0 = no limit" },
	backlog: { kind: "integer", least: 1, unit: "connections" },
	ipv6: { kind: "boolean" },
	routingId: { kind: "routing id", types: ["DEALER", "ROUTER"] },
	mandatory: { kind: "boolean", types: ["ROUTER"] },
	handover: { kind: "boolean", types: ["ROUTER"] },
};

function shown(value: unknown): string {
	return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** Checks one option and returns its value as it is kept. @throws ZmqError EINVAL, naming the option and what it takes */
export function checkOption(type: SocketTypeName, name: string, value: unknown): SocketOptions[keyof SocketOptions] {
	const rule: Rule | undefined = Object.hasOwn(RULES, name) ? RULES[name as keyof SocketOptions] : undefined;
	if (rule === undefined) throw new ZmqError("EINVAL", `Unknown socket option "${name}"`);
	if (rule.types?.includes(type) === false)
		throw new ZmqError("EINVAL", `A ${type} socket has no option "${name}"; it is for ${rule.types.join(", ")}`);
	if (rule.kind === "boolean") {
		if (typeof value === "boolean") return value;
		throw new ZmqError("EINVAL", `Option "${name}" must be true or false, got ${shown(value)}`);
	}
	if (rule.kind === "routing id") {
		if (typeof value !== "string" && !(value instanceof Uint8Array))
			throw new ZmqError("EINVAL", `Option "${name}" must be bytes or a string, got ${shown(value)}`);
		const id = Buffer.from(value as string);
		if (id.length <= ROUTING_ID_BYTES_MAX) return id;
		throw new ZmqError("EINVAL", `Option "${name}" must have at most ${ROUTING_ID_BYTES_MAX} bytes, got ${id.length}`);
	}
	if (Number.isInteger(value) && (value as number) >= rule.least && (value as number) <= INTEGER_MAX) return value as number;
	throw new ZmqError(
		"EINVAL",
		`Option "${name}" must be a whole number from ${rule.least} to ${INTEGER_MAX} (${rule.unit}), got ${shown(value)}`,
	);
}

/** The defaults with the given options applied. @throws ZmqError EINVAL */
export function makeOptions(type: SocketTypeName, given: Readonly<Record<string, unknown>>): SocketOptions {
	const options: Record<string, unknown> = { ...SOCKET_OPTION_DEFAULTS };
	for (const name of Object.keys(given)) {
		if (given[name] !== undefined) options[name] = checkOption(type, name, given[name]);
	}
	return options as unknown as SocketOptions;
}
