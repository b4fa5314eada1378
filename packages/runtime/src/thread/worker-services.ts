/**
 * A host on a worker thread: links to the other threads by pipes, and what it needs from the main thread by envelopes.
 */
import { connectPipe, type Pipe } from "@zloom/core/internal";
import { joinAddress, nameIn, numberedNode, parseAddress } from "../address.ts";
import type { ActorDefinition, SpawnOptions, SupervisedOptions } from "../definition/actor-types.ts";
import { loadDefinition } from "../definition/load-module.ts";
import { ActorError } from "../errors.ts";
import type { DeadLetters } from "../host/dead-letters.ts";
import { dispatch } from "../host/dispatch.ts";
import { Host } from "../host/host.ts";
import { requestOffload } from "../host/offload.ts";
import {
	answer,
	killUnwanted,
	placeOf,
	readSpawn,
	requestAgain,
	requestResolve,
	requestSpawn,
	type SpawnWire,
	spawnArgs,
} from "../host/services.ts";
import type { HostServices, PeerPart, TargetPart } from "../parts.ts";
import type { EnvelopeFrames, Link, LinkOwner } from "../remote.ts";
import { checkRestart, restartOf } from "../restart/restart-policy.ts";
import type { TaskOrder } from "../task/task-order.ts";
import type { Heart } from "../turns/heart.ts";
import { decodeValue, encodeValue } from "../wire/codec.ts";
import { ALL_THREADS, fromNode, Kind, readHeader } from "../wire/envelope.ts";
import type { ExitReason } from "../wire/exit-reason.ts";
import { PipeLink, threadPipeName } from "./pipe-link.ts";
import type { ThreadData } from "./thread.ts";

class WorkerServices implements HostServices {
	readonly #host: Host;
	readonly #onThreadDown: (thread: number) => void;

	constructor(host: Host, onThreadDown: (thread: number) => void) {
		this.#host = host;
		this.#onThreadDown = onThreadDown;
	}

	spawn(definition: ActorDefinition, options: SpawnOptions<unknown[]>): Promise<TargetPart> {
		return this.#spawn(definition, options);
	}

	spawnSupervised(definition: ActorDefinition, options: SupervisedOptions): Promise<TargetPart> {
		return this.#spawn(definition, options, true);
	}

	async startAgain(target: TargetPart): Promise<TargetPart> {
		return this.#host.target(await requestAgain(this.#host, this.#host.peer(0, 0), placeOf(target)));
	}

	async #spawn(
		definition: ActorDefinition,
		options: SupervisedOptions & { readonly on?: SpawnOptions<unknown[]>["on"] },
		supervised = false,
	): Promise<TargetPart> {
		const spawn: SpawnWire = {
			module: definition.module,
			name: definition.name,
			...(options.at === undefined ? {} : { at: options.at }),
			...(options.on === undefined ? {} : { on: typeof options.on === "string" ? [options.on] : options.on }),
			...(options.thread === undefined ? {} : { thread: options.thread }),
			restart: restartOf(definition, options),
			...(supervised && { supervised }),
		};
		return this.#host.target(await requestSpawn(this.#host, this.#host.peer(0, 0), spawn, encodeValue(options.args ?? [], "args")));
	}

	async resolve(address: string): Promise<TargetPart> {
		return this.#host.target(await requestResolve(this.#host, this.#host.peer(0, 0), address));
	}

	/** For actors of a node the worker has no text that others could read: the main thread knows the number. */
	async home(target: TargetPart): Promise<TargetPart> {
		const node = target.peer?.node ?? 0;
		const text = node === 0 ? target.address : joinAddress(this.nodeText(node), nameIn(target.address));
		return this.#host.target(await requestResolve(this.#host, this.#host.peer(0, 0), text, 0, placeOf(target)));
	}

	forgo(target: TargetPart): void {
		const { thread, actor } = placeOf(target);
		if ((target.peer?.node ?? 0) === 0) this.#host.peer(0, 0).say({ kind: Kind.FORGO, a: thread, b: actor });
	}

	/** The main thread knows which schemes there are; only the form is checked here. */
	checkScheme(_scheme: string, text: string): void {
		parseAddress(text);
	}

	offload(order: TaskOrder, signal: AbortSignal | undefined): Promise<unknown> {
		return requestOffload(this.#host, order, signal);
	}

	nodeText(node: number): string {
		return numberedNode(node);
	}

	hostDown(node: number, thread: number, reason: ExitReason): void {
		this.#host.hostDown(node, thread, reason);
		if (node === 0) this.#onThreadDown(thread);
	}

	onRequest(peer: PeerPart, kind: number, request: number, frames: readonly Uint8Array[], tagged: boolean): void {
		void answer(this.#host, peer, request, this.#spawnHere(peer, kind, frames, tagged), killUnwanted);
	}

	async #spawnHere(peer: PeerPart, kind: number, frames: readonly Uint8Array[], tagged: boolean): Promise<TargetPart> {
		if (kind !== Kind.SPAWN || peer.node !== 0 || peer.thread !== 0)
			throw new ActorError("ERR_PROTOCOL", "A worker thread takes SPAWN from its main thread only");
		const wire = readSpawn(frames);
		const definition = await loadDefinition(wire.module, wire.name);
		const encoded = spawnArgs(frames, tagged);
		const args = (): unknown[] => decodeValue(encoded.frames, 0, encoded.tagged, this.#host.refReader(peer, undefined)) as unknown[];
		const restart = wire.restart === undefined ? undefined : checkRestart(wire.restart);
		return this.#host.spawnHere({ definition, args, name: wire.as, restart, supervised: wire.supervised });
	}
}

/**
 * Takes what other threads send. Our own threads send envelopes only; what is not one came from a node, through the main
 * thread, which then ends the link to it, or is a fault of ours, and is told.
 */
export function envelopeTaker(host: Host, take: (header: Buffer, frames: EnvelopeFrames) => void): LinkOwner {
	return {
		onEnvelope(link, frames) {
			let node = 0;
			try {
				const header = readHeader(frames);
				node = fromNode(header);
				take(header, frames);
			} catch (error) {
				host.log(link.peer, ["sent what this thread cannot take:", node === 0 ? error : (error as Error).message]);
				if (node !== 0) host.peer(0, 0).say({ kind: Kind.HOST_DOWN, a: ALL_THREADS, b: node });
			}
		},
		// The main thread tells of the end of threads.
		onClosed() {},
	};
}

export interface WorkerHost {
	readonly deadLetters: DeadLetters;
	close(error: ActorError): void;
}

/** @param listen core's listenPipes */
export function startWorkerHost(
	data: ThreadData,
	heart: Heart,
	listen: (name: string, onPipe: (pipe: Pipe) => void) => { close(): void },
): WorkerHost {
	const host = new Host(data.thread, data.options, heart);
	const links = new Map<number, Link>();
	const owner = envelopeTaker(host, (header, frames) => dispatch(host, header, frames));
	host.services = new WorkerServices(host, (thread) => {
		links.get(thread)?.close();
		links.delete(thread);
	});
	host.linkTo = (node, thread) => {
		// Nodes are reached through the main thread.
		const to = node === 0 ? thread : 0;
		let link = links.get(to);
		if (link === undefined) {
			link = new PipeLink(connectPipe(threadPipeName(data.system, to)), `thread ${to}`, owner);
			links.set(to, link);
		}
		return link;
	};
	const accepted: Link[] = [];
	const listener = listen(threadPipeName(data.system, data.thread), (pipe) => accepted.push(new PipeLink(pipe, "another thread", owner)));
	return {
		deadLetters: host.deadLetters,
		close(error) {
			host.close(error);
			listener.close();
			for (const link of [...links.values(), ...accepted]) link.close();
		},
	};
}
