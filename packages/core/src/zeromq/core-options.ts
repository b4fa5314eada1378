/**
 * Tells a core socket of an option that was set by number, in core's name and shape.
 *
 * An option that the socket's class has not in core (a send mark on a Pull) stays without effect there, as it does in libzmq.
 */
import type { Socket as CoreSocket } from "../socket/socket.ts";
import type { OptionValue } from "./option-rules.ts";
import { MECHANISM, type OptionValues } from "./option-values.ts";

const INT_MAX = 0x7fff_ffff;
/** The field of IP has 8 bits. */
const HOPS_MAX = 255;

interface Projection {
	readonly name: string;
	readonly shape?: (value: OptionValue) => unknown;
}

const bool = (value: OptionValue): boolean => value !== 0;
const text = (value: OptionValue): string | null => (value === null ? null : (value as Buffer).toString("utf8"));
/** Core knows sizes up to 2^31 - 1, which no message exceeds. */
const size = (value: OptionValue): number => {
	const bytes = value as bigint;
	return bytes < 0n || bytes > INT_MAX ? -1 : Number(bytes);
};
/** Core's texts of ZAP are ASCII (RFC 27): other bytes are written as in a URL. */
const asciiText = (value: OptionValue): string =>
	value === null
		? ""
		: (value as Buffer).toString("latin1").replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
const NOTIFY = [null, "connect", "disconnect", "both"] as const;
const STOPS = ["refused", "handshake", "disconnect"] as const;

/** By libzmq's number; the names are those of core's option table. */
const PROJECTIONS: Readonly<Record<number, Projection>> = {
	5: { name: "routingId", shape: (value) => value },
	8: { name: "rate" },
	9: { name: "recoveryInterval" },
	11: { name: "sendBufferSize" },
	12: { name: "receiveBufferSize" },
	17: { name: "linger" },
	18: { name: "reconnectInterval" },
	// libzmq leaves 0 to the operating system, which makes the smallest of it; so does core's 1.
	19: { name: "backlog", shape: (value) => Math.max(1, value as number) },
	21: { name: "reconnectMaxInterval" },
	22: { name: "maxMessageSize", shape: size },
	23: { name: "sendHighWaterMark" },
	24: { name: "receiveHighWaterMark" },
	25: { name: "multicastHops", shape: (value) => Math.min(value as number, HOPS_MAX) },
	27: { name: "receiveTimeout" },
	28: { name: "sendTimeout" },
	33: { name: "mandatory", shape: bool },
	34: { name: "tcpKeepalive" },
	35: { name: "tcpKeepaliveCount" },
	36: { name: "tcpKeepaliveIdle" },
	37: { name: "tcpKeepaliveInterval" },
	38: { name: "tcpAcceptFilter", shape: text },
	39: { name: "immediate", shape: bool },
	40: { name: "verbosity", shape: (value) => (value === 0 ? null : "allSubs") },
	42: { name: "ipv6", shape: bool },
	51: { name: "probeRouter", shape: bool },
	52: { name: "correlate", shape: bool },
	53: { name: "relaxed", shape: bool },
	54: { name: "conflate", shape: bool },
	55: { name: "zapDomain", shape: asciiText },
	56: { name: "handover", shape: bool },
	66: { name: "handshakeInterval" },
	68: { name: "socksProxy", shape: text },
	69: { name: "noDrop", shape: bool },
	71: { name: "manual", shape: bool },
	72: { name: "welcomeMessage", shape: (value) => ((value as Buffer | null)?.length ? value : null) },
	73: { name: "notify", shape: bool },
	74: { name: "invertMatching", shape: bool },
	75: { name: "heartbeatInterval" },
	76: { name: "heartbeatTimeToLive" },
	77: { name: "heartbeatTimeout" },
	78: { name: "verbosity", shape: (value) => (value === 0 ? null : "allSubsUnsubs") },
	79: { name: "connectTimeout" },
	92: { name: "interface", shape: text },
	93: { name: "zapEnforceDomain", shape: bool },
	96: { name: "multicastLoop", shape: bool },
	97: { name: "routerNotify", shape: (value) => NOTIFY[value as number] },
	98: { name: "manualLastValue", shape: bool },
	99: { name: "socksUsername", shape: text },
	100: { name: "socksPassword", shape: text },
	108: { name: "onlyFirstSubscribe", shape: bool },
	109: { name: "reconnectStop", shape: (value) => STOPS.filter((_, bit) => ((value as number) & (1 << bit)) !== 0) },
	110: { name: "helloMessage" },
	111: { name: "disconnectMessage" },
	114: { name: "hiccupMessage" },
	115: { name: "verboseUnsubscribe", shape: bool },
};

function assign(socket: CoreSocket, name: string, value: unknown): void {
	if (name in socket) (socket as unknown as Record<string, unknown>)[name] = value;
}

/** Core's security, from nothing: what the mechanism in force needs, and only that. */
function applySecurity(socket: CoreSocket, values: OptionValues): void {
	const mechanism = values.value(43);
	const plain = mechanism === MECHANISM.plain;
	const curve = mechanism === MECHANISM.curve;
	socket.plainUsername = null;
	socket.plainPassword = null;
	socket.curvePublicKey = null;
	socket.curveSecretKey = null;
	socket.curveServerKey = null;
	socket.plainServer = false;
	socket.curveServer = false;
	if (plain && bool(values.value(44))) socket.plainServer = true;
	else if (plain) {
		socket.plainUsername = text(values.value(45)) ?? "";
		socket.plainPassword = text(values.value(46)) ?? "";
	}
	if (!curve) return;
	socket.curvePublicKey = values.value(48) as Buffer | null;
	socket.curveSecretKey = values.value(49) as Buffer | null;
	if (bool(values.value(47))) socket.curveServer = true;
	else socket.curveServerKey = values.value(50) as Buffer | null;
}

/** The option has a new value. */
export function applyOption(socket: CoreSocket, number: number, values: OptionValues): void {
	if (number >= 44 && number <= 50) {
		applySecurity(socket, values);
		return;
	}
	const at = number === 31 ? 42 : number;
	const projection = PROJECTIONS[at];
	if (projection === undefined) return;
	const value = values.value(at);
	assign(socket, projection.name, projection.shape === undefined ? value : projection.shape(value));
}
