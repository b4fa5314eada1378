/**
 * Spawning and finding actors between hosts: SPAWN and RESOLVE envelopes, asked and answered. On the main thread the system
 * does the work itself (main-services.ts); a worker thread asks the main thread, and a node the main thread of another.
 */
import type { SupervisedOptions } from "../definition/actor-types.ts";
import { ActorError } from "../errors.ts";
import type { Cancellable, HostPart, PeerPart, Route, TargetPart } from "../parts.ts";
import type { RestartKind, RestartOptions } from "../restart/restart-policy.ts";
import { decodeValue, type EncodedValue, encodeValue } from "../wire/codec.ts";
import { Flag, fieldA, fieldB, type HeaderFields, Kind } from "../wire/envelope.ts";
import type { RefReader } from "../wire/revive.ts";
import { encodeThrown } from "../wire/thrown.ts";
import { readRoute, routeToWire } from "./route-wire.ts";

/** What a SPAWN envelope asks for; its arguments follow in a value of their own. */
export interface SpawnWire {
	readonly module: string;
	readonly name: string;
	/** The name in the address; absent: one is made up. */
	readonly as?: string;
	readonly at?: string;
	readonly on?: readonly string[];
	readonly thread?: SupervisedOptions["thread"];
	/** How it begins anew after a failure; absent: as it is defined. */
	readonly restart?: RestartKind | RestartOptions;
	/** Its supervisor starts it again; for our own threads only. */
	readonly supervised?: true;
	/** False: it does not come back when its thread dies; whoever spawns it sees to that. */
	readonly returns?: false;
}

/** Sends SPAWN to a host and waits for the route. */
export async function requestSpawn(host: HostPart, peer: PeerPart, spawn: SpawnWire, args: EncodedValue): Promise<Route> {
	const info = encodeValue(spawn, "spawn");
	const flags = args.tagged ? Flag.TAGGED : 0;
	return readRoute(
		await requestOf(host, peer, `spawn of ${spawn.name}`, { kind: Kind.SPAWN, flags }, [info.frames[0] as Uint8Array, ...args.frames]),
	);
}

/** Sends RESOLVE to a host and waits for the route; at most as long as an ask does, unless the time is given (0 = without end). */
export async function requestResolve(
	host: HostPart,
	peer: PeerPart,
	name: string,
	timeoutMs?: number,
	/** The place where it was, and has ended. */
	was?: Place,
): Promise<Route> {
	const value = encodeValue(name, "name").frames;
	const fields = { kind: Kind.RESOLVE, a: was?.thread ?? 0, b: was?.actor ?? 0 };
	return readRoute(await requestOf(host, peer, `look-up of ${name}`, fields, value, timeoutMs));
}

/** Has the main thread start a supervised actor again, and waits for its route without end: its setup may take its time. */
export async function requestAgain(host: HostPart, peer: PeerPart, was: Place): Promise<Route> {
	return readRoute(await requestOf(host, peer, "restart", { kind: Kind.AGAIN, a: was.thread, b: was.actor }, [], 0));
}

/** Where an actor is, or was. */
export interface Place {
	readonly thread: number;
	readonly actor: number;
}

/** The place of an actor of this process. */
export function placeOf(target: TargetPart): Place {
	return { thread: target.peer?.thread ?? target.host.thread, actor: target.actor };
}

/** The place that an envelope names. */
export function readPlace(frames: readonly Uint8Array[]): Place {
	const header = frames[0] as Buffer;
	return { thread: fieldA(header), actor: fieldB(header) };
}

function requestOf(
	host: HostPart,
	peer: PeerPart,
	subject: string,
	fields: HeaderFields,
	value: readonly Uint8Array[],
	timeoutMs = host.options.askTimeoutMs,
): Promise<unknown> {
	return host.requests.open({ subject, timeoutMs, signal: undefined, stream: undefined, cell: undefined }, (request) => {
		if (peer.gone !== undefined) throw peer.gone;
		request.peer = peer;
		peer.send({ ...fields, request: request.id }, value);
	});
}

/**
 * Answers SPAWN or RESOLVE with the route, or with the error.
 *
 * @param unwanted takes back what was done for a caller that has given up, or is gone
 */
export async function answer(
	host: HostPart,
	peer: PeerPart,
	request: number,
	work: Promise<TargetPart>,
	unwanted: (target: TargetPart) => void,
): Promise<void> {
	let cancelled = false;
	const inHand: Cancellable = {
		stream: undefined,
		cancel: () => {
			cancelled = true;
		},
	};
	peer.calls.set(request, inHand);
	let encoded: EncodedValue;
	let flags: number = 0;
	try {
		const target = await work;
		if (cancelled) unwanted(target);
		encoded = encodeValue(routeToWire(target, host.thread), "route");
	} catch (error) {
		encoded = encodeThrown(error);
		flags = Flag.ERROR;
	}
	if (peer.calls.get(request) === inHand) peer.calls.delete(request);
	if (!cancelled) peer.send({ kind: Kind.REPLY, flags: flags | (encoded.tagged ? Flag.TAGGED : 0), request }, encoded.frames);
}

/** For SPAWN: nobody holds the new actor. */
export function killUnwanted(target: TargetPart): void {
	void target.kill();
}

/** For RESOLVE: nothing was done. */
export function leaveAlone(): void {}

/** Reads what a SPAWN envelope asks for. @throws ActorError ERR_PROTOCOL */
export function readSpawn(frames: readonly Uint8Array[]): SpawnWire {
	const wire = decodeValue(frames, 1, false, noRefs) as Partial<SpawnWire> | null;
	if (typeof wire?.module !== "string" || typeof wire.name !== "string")
		throw new ActorError("ERR_PROTOCOL", "A spawn names a module and a definition");
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
