/**
 * What a host needs to have done by the main thread of its system: to spawn at an address and to look an address up. On the
 * main thread the system does it itself; a worker thread asks for it with SPAWN and RESOLVE envelopes.
 */
import type { ActorDefinition, SpawnOptions } from "./actor-types.ts";
import { encodeThrown } from "./call.ts";
import { decodeValue, type EncodedValue, encodeValue } from "./codec.ts";
import { Flag, type HeaderFields, Kind } from "./envelope.ts";
import { ActorError } from "./errors.ts";
import type { Host } from "./host.ts";
import { MAILBOX_BYTES_DEFAULT, MAILBOX_MESSAGES_DEFAULT } from "./limits.ts";
import type { Peer } from "./peer.ts";
import type { RefReader } from "./tagged.ts";
import type { Target } from "./target.ts";

/** Where an actor is, and the credit that each sending host has with it. */
export interface Route {
	/** 0 = this process; else the number of the link to a node. */
	readonly node: number;
	readonly thread: number;
	readonly actor: number;
	readonly address: string;
	readonly messages: number;
	readonly bytes: number;
}

export interface HostServices {
	spawn(definition: ActorDefinition, options: SpawnOptions<unknown[]>): Promise<Target>;
	resolve(address: string): Promise<Target>;
	/** @throws ActorError ERR_NO_REMOTE */
	checkScheme(scheme: string, text: string): void;
	/** The endpoint of a node, for addresses. */
	nodeText(node: number): string;
	/** A thread or node has ended, says a peer; `node` as this process numbers it. */
	hostDown(node: number, thread: number): void;
	/** An envelope for the host itself (SPAWN, RESOLVE) has come. */
	onRequest(peer: Peer, kind: number, request: number, frames: readonly Uint8Array[], tagged: boolean): void;
}

/** What a SPAWN envelope asks for; its arguments follow in a value of their own. */
export interface SpawnWire {
	readonly module: string;
	readonly name: string;
	/** The name in the address; absent: one is made up. */
	readonly as?: string;
	readonly at?: string;
	readonly on?: readonly string[];
	readonly thread?: number | "main";
}

/** The answer to SPAWN and RESOLVE. */
export type RouteWire = Omit<Route, "address"> & { readonly address: string };

export function routeOf(target: Target, thread: number): RouteWire {
	return { node: target.peer?.node ?? 0, thread: target.peer?.thread ?? thread, actor: target.actor, address: target.address, ...target.window };
}

/** Reads an answer. @throws ActorError ERR_PROTOCOL */
export function readRoute(value: unknown): RouteWire {
	const route = value as Partial<RouteWire> | null;
	if (typeof route?.thread !== "number" || typeof route.actor !== "number") throw new ActorError("ERR_PROTOCOL", "The answer to a spawn or look-up has no thread and actor");
	return {
		node: typeof route.node === "number" ? route.node : 0,
		thread: route.thread,
		actor: route.actor,
		address: String(route.address ?? ""),
		messages: typeof route.messages === "number" ? route.messages : MAILBOX_MESSAGES_DEFAULT,
		bytes: typeof route.bytes === "number" ? route.bytes : MAILBOX_BYTES_DEFAULT,
	};
}

/** Sends SPAWN to a host and waits for the route. */
export async function requestSpawn(host: Host, peer: Peer, spawn: SpawnWire, args: EncodedValue): Promise<RouteWire> {
	const info = encodeValue(spawn, "spawn");
	const flags = args.tagged ? Flag.TAGGED : 0;
	return readRoute(await requestOf(host, peer, `spawn of ${spawn.name}`, { kind: Kind.SPAWN, flags }, [info.frames[0] as Uint8Array, ...args.frames]));
}

/** Sends RESOLVE to a host and waits for the route. */
export async function requestResolve(host: Host, peer: Peer, name: string): Promise<RouteWire> {
	return readRoute(await requestOf(host, peer, `look-up of ${name}`, { kind: Kind.RESOLVE }, encodeValue(name, "name").frames));
}

function requestOf(host: Host, peer: Peer, subject: string, fields: HeaderFields, value: readonly Uint8Array[]): Promise<unknown> {
	return host.requests.open({ subject, timeoutMs: host.options.askTimeoutMs, signal: undefined, stream: undefined }, (request) => {
		if (peer.gone !== undefined) throw peer.gone;
		request.peer = peer;
		peer.send({ ...fields, request: request.id }, value);
	});
}

/** Answers SPAWN or RESOLVE with the route, or with the error. */
export async function answer(host: Host, peer: Peer, request: number, work: Promise<Target>): Promise<void> {
	let encoded: EncodedValue;
	let flags: number = 0;
	try {
		encoded = encodeValue(routeOf(await work, host.thread), "route");
	} catch (error) {
		encoded = encodeThrown(error);
		flags = Flag.ERROR;
	}
	peer.send({ kind: Kind.REPLY, flags: flags | (encoded.tagged ? Flag.TAGGED : 0), request }, encoded.frames);
}

/** Reads what a SPAWN envelope asks for. @throws ActorError ERR_PROTOCOL */
export function readSpawn(frames: readonly Uint8Array[]): SpawnWire {
	const wire = decodeValue(frames, 1, false, noRefs) as Partial<SpawnWire> | null;
	if (typeof wire?.module !== "string" || typeof wire.name !== "string") throw new ActorError("ERR_PROTOCOL", "A spawn names a module and a definition");
	if (wire.as !== undefined && typeof wire.as !== "string") throw new ActorError("ERR_PROTOCOL", "The name in a spawn is not a string");
	return wire as SpawnWire;
}

/** The arguments of a SPAWN envelope, still encoded. */
export function spawnArgs(frames: readonly Uint8Array[], tagged: boolean): EncodedValue {
	return { frames: frames.slice(2), tagged, bytes: 0 };
}

export const noRefs: RefReader = () => {
	throw new ActorError("ERR_PROTOCOL", "A ref is not expected here");
};
