/**
 * The option properties of the socket classes, by zeromq.js's names, with libzmq's numbers.
 */
import type { OptionProperty } from "./option-access.ts";

const MECHANISMS = [null, "plain", "curve", "gssapi"] as const;

export const SOCKET_PROPERTIES: readonly OptionProperty[] = [
	{ name: "affinity", number: 4, access: "Uint64" },
	{ name: "rate", number: 8, access: "Int32" },
	{ name: "recoveryInterval", number: 9, access: "Int32" },
	{ name: "type", number: 16, access: "Int32", mode: "read-only" },
	{ name: "linger", number: 17, access: "Int32" },
	{ name: "reconnectInterval", number: 18, access: "Int32" },
	{ name: "backlog", number: 19, access: "Int32" },
	{ name: "reconnectMaxInterval", number: 21, access: "Int32" },
	{ name: "maxMessageSize", number: 22, access: "Int64" },
	{ name: "lastEndpoint", number: 32, access: "String", mode: "read-only" },
	{ name: "tcpKeepalive", number: 34, access: "Int32" },
	{ name: "tcpKeepaliveCount", number: 35, access: "Int32" },
	{ name: "tcpKeepaliveIdle", number: 36, access: "Int32" },
	{ name: "tcpKeepaliveInterval", number: 37, access: "Int32" },
	{ name: "tcpAcceptFilter", number: 38, access: "String" },
	{ name: "immediate", number: 39, access: "Bool" },
	{ name: "ipv6", number: 42, access: "Bool" },
	{ name: "securityMechanism", number: 43, access: "Int32", mode: "read-only", labels: MECHANISMS },
	{ name: "plainServer", number: 44, access: "Bool" },
	{ name: "plainUsername", number: 45, access: "String" },
	{ name: "plainPassword", number: 46, access: "String" },
	{ name: "curveServer", number: 47, access: "Bool" },
	{ name: "curvePublicKey", number: 48, access: "String" },
	{ name: "curveSecretKey", number: 49, access: "String" },
	{ name: "curveServerKey", number: 50, access: "String" },
	{ name: "zapDomain", number: 55, access: "String" },
	{ name: "typeOfService", number: 57, access: "Int32" },
	{ name: "handshakeInterval", number: 66, access: "Int32" },
	{ name: "socksProxy", number: 68, access: "String" },
	{ name: "heartbeatInterval", number: 75, access: "Int32" },
	{ name: "heartbeatTimeToLive", number: 76, access: "Int32" },
	{ name: "heartbeatTimeout", number: 77, access: "Int32" },
	{ name: "connectTimeout", number: 79, access: "Int32" },
	{ name: "tcpMaxRetransmitTimeout", number: 80, access: "Int32" },
	{ name: "threadSafe", number: 81, access: "Bool", mode: "read-only" },
	{ name: "multicastMaxTransportDataUnit", number: 84, access: "Int32" },
	{ name: "vmciBufferSize", number: 85, access: "Uint64" },
	{ name: "vmciBufferMinSize", number: 86, access: "Uint64" },
	{ name: "vmciBufferMaxSize", number: 87, access: "Uint64" },
	{ name: "vmciConnectTimeout", number: 88, access: "Int32" },
	{ name: "interface", number: 92, access: "String" },
	{ name: "zapEnforceDomain", number: 93, access: "Bool" },
	{ name: "loopbackFastPath", number: 94, access: "Bool" },
];

/** Of sockets that send. */
export const SENDING_PROPERTIES: readonly OptionProperty[] = [
	{ name: "sendBufferSize", number: 11, access: "Int32" },
	{ name: "sendHighWaterMark", number: 23, access: "Int32" },
	{ name: "sendTimeout", number: 28, access: "Int32" },
	{ name: "multicastHops", number: 25, access: "Int32" },
];

/** Of sockets that receive. */
export const RECEIVING_PROPERTIES: readonly OptionProperty[] = [
	{ name: "receiveBufferSize", number: 12, access: "Int32" },
	{ name: "receiveHighWaterMark", number: 24, access: "Int32" },
	{ name: "receiveTimeout", number: 27, access: "Int32" },
];

/** Of some classes only. */
export const SPECIAL_PROPERTIES = {
	routingId: { name: "routingId", number: 5, access: "String" },
	mandatory: { name: "mandatory", number: 33, access: "Bool" },
	probeRouter: { name: "probeRouter", number: 51, access: "Bool", mode: "write-only" },
	correlate: { name: "correlate", number: 52, access: "Bool", mode: "write-only" },
	relaxed: { name: "relaxed", number: 53, access: "Bool", mode: "write-only" },
	conflate: { name: "conflate", number: 54, access: "Bool", mode: "write-only" },
	handover: { name: "handover", number: 56, access: "Bool", mode: "write-only" },
	noDrop: { name: "noDrop", number: 69, access: "Bool", mode: "write-only" },
	manual: { name: "manual", number: 71, access: "Bool", mode: "write-only" },
	welcomeMessage: { name: "welcomeMessage", number: 72, access: "String", mode: "write-only" },
	notify: { name: "notify", number: 73, access: "Bool", mode: "write-only" },
	invertMatching: { name: "invertMatching", number: 74, access: "Bool" },
} as const satisfies Readonly<Record<string, OptionProperty>>;
