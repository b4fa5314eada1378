/**
 * Another host of actors as one host sees it: the targets that this host sends to there, the credit it owes for messages
 * that came from there (inlets), and the calls of that host which are in hand here.
 *
 * Shutdown: {@link Peer.down} settles everything that depends on the other host, once; nothing is sent afterwards.
 */
import type { Call } from "./call.ts";
import type { Cell } from "./cell.ts";
import { Kind, writeHeader, type HeaderFields } from "./envelope.ts";
import type { ActorError } from "./errors.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { EnvelopeFrames, Link } from "./remote.ts";
import type { Target } from "./target.ts";

/** The relation of one sending host to one actor here: it is told when the actor ends, and gets its credit back in lots. */
export class Inlet {
	readonly peer: Peer;
	readonly cell: Cell;
	#messages = 0;
	#bytes = 0;

	constructor(peer: Peer, cell: Cell) {
		this.peer = peer;
		this.cell = cell;
	}

	/** The actor took a message: its credit goes back once half a window has come together. */
	taken(bytes: number): void {
		this.#messages += 1;
		this.#bytes += bytes;
		if (this.#messages * 2 < this.cell.windowMessages && this.#bytes * 2 < this.cell.windowBytes) return;
		this.peer.say({ kind: Kind.CREDIT, fromActor: this.cell.number, a: this.#messages, b: Math.min(this.#bytes, 0xffff_ffff) });
		this.#messages = 0;
		this.#bytes = 0;
	}
}

export class Peer {
	/** 0 = this process; else the number that the main thread gave to the link of a node. */
	readonly node: number;
	/** The number of its thread at its node. */
	readonly thread: number;
	readonly targets = new Map<number, Target>();
	readonly inlets = new Map<number, Inlet>();
	/** Asks and streams of that host in hand here, by its request ids. */
	readonly calls = new Map<number, Call>();
	/** Why it is gone. */
	gone: ActorError | undefined;
	readonly #link: Link;
	readonly #fromThread: number;
	/** What the header says: a node is only named towards the main thread, which knows the link. */
	readonly #headerNode: number;

	constructor(options: { node: number; thread: number; headerNode: number; fromThread: number; link: Link }) {
		this.node = options.node;
		this.thread = options.thread;
		this.#link = options.link;
		this.#fromThread = options.fromThread;
		this.#headerNode = options.headerNode;
	}

	/** Sends an envelope without a value. */
	say(fields: HeaderFields): void {
		this.send(fields, undefined);
	}

	/** Sends an envelope with the frames of a value. The fields are completed in place. */
	send(fields: HeaderFields, value: readonly Uint8Array[] | undefined): void {
		if (this.gone !== undefined) return;
		fields.toNode = this.#headerNode;
		fields.toThread = this.thread;
		fields.fromThread = this.#fromThread;
		const frames: EnvelopeFrames = [writeHeader(fields)];
		if (value !== undefined) for (let i = 0; i < value.length; i++) frames.push(value[i] as Uint8Array);
		this.#link.send(frames);
	}

	inletOf(cell: Cell): Inlet {
		let inlet = this.inlets.get(cell.number);
		if (inlet === undefined) {
			inlet = new Inlet(this, cell);
			this.inlets.set(cell.number, inlet);
			cell.inlets.add(inlet);
		}
		return inlet;
	}

	/** The other host has ended: every target there is down, every call from there is cancelled. */
	down(error: ActorError, reason: ExitReason): void {
		if (this.gone !== undefined) return;
		this.gone = error;
		for (const inlet of this.inlets.values()) inlet.cell.inlets.delete(inlet);
		this.inlets.clear();
		for (const call of [...this.calls.values()]) call.cancel();
		this.calls.clear();
		for (const target of [...this.targets.values()]) target.down(reason);
		this.targets.clear();
	}
}
