/**
 * One host of actors per thread of a system: its living actors by number, the other hosts it talks to (peers), its requests,
 * deadlines and run queue. Host 0 is the main thread; numbers of hosts and of actors are never used twice.
 *
 * All of it runs on its own thread. Hosts meet only through links (dispatch.ts takes what arrives).
 * Shutdown: `close(error)` kills the actors, settles every request with the error, and drops what still arrives.
 */
import { inspect } from "node:util";
import { Cell } from "../actor/cell.ts";
import { Target } from "../actor/target.ts";
import { anonymousName, joinAddress, LOCAL_NODE } from "../address.ts";
import type { ActorRef } from "../definition/actor-types.ts";
import { ActorError } from "../errors.ts";
import { TOMBSTONES_MAX } from "../limits.ts";
import type { CallPart, CellPart, HostOptions, HostPart, HostServices, PeerPart, Route, SpawnOrder, TargetPart } from "../parts.ts";
import { Ref, type RefWire } from "../ref/ref.ts";
import { RequestTable } from "../ref/request.ts";
import type { Link } from "../remote.ts";
import { Deadlines } from "../turns/deadlines.ts";
import type { Heart } from "../turns/heart.ts";
import { Scheduler } from "../turns/scheduler.ts";
import { decodeValue, type EncodedValue, encodeValue } from "../wire/codec.ts";
import { ALL_THREADS, Kind } from "../wire/envelope.ts";
import { type ExitReason, encodeReason, threadEndText } from "../wire/exit-reason.ts";
import type { RefReader } from "../wire/revive.ts";
import { DeadLetters } from "./dead-letters.ts";
import { Peer } from "./peer.ts";
import { readRoute } from "./route-wire.ts";

/** Stands for all threads of a node in keys; thread numbers stay below it. */
const ALL_KEY = 0x3ffffff;
/** One number for a host. */
const peerKey = (node: number, thread: number): number => node * 0x4000000 + thread;

/** How an actor ended, for watchers that come late. */
interface Tombstone {
	readonly reason: ExitReason;
	readonly supervised: boolean;
	readonly itself: boolean;
}
const UNKNOWN: Tombstone = { reason: { kind: "unknown" }, supervised: false, itself: false };

export class Host implements HostPart {
	readonly thread: number;
	readonly options: HostOptions;
	readonly scheduler = new Scheduler();
	readonly heart: Heart;
	readonly requests: RequestTable;
	readonly cells = new Map<number, Cell>();
	/** Spawning and names; set before the first use. */
	services!: HostServices;
	/** Finds the link to another host; set before the first use. */
	linkTo!: (node: number, thread: number) => Link;
	/** Set once the system is stopped: what everything is refused with. */
	stopped: ActorError | undefined;
	current: CellPart | undefined;
	/** Messages that no actor took. */
	readonly deadLetters: DeadLetters;
	readonly #deadlines = new Deadlines();
	readonly #peers = new Map<number, Peer>();
	readonly #deadHosts = new Set<number>();
	readonly #tombstones = new Map<number, Tombstone>();
	#lastActor = 0;

	constructor(thread: number, options: HostOptions, heart: Heart) {
		this.thread = thread;
		this.options = options;
		this.heart = heart;
		this.deadLetters = new DeadLetters(thread);
		this.requests = new RequestTable(this.#deadlines);
	}

	/** The other host, with its link made at need. A dead one answers with targets that are down. */
	peer(node: number, thread: number): Peer {
		const key = peerKey(node, thread);
		let peer = this.#peers.get(key);
		if (peer !== undefined) return peer;
		if (thread >= ALL_KEY) throw new ActorError("ERR_PROTOCOL", `${thread} is no thread number`);
		const dead = this.#deadHosts.has(key) || this.#deadHosts.has(peerKey(node, ALL_KEY));
		const link = dead ? NO_LINK : this.linkTo(node, thread);
		peer = new Peer({ node, thread, headerNode: this.thread === 0 ? 0 : node, fromThread: this.thread, link });
		if (dead) {
			const whole = this.#deadHosts.has(peerKey(node, ALL_KEY));
			const reason: ExitReason = { kind: whole ? "node" : "thread" };
			peer.down(this.#hostError(node, whole, thread, reason), reason);
			return peer;
		}
		this.#peers.set(key, peer);
		return peer;
	}

	/** A thread, or with ALL_THREADS a node, has ended: everything that waits for it settles. Idempotent. */
	hostDown(node: number, thread: number, reason: ExitReason): void {
		const all = thread === ALL_THREADS;
		this.#deadHosts.add(peerKey(node, all ? ALL_KEY : thread));
		for (const [key, peer] of [...this.#peers]) {
			if (peer.node !== node || (!all && peer.thread !== thread)) continue;
			this.#peers.delete(key);
			const error = this.stopped ?? this.#hostError(node, all, peer.thread, reason);
			// What waits for an answer is told first: a target that comes back elsewhere has new requests at once.
			this.requests.failWhere(
				(request) => request.peer === peer,
				() => error,
			);
			peer.down(error, reason, !all && this.stopped === undefined);
		}
	}

	#hostError(node: number, whole: boolean, thread: number, reason: ExitReason): ActorError {
		const options = reason.error === undefined ? {} : { cause: reason.error };
		if (!whole) {
			const where = node === 0 ? "" : ` of ${this.services.nodeText(node)}`;
			return new ActorError(
				"ERR_THREAD_DOWN",
				`Thread ${thread}${where} ${threadEndText(reason)}: ask again if the actor comes back, or spawn it again`,
				options,
			);
		}
		return new ActorError("ERR_NODE_DOWN", "The connection to the node was lost: try again when it is back", options);
	}

	/** The target for an actor, shared by all refs of this host. Watches it when it is new. */
	target(route: Route): TargetPart {
		if (route.node === 0 && route.thread === this.thread) {
			const cell = this.cells.get(route.actor);
			return cell?.target ?? this.#deadTarget(route, this.#tombstones.get(route.actor));
		}
		const peer = this.peer(route.node, route.thread);
		if (peer.gone !== undefined) return this.#goneTarget(route, peer);
		let target = peer.targets.get(route.actor);
		if (target === undefined) {
			target = new Target({ host: this, peer, actor: route.actor, address: route.address, window: route.window });
			peer.targets.set(route.actor, target);
			peer.say({ kind: Kind.WATCH, toActor: route.actor, a: route.window === undefined ? 1 : 0 });
		}
		return target;
	}

	/** An actor of a host that has ended. When that was a thread, the actor may be back elsewhere. */
	#goneTarget(route: Route, peer: Peer): Target {
		if (this.stopped !== undefined || this.#deadHosts.has(peerKey(route.node, ALL_KEY)))
			return this.#deadTarget(route, { reason: { kind: route.node === 0 ? "thread" : "node" }, supervised: false, itself: false });
		const target = new Target({ host: this, peer, actor: route.actor, address: route.address, window: undefined });
		target.lost({ kind: "thread" });
		return target;
	}

	#deadTarget(route: Route, tombstone: Tombstone = UNKNOWN): Target {
		const target = new Target({ host: this, actor: route.actor, address: route.address, window: route.window });
		const { reason, supervised, itself } = tombstone;
		if (supervised) target.lost(reason, itself);
		else target.down(reason);
		return target;
	}

	/** The actor that sent a message, as a ref. */
	refOf(peer: PeerPart | undefined, actor: number, cell: CellPart): ActorRef {
		const node = peer?.node ?? 0;
		const thread = peer?.thread ?? this.thread;
		const address = joinAddress(node === 0 ? LOCAL_NODE : this.services.nodeText(node), anonymousName(thread, actor));
		return new Ref(this, this.target({ node, thread, actor, address, window: undefined }), cell) as unknown as ActorRef;
	}

	/** Makes refs of what arrives from a peer (undefined: from this host). */
	refReader(peer: PeerPart | undefined, cell: CellPart | undefined, call?: CallPart): RefReader {
		return (wire, kind) => {
			if (kind === "Stream") {
				if (call === undefined || cell === undefined) throw new Error("a stream is not expected here");
				return call.borrow(wire, cell);
			}
			const { at } = wire as RefWire;
			if (typeof at !== "string") throw new Error("a ref has no address");
			const from = peer?.node ?? 0;
			const viaThird = from !== 0 && (wire as RefWire).node !== undefined;
			if ((wire as RefWire).thread === undefined || viaThird) return Ref.byAddress(this, at, cell);
			const route = readRoute({ ...(wire as RefWire), address: at });
			const address = from === 0 ? at : joinAddress(this.services.nodeText(from), at.slice(at.lastIndexOf("/") + 1));
			return new Ref(this, this.target({ ...route, node: from === 0 ? route.node : from, address }), cell);
		};
	}

	/** Undoes an encoding that never left this host. */
	decodeOwn(encoded: EncodedValue, cell: CellPart | undefined): unknown {
		return decodeValue(encoded.frames, 0, encoded.tagged, this.refReader(undefined, cell));
	}

	/** How each life of an actor gets its arguments; in checked mode they go through the codec. @throws ActorError ERR_NOT_SENDABLE */
	argsMaker(args: unknown[]): () => unknown[] {
		if (!Array.isArray(args)) throw new ActorError("ERR_BAD_OPTION", "args must be the list of arguments of the setup function");
		if (!this.options.checked) return () => args;
		const encoded = encodeValue(args, "args");
		return () => this.decodeOwn(encoded, undefined) as unknown[];
	}

	/** Creates an actor on this thread; settles when its setup is done. */
	async spawnHere({ definition, args, name, restart, supervised }: SpawnOrder): Promise<Target> {
		if (this.stopped !== undefined) throw this.stopped;
		if (typeof definition?.setup !== "function")
			throw new ActorError("ERR_BAD_OPTION", "spawn needs what defineActor returned as its first argument");
		this.#lastActor += 1;
		const cell = new Cell({ host: this, number: this.#lastActor, name, definition, args, restart, supervised });
		this.cells.set(cell.number, cell);
		await cell.started;
		return cell.target;
	}

	/** @internal A cell has ended: everybody who knows it is told. */
	buried(cell: CellPart, reason: ExitReason): void {
		this.cells.delete(cell.number);
		const tombstone: Tombstone = { reason, supervised: cell.supervised, itself: cell.stoppedItself };
		this.#tombstones.set(cell.number, tombstone);
		if (this.#tombstones.size > TOMBSTONES_MAX) this.#tombstones.delete(this.#tombstones.keys().next().value as number);
		for (const inlet of cell.inlets) {
			inlet.peer.inlets.delete(cell.number);
			this.sayDown(inlet.peer, cell.number, tombstone);
		}
		cell.inlets.clear();
		if (cell.supervised) cell.target.lost(reason, cell.stoppedItself);
		else cell.target.down(reason);
	}

	/** Tells a peer that an actor has ended, or never was. */
	sayDown(peer: PeerPart, actor: number, { reason, supervised, itself } = this.#tombstones.get(actor) ?? UNKNOWN): void {
		const encoded = encodeReason(reason);
		const fields = { kind: Kind.DOWN, flags: encoded.tagged ? 2 : 0, fromActor: actor, a: supervised ? 1 : 0, b: itself ? 1 : 0 };
		peer.send(fields, encoded.frames);
	}

	deadLetter(address: string, method: string, overflow = false): void {
		this.deadLetters.add(address, method, overflow);
	}

	log(address: string, parts: unknown[]): void {
		const text = parts.map((part) => (typeof part === "string" ? part : inspect(part))).join(" ");
		process.stderr.write(`[${address}] ${text}\n`);
	}

	/** Ends everything on this host; see Shutdown. */
	close(error: ActorError): void {
		this.stopped = error;
		for (const cell of [...this.cells.values()].reverse()) cell.die({ kind: "killed" });
		for (const peer of [...this.#peers.values()]) peer.down(error, { kind: peer.node === 0 ? "thread" : "node", error });
		this.#peers.clear();
		this.requests.failWhere(
			() => true,
			() => error,
		);
		this.scheduler.close();
		this.#deadlines.close();
	}
}

const NO_LINK: Link = { peer: "nobody", owner: undefined, send: () => {}, close: () => {} };
