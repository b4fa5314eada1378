/**
 * The links of a system to other nodes, on its main thread. Every link gets a number, by which this process names the node
 * in headers; it is never used twice, so what was meant for an earlier life of a node cannot reach a later one.
 *
 * Envelopes for a worker thread, or from one, are passed on without a look at the value.
 * Shutdown: when a link ends, by either side, everything that waits for its node settles with ERR_NODE_DOWN, in all threads.
 */

import { numberedNode } from "../address.ts";
import { ActorError } from "../errors.ts";
import { dispatch } from "../host/dispatch.ts";
import type { Host } from "../host/host.ts";
import type { EnvelopeFrames, Link, LinkOwner, Remote } from "../remote.ts";
import { postCancel } from "../turns/cancel-words.ts";
import type { EncodedValue } from "../wire/codec.ts";
import {
	ALL_THREADS,
	clearNodes,
	Flag,
	fromThread,
	Kind,
	readHeader,
	requestOf,
	setFromNode,
	toThread,
	writeHeader,
} from "../wire/envelope.ts";
import type { ExitReason } from "../wire/exit-reason.ts";

export interface NodesOptions {
	readonly host: Host;
	readonly remote: Remote | undefined;
	/** The link to a living worker thread. */
	readonly threadLink: (thread: number) => Link | undefined;
	/** A node or a thread of it has ended. */
	readonly onDown: (node: number, thread: number, reason: ExitReason) => void;
}

export class Nodes implements LinkOwner {
	readonly #options: NodesOptions;
	readonly #links = new Map<number, Link>();
	readonly #numbers = new Map<Link, number>();
	readonly #texts = new Map<number, string>();
	#last = 0;

	constructor(options: NodesOptions) {
		this.#options = options;
	}

	/** @throws ActorError ERR_NO_REMOTE */
	checkScheme(scheme: string, text: string): void {
		if (scheme === "inproc" || this.#options.remote?.schemes.includes(scheme) === true) return;
		throw new ActorError(
			"ERR_NO_REMOTE",
			`Cannot use "${text}": addresses with ${scheme}:// need @zloom/cluster; pass createSystem({ remote: cluster() })`,
		);
	}

	/** The number of the node at this endpoint, dialled at need. @throws ActorError ERR_NODE_DOWN, ERR_NO_REMOTE */
	async dial(node: string): Promise<number> {
		this.checkScheme(node.slice(0, node.indexOf("://")), node);
		const link = await (this.#options.remote as Remote).dial(node);
		if (this.#options.host.stopped !== undefined) throw this.#options.host.stopped;
		const known = this.#numbers.get(link);
		if (known !== undefined) return known;
		return this.#add(link, node);
	}

	/** A node dialled in. */
	accept(link: Link): void {
		this.#add(link, link.peer);
	}

	link(node: number): Link | undefined {
		return this.#links.get(node);
	}

	text(node: number): string {
		return this.#texts.get(node) ?? numberedNode(node);
	}

	/** Passes an envelope of a worker thread on to its node. */
	forward(node: number, header: Buffer, frames: EnvelopeFrames): void {
		const link = this.#links.get(node);
		// The thread was told of the end of the node: this was under way.
		if (link === undefined) return;
		clearNodes(header);
		frames[0] = header;
		link.send(frames);
	}

	/** Tells all nodes that a thread here has ended. */
	sayThreadDown(thread: number, why: EncodedValue): void {
		const flags = why.tagged ? Flag.TAGGED : 0;
		for (const link of this.#links.values())
			link.send([writeHeader({ kind: Kind.HOST_DOWN, flags, a: thread }), ...(why.frames as Uint8Array[])]);
	}

	onEnvelope(link: Link, frames: EnvelopeFrames): void {
		const node = this.#numbers.get(link);
		if (node === undefined) return;
		try {
			const header = readHeader(frames);
			setFromNode(header, node);
			frames[0] = header;
			const thread = toThread(header);
			// The thread of the actor may be computing: this one tells its handler.
			if (header[1] === Kind.CANCEL) postCancel(this.#options.host.options.cancelWords, node, fromThread(header), requestOf(header));
			if (thread === 0) dispatch(this.#options.host, header, frames);
			else this.#toThread(link, thread, header, frames);
		} catch (error) {
			this.#options.host.log(link.peer, ["is disconnected: it sent what is not an envelope:", (error as Error).message]);
			link.close();
			this.#remove(link, error);
		}
	}

	/** Ends the link to a node. */
	drop(node: number): void {
		const link = this.#links.get(node);
		if (link === undefined) return;
		link.close();
		this.#remove(
			link,
			new ActorError("ERR_NODE_DOWN", `The link to ${link.peer} was ended: what came over it is not the protocol of actors`),
		);
	}

	onClosed(link: Link, reason: Error): void {
		this.#remove(link, reason);
	}

	#toThread(link: Link, thread: number, header: Buffer, frames: EnvelopeFrames): void {
		const kind = header[1] as number;
		// What a node may create or look up is decided on the main thread alone.
		if (kind === Kind.SPAWN || kind === Kind.RESOLVE || kind === Kind.HOST_DOWN)
			throw new ActorError("ERR_PROTOCOL", "SPAWN, RESOLVE and HOST_DOWN go to thread 0");
		const to = this.#options.threadLink(thread);
		if (to === undefined) link.send([writeHeader({ kind: Kind.HOST_DOWN, a: thread })]);
		else to.send(frames);
	}

	#add(link: Link, text: string): number {
		this.#last += 1;
		const node = this.#last;
		this.#links.set(node, link);
		this.#numbers.set(link, node);
		this.#texts.set(node, text);
		link.owner = this;
		return node;
	}

	#remove(link: Link, cause: unknown): void {
		const node = this.#numbers.get(link);
		if (node === undefined) return;
		this.#numbers.delete(link);
		this.#links.delete(node);
		this.#texts.delete(node);
		this.#options.onDown(node, ALL_THREADS, { kind: "node", error: cause });
	}
}
