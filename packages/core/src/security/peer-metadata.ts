/**
 * The properties that the two sides of a connection tell each other in the handshake, whatever the mechanism.
 *
 * We send Socket-Type, and Identity for the types whose peers may be a ROUTER (RFC 28; libzmq sends it even when empty).
 * The peer's Socket-Type must be there and fit ours; all other properties are kept for whoever asks.
 */
import { ROUTING_ID_BYTES_MAX } from "../limits.ts";
import { compatible, SOCKET_TYPE_NUMBER, type SocketTypeName } from "../socket-type.ts";
import type { Properties } from "../wire/command.ts";
import { ProtocolError } from "../wire/protocol-error.ts";

export interface PeerMetadata {
	/** REQ, DEALER …: as the peer said; empty for a peer of ZMTP 1.0, which does not say. */
	readonly socketType: string;
	/** Empty when the peer has none. */
	readonly routingId: Buffer;
	/** All properties, by lower-case name: the peer's own, and above them what ZAP said. */
	readonly properties: Properties;
	/** Who the peer is in the words of the ZAP handler; empty when nobody judged it. */
	readonly userId: string;
}

/** Which of the sockets at one port a connection is for: its peer says so in the handshake (RFC 37 §"The Resource Property"). */
export interface SocketChoice {
	/** True once the socket is known. */
	readonly made: boolean;
	/** True while the peer has asked for one that is not there yet: it has no more to say until then. */
	readonly waiting: boolean;
	/** The peer asks for this resource; empty = for none. It may be there later. @throws ProtocolError ERR_ZMTP_UNKNOWN_RESOURCE */
	choose(resource: string): void;
	/** Who is to be told, once, when a choice is made that had to wait. */
	whenMade(go: () => void): void;
}

/** What this socket says of itself. */
export interface LocalMetadata {
	readonly socketType: SocketTypeName;
	/** What the peer is told that it is; default: `socketType`. */
	readonly announcedType?: SocketTypeName;
	readonly routingId: Uint8Array;
	/** Properties of the application, each with a name that begins with X-. */
	readonly metadata?: Readonly<Record<string, string | Uint8Array>>;
	/** Which of the sockets that share the peer's port is meant (RFC 37); undefined = none is named. */
	readonly resource?: string | undefined;
	/** Where several sockets share a port: what is said here is some socket's only once the choice is made. */
	readonly choice?: SocketChoice | undefined;
}

const SENDS_ROUTING_ID: ReadonlySet<SocketTypeName> = new Set(["REQ", "DEALER", "ROUTER"]);
/** What only ZAP and the transport may say of a peer. */
const NOT_FOR_PEERS: readonly string[] = ["user-id", "peer-address"];
const EMPTY = Buffer.alloc(0);
const NO_PROPERTIES: Properties = new Map();

export function localProperties(local: LocalMetadata): [name: string, value: Uint8Array][] {
	const properties: [string, Uint8Array][] = [["Socket-Type", Buffer.from(local.announcedType ?? local.socketType, "latin1")]];
	if (SENDS_ROUTING_ID.has(local.socketType)) properties.push(["Identity", local.routingId]);
	if (local.resource !== undefined) properties.push(["Resource", Buffer.from(local.resource, "latin1")]);
	for (const [name, value] of Object.entries(local.metadata ?? {})) properties.push([name, Buffer.from(value as string)]);
	return properties;
}

/** @throws ProtocolError ERR_ZMTP_INVALID_METADATA, ERR_ZMTP_UNKNOWN_RESOURCE or ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE */
export function readPeer(local: LocalMetadata, properties: Properties): PeerMetadata {
	local.choice?.choose(properties.get("resource")?.toString("latin1") ?? "");
	const type = properties.get("socket-type");
	if (type === undefined) throw new ProtocolError("ERR_ZMTP_INVALID_METADATA", "The peer did not say its Socket-Type");
	const routingId = properties.get("identity") ?? EMPTY;
	checkRoutingId(routingId);
	const socketType = type.toString("latin1");
	if (local.choice === undefined) checkSocketType(local, socketType);
	return { socketType, routingId, properties: withoutClaims(properties), userId: "" };
}

/**
 * True when this side may say who it is: at once, or where sockets share a port when it is known which of them this is.
 * @throws ProtocolError ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE
 */
export function mayAnswer(local: LocalMetadata, peer: PeerMetadata | undefined): boolean {
	if (local.choice === undefined) return true;
	if (peer === undefined || !local.choice.made) return false;
	checkSocketType(local, peer.socketType);
	return true;
}

function withoutClaims(properties: Properties): Properties {
	if (!NOT_FOR_PEERS.some((name) => properties.has(name))) return properties;
	const rest = new Map(properties);
	for (const name of NOT_FOR_PEERS) rest.delete(name);
	return rest;
}

/** A peer of ZMTP 1.0 or 2.0. @param socketType empty when it did not say */
export function readOldPeer(local: LocalMetadata, socketType: string, routingId: Buffer): PeerMetadata {
	checkRoutingId(routingId);
	if (socketType !== "") checkSocketType(local, socketType);
	return { socketType, routingId, properties: NO_PROPERTIES, userId: "" };
}

/** libzmq's number, as ZMTP 2.0 sends it. */
export function socketTypeNumber(local: LocalMetadata): number {
	return SOCKET_TYPE_NUMBER[local.socketType];
}

export function socketTypeName(number: number): string {
	return Object.entries(SOCKET_TYPE_NUMBER).find(([, each]) => each === number)?.[0] ?? `number ${number}`;
}

function checkRoutingId(routingId: Buffer): void {
	if (routingId.length > ROUTING_ID_BYTES_MAX)
		throw new ProtocolError(
			"ERR_ZMTP_INVALID_METADATA",
			`The peer's routing id has ${routingId.length} bytes, ${ROUTING_ID_BYTES_MAX} are allowed`,
		);
}

function checkSocketType(local: LocalMetadata, socketType: string): void {
	if (compatible(local.socketType, socketType)) return;
	const shown = socketType.slice(0, 32).replace(/[^\x20-\x7e]/g, "?");
	throw new ProtocolError(
		"ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE",
		`A ${local.socketType} socket cannot talk to a ${shown} socket; is the endpoint right?`,
	);
}
