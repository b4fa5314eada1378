/**
 * The main thread's part in spawning and finding actors: names, placement on threads, nodes. It serves the code of the
 * application, the worker threads, and other nodes; what a node asks for is held to what this system allows.
 */

import { joinAddress, LOCAL_NODE, nameIn, parseAddress, parseAnonymousName, parseNode, parseNumbered } from "../address.ts";
import type { ActorDefinition, SpawnOptions, SupervisedOptions } from "../definition/actor-types.ts";
import { loadDefinition } from "../definition/load-module.ts";
import { ActorError } from "../errors.ts";
import type { Host } from "../host/host.ts";
import { answerOffload, readOrder } from "../host/offload.ts";
import { Registry } from "../host/registry.ts";
import {
	answer,
	killUnwanted,
	leaveAlone,
	noRefs,
	type Place,
	placeOf,
	readPlace,
	readSpawn,
	requestResolve,
	requestSpawn,
	type SpawnWire,
	spawnArgs,
} from "../host/services.ts";
import type { HostServices, PeerPart, Route, TargetPart } from "../parts.ts";
import { checkRestart, type RestartKind, type RestartOptions, restartOf } from "../restart/restart-policy.ts";
import type { TaskOrder } from "../task/task-order.ts";
import type { TaskPool } from "../task/task-pool.ts";
import type { Threads } from "../thread/threads.ts";
import { decodeValue, type EncodedValue, encodeValue } from "../wire/codec.ts";
import { ALL_THREADS, Kind } from "../wire/envelope.ts";
import type { ExitReason } from "../wire/exit-reason.ts";
import type { Nodes } from "./nodes.ts";
import { type Placed, Residents } from "./residents.ts";

export interface MainServicesOptions {
	readonly host: Host;
	readonly nodes: Nodes;
	readonly threads: Threads;
	readonly tasks: TaskPool;
	/** Which modules other nodes may have imported here. */
	readonly modules: ((url: string) => boolean) | undefined;
	readonly onDown: (node: number, thread: number, reason: ExitReason) => void;
}

/** What is to be spawned; args encoded, unless the actor stays in this thread anyway. */
interface Order {
	readonly module: string;
	readonly name: string;
	readonly definition?: ActorDefinition;
	readonly args: unknown[] | EncodedValue;
	/** Who sent encoded args. */
	readonly peer: PeerPart | undefined;
	/** Undefined: as it is defined, which only the thread that imports it knows. */
	readonly restart: RestartKind | RestartOptions | undefined;
	/** It comes back when its thread dies. */
	readonly returns: boolean;
	/** Its supervisor starts it again; on its thread unless the place is given. */
	readonly supervised?: boolean;
}

/** Options of a spawn, and of one by a supervisor. */
type PlacedOptions = Omit<SpawnOptions<unknown[]>, "thread"> & { readonly thread?: SupervisedOptions["thread"] };

/** A slot, a thread of its own or any (undefined); or the number of a thread. */
type ThreadChoice = { readonly index: number | "own" | undefined } | { readonly number: number };

/** To an actor of the main thread. */
function routeTo({ actor, address, window }: TargetPart): Route {
	return { node: 0, thread: 0, actor, address, window };
}

function wireOf(order: Order, module: string, name: string | undefined): SpawnWire {
	return {
		module,
		name: order.name,
		...(name === undefined ? {} : { as: name }),
		...(order.restart === undefined ? {} : { restart: order.restart }),
		...(order.returns ? {} : { returns: false }),
		...(order.supervised === true && { supervised: true }),
	};
}

export class MainServices implements HostServices {
	readonly #host: Host;
	readonly #options: MainServicesOptions;
	readonly #registry = new Registry();
	readonly #residents: Residents;
	/** Living top-level actors, the oldest first. */
	readonly topLevel = new Set<TargetPart>();
	#turn = 0;
	#refused: ActorError | undefined;

	constructor(options: MainServicesOptions) {
		this.#host = options.host;
		this.#options = options;
		const { host, threads } = options;
		this.#residents = new Residents({
			alive: (thread) => thread === 0 || threads.alive(thread),
			target: (route) => host.target(route),
			log: (address, parts) => host.log(address, parts),
		});
	}

	/** From now on nothing is spawned any more, and nobody comes back. */
	refuse(error: ActorError): void {
		this.#refused = error;
		this.#residents.close();
	}

	/** A worker thread has ended; to be told before its host is. */
	threadDown(thread: number, cause: unknown): void {
		this.#residents.threadDown(thread, cause);
	}

	/** @param returns it comes back when its thread dies; else whoever spawns it sees to that */
	spawn(definition: ActorDefinition, options: SpawnOptions<unknown[]>, returns = true): Promise<TargetPart> {
		return this.#spawnOwn(definition, options, returns, false);
	}

	spawnSupervised(definition: ActorDefinition, options: SupervisedOptions): Promise<TargetPart> {
		return this.#spawnOwn(definition, options, false, true);
	}

	startAgain(target: TargetPart): Promise<TargetPart> {
		const { thread, actor } = placeOf(target);
		return this.#residents.again(thread, actor);
	}

	async #spawnOwn(definition: ActorDefinition, options: PlacedOptions, returns: boolean, supervised: boolean): Promise<TargetPart> {
		if (typeof definition?.setup !== "function")
			throw new ActorError("ERR_BAD_OPTION", "spawn needs what defineActor returned as its first argument");
		const args = options.args ?? [];
		if (!Array.isArray(args)) throw new ActorError("ERR_BAD_OPTION", "args must be the list of arguments of the setup function");
		const restart = restartOf(definition, options);
		const { module, name } = definition;
		return this.#spawn({ module, name, definition, args, peer: undefined, restart, returns, supervised }, options);
	}

	home(target: TargetPart): Promise<TargetPart> | undefined {
		const { peer, address } = target;
		const was = placeOf(target);
		if (peer === undefined || peer.node === 0) return this.#residents.find(was.thread, was.actor, true);
		return this.#findAt(peer.node, nameIn(address), address, was);
	}

	async #findAt(node: number, name: string, address: string, was: Place): Promise<TargetPart> {
		const route = await requestResolve(this.#host, this.#host.peer(node, 0), name, 0, was);
		return this.#host.target({ ...route, node, address });
	}

	forgo(target: TargetPart): void {
		const { thread, actor } = placeOf(target);
		if ((target.peer?.node ?? 0) === 0) this.#residents.forgo(thread, actor);
	}

	async resolve(address: string): Promise<TargetPart> {
		if (this.#host.stopped !== undefined) throw this.#host.stopped;
		const { scheme, node, name } = parseAddress(address);
		this.checkScheme(scheme, address);
		if (scheme === "inproc") return this.#find(name);
		const number = await this.#options.nodes.dial(node);
		const route = await requestResolve(this.#host, this.#host.peer(number, 0), name);
		return this.#host.target({ ...route, node: number, address });
	}

	checkScheme(scheme: string, text: string): void {
		this.#options.nodes.checkScheme(scheme, text);
	}

	nodeText(node: number): string {
		return this.#options.nodes.text(node);
	}

	hostDown(node: number, thread: number, reason: ExitReason): void {
		// A whole node: it said so itself, or sent a thread what is not an envelope.
		if (thread === ALL_THREADS) this.#options.nodes.drop(node);
		else this.#options.onDown(node, thread, reason);
	}

	async offload(order: TaskOrder, signal: AbortSignal | undefined): Promise<unknown> {
		const answer = await this.#options.tasks.run(order, signal);
		const value = decodeValue(answer.frames, 0, answer.tagged, noRefs);
		if (answer.failed) throw value;
		return value;
	}

	onRequest(peer: PeerPart, kind: number, request: number, frames: readonly Uint8Array[], tagged: boolean): void {
		if (kind === Kind.FORGO || kind === Kind.AGAIN) {
			this.#superviseFor(peer, kind, request, readPlace(frames));
			return;
		}
		if (kind === Kind.OFFLOAD) {
			if (peer.node !== 0) throw new ActorError("ERR_PROTOCOL", "Tasks run for threads of this process only");
			void answerOffload(this.#options.tasks, peer, request, readOrder(frames, tagged));
			return;
		}
		const work = kind === Kind.SPAWN ? this.#spawnFor(peer, frames, tagged) : this.#resolveFor(peer, frames);
		void answer(this.#host, peer, request, work, kind === Kind.SPAWN ? killUnwanted : leaveAlone);
	}

	#superviseFor(peer: PeerPart, kind: number, request: number, { thread, actor }: Place): void {
		if (peer.node !== 0) throw new ActorError("ERR_PROTOCOL", "AGAIN and FORGO come from threads of the same process");
		if (kind === Kind.FORGO) this.#residents.forgo(thread, actor);
		else void answer(this.#host, peer, request, this.#residents.again(thread, actor), leaveAlone);
	}

	async #spawnFor(peer: PeerPart, frames: readonly Uint8Array[], tagged: boolean): Promise<TargetPart> {
		const wire = readSpawn(frames);
		const { module, name, restart } = wire;
		if (restart !== undefined) checkRestart(restart);
		const returns = restart !== undefined && wire.returns !== false;
		const order: Order = { module, name, args: spawnArgs(frames, tagged), peer, restart, returns };
		if (peer.node === 0) return this.#spawn({ ...order, supervised: wire.supervised === true }, wire as PlacedOptions);
		const at = wire.as === undefined ? {} : { at: joinAddress(LOCAL_NODE, wire.as) };
		return this.#spawn(order, at);
	}

	async #resolveFor(peer: PeerPart, frames: readonly Uint8Array[]): Promise<TargetPart> {
		const name = decodeValue(frames, 1, false, noRefs);
		if (typeof name !== "string") throw new ActorError("ERR_PROTOCOL", "A look-up needs a name");
		const was = readPlace(frames);
		if (peer.node !== 0) return this.#findFrom(name, was);
		const numbered = parseNumbered(name);
		if (numbered !== undefined) return this.#findAt(numbered.node, numbered.name, name, was);
		return was.actor === 0 ? this.resolve(name) : this.#findFrom(nameIn(name), was);
	}

	/** Where an actor is now that has ended where it was. One whose thread lives is only there again if its supervisor has started it. */
	async #findFrom(name: string, was: Place): Promise<TargetPart> {
		if (was.actor === 0) return this.#find(name);
		const back = this.#residents.find(was.thread, was.actor, true);
		if (back !== undefined) return back;
		if (was.thread !== 0 && !this.#options.threads.alive(was.thread)) return this.#find(name);
		throw new ActorError("ERR_ACTOR_DOWN", `The actor ${name} has ended: spawn it again`);
	}

	/** An actor that is away is found once it is back. */
	async #find(name: string): Promise<TargetPart> {
		const anonymous = parseAnonymousName(name);
		if (anonymous === undefined) {
			const target = await this.#registry.find(name).found();
			if (target.exit === undefined) return target;
			throw new ActorError("ERR_UNKNOWN_ACTOR", `The actor ${name} has ended`);
		}
		const { thread, actor } = anonymous;
		const back = this.#residents.find(thread, actor);
		if (back !== undefined) return back;
		if (thread !== 0 && !this.#options.threads.alive(thread))
			throw new ActorError("ERR_UNKNOWN_ACTOR", `The actor ${name} is gone with its thread`);
		return this.#host.target({ node: 0, thread, actor, address: joinAddress(LOCAL_NODE, name), window: undefined });
	}

	async #spawn(order: Order, options: PlacedOptions): Promise<TargetPart> {
		if (this.#refused !== undefined) throw this.#refused;
		if (options.at !== undefined && options.on !== undefined)
			throw new ActorError("ERR_BAD_OPTION", `Say either "at" (the address of one actor) or "on" (a node), not both`);
		const { thread } = options;
		const isIndex = Number.isInteger(thread) && (thread as number) >= 0;
		const isAnywhere = thread === "any" && order.supervised === true;
		if (thread !== undefined && thread !== "main" && thread !== "own" && !isAnywhere && !isIndex)
			throw new ActorError("ERR_BAD_OPTION", `thread must be "main", "own" or an index, got ${String(thread)}`);
		const place = options.at !== undefined ? parseAddress(options.at) : this.#node(options.on);
		const name = "name" in place ? place.name : undefined;
		if (name !== undefined && parseAnonymousName(name) !== undefined)
			throw new ActorError("ERR_BAD_ADDRESS", `The name "${name}" has the form of actors without a name: choose another`);
		this.checkScheme(place.scheme, options.at ?? place.node);
		if (place.scheme === "inproc") return this.#spawnLocal(order, name, thread);
		return this.#spawnAtNode(order, place.node, name);
	}

	/** One node of a list after the other. */
	#node(on: string | readonly string[] | undefined): { scheme: string; node: string } {
		if (on === undefined) return { scheme: "inproc", node: LOCAL_NODE };
		const list = typeof on === "string" ? [on] : on;
		if (list.length === 0) throw new ActorError("ERR_BAD_OPTION", `"on" is an empty list of nodes`);
		this.#turn += 1;
		return parseNode(list[this.#turn % list.length] as string);
	}

	async #spawnAtNode(order: Order, node: string, name: string | undefined): Promise<TargetPart> {
		const number = await this.#options.nodes.dial(node);
		const wire = wireOf(order, order.module, name);
		const route = await requestSpawn(this.#host, this.#host.peer(number, 0), wire, this.#encoded(order));
		const address = joinAddress(node, route.address.slice(route.address.lastIndexOf("/") + 1));
		return this.#keep(this.#host.target({ ...route, node: number, address }));
	}

	async #spawnLocal(order: Order, name: string | undefined, thread: PlacedOptions["thread"]): Promise<TargetPart> {
		if (name !== undefined) this.#registry.reserve(name);
		try {
			const at = this.#placeOf(order, thread);
			const target = at === "main" ? await this.#spawnOnMain(order, name) : await this.#spawnOnThread(order, name, at);
			if (name !== undefined) this.#registry.assign(name, target);
			const parent = order.peer;
			if (parent?.node === 0) this.#residents.addChild(parent.thread, target);
			return this.#keep(target);
		} catch (error) {
			if (name !== undefined) this.#registry.free(name);
			throw error;
		}
	}

	async #spawnOnMain(order: Order, name: string | undefined): Promise<TargetPart> {
		const target = await this.#createOnMain(order, name);
		if (order.supervised !== true) return target;
		const placed = (at: TargetPart): Placed => ({ route: routeTo(at), done: () => {} });
		const place = async (as: string): Promise<Placed> => placed(await this.#createOnMain(order, as));
		this.#residents.add({ placed: placed(target), target, restart: checkRestart("temporary"), supervised: true, place });
		return target;
	}

	async #createOnMain(order: Order, name: string | undefined): Promise<TargetPart> {
		const definition = order.definition ?? (await loadDefinition(order.module, order.name, this.#allowed(order)));
		const args = Array.isArray(order.args) ? this.#host.argsMaker(order.args) : () => this.#decoded(order);
		const restart = order.restart === undefined ? undefined : checkRestart(order.restart);
		return this.#host.spawnHere({ definition, args, name, restart, supervised: order.supervised });
	}

	/** Without a word, an actor lives on any thread, and a supervised one beside its supervisor. */
	#placeOf(order: Order, thread: PlacedOptions["thread"]): "main" | ThreadChoice {
		if (thread === "main" || thread === "own" || typeof thread === "number") return thread === "main" ? thread : { index: thread };
		if (order.supervised === true && thread === undefined) {
			const parent = order.peer?.thread ?? 0;
			return parent === 0 ? "main" : { number: parent };
		}
		return this.#options.threads.size === 0 ? "main" : { index: undefined };
	}

	async #spawnOnThread(order: Order, name: string | undefined, at: ThreadChoice): Promise<TargetPart> {
		const allowed = this.#allowed(order);
		// A module that is not allowed may still be known by another path: then that one is imported.
		const module =
			allowed === undefined || allowed(order.module) ? order.module : (await loadDefinition(order.module, order.name, allowed)).module;
		const args = this.#encoded(order);
		const place = async (as: string | undefined): Promise<Placed> => {
			const { thread, done } = "number" in at ? { thread: at.number, done() {} } : await this.#options.threads.place(at.index);
			try {
				const route = await requestSpawn(this.#host, this.#host.peer(0, thread), wireOf(order, module, as), args);
				return { route: { ...route, node: 0, thread }, done };
			} catch (error) {
				done();
				throw error;
			}
		};
		const placed = await place(name);
		const target = this.#host.target(placed.route);
		void target.exited.then(placed.done);
		const supervised = order.supervised === true;
		if (order.returns || supervised) this.#residents.add({ placed, target, restart: checkRestart(order.restart), supervised, place });
		return target;
	}

	/** Only what other nodes ask for is restricted. */
	#allowed(order: Order): ((url: string) => boolean) | undefined {
		return order.peer !== undefined && order.peer.node !== 0 ? this.#options.modules : undefined;
	}

	#encoded(order: Order): EncodedValue {
		if (Array.isArray(order.args)) return encodeValue(order.args, "args");
		// Refs from another node mean something else to the thread that they are passed on to.
		if (order.args.tagged && order.peer !== undefined && order.peer.node !== 0) return encodeValue(this.#decoded(order), "args");
		return order.args;
	}

	#decoded(order: Order): unknown[] {
		if (Array.isArray(order.args)) return order.args;
		return decodeValue(order.args.frames, 0, order.args.tagged, this.#host.refReader(order.peer, undefined)) as unknown[];
	}

	#keep(target: TargetPart): TargetPart {
		if (this.#refused !== undefined) {
			void target.kill();
			throw this.#refused;
		}
		this.topLevel.add(target);
		void target.exited.then(() => this.topLevel.delete(target));
		return target;
	}
}
