/**
 * Another host of actors as one host sees it: the targets that this host sends to there, the credit it owes for messages
 * that came from there (inlets), and the calls of that host which are in hand here.
 *
 * Shutdown: {@link Peer.down} settles everything that depends on the other host, once; nothing is sent afterwards.
 */

import { ActorError } from "../errors.ts";
import type { Cancellable, CellPart, InletPart, PeerPart, TargetPart } from "../parts.ts";
import type { EnvelopeFrames, Link } from "../remote.ts";
import { type HeaderFields, Kind, writeHeader } from "../wire/envelope.ts";
import type { ExitReason } from "../wire/exit-reason.ts";

/**
 * The relation of one sending host to one actor here: it is told when the actor ends, and gets its credit back in lots. Its
 * messages are held to the window: a host that sends without credit does not speak this protocol.
 */
export class Inlet implements InletPart {
	readonly peer: Peer;
	readonly cell: CellPart;
	#queuedMessages = 0;
	#queuedBytes = 0;
	#takenMessages = 0;
	#takenBytes = 0;

	constructor(peer: Peer, cell: CellPart) {
		this.peer = peer;
		this.cell = cell;
	}

	/** A message has arrived. @throws ActorError ERR_PROTOCOL when there was no credit for it */
	received(bytes: number): void {
		// Credit that was returned counts, whether or not it has arrived; the last message may be larger than what is left.
		const { windowMessages, windowBytes } = this.cell;
		if (this.#queuedMessages + this.#takenMessages >= windowMessages || this.#queuedBytes + this.#takenBytes >= windowBytes)
			throw new ActorError("ERR_PROTOCOL", `A message to ${this.cell.target.address} came without credit`);
		this.#queuedMessages += 1;
		this.#queuedBytes += bytes;
	}

	/** The actor took a message: its credit goes back once half a window has come together. */
	taken(bytes: number): void {
		this.#queuedMessages -= 1;
		this.#queuedBytes -= bytes;
		this.#takenMessages += 1;
		this.#takenBytes += bytes;
		if (this.#takenMessages * 2 < this.cell.windowMessages && this.#takenBytes * 2 < this.cell.windowBytes) return;
		this.#giveBack();
	}

	makeRoom(messages: number, bytes: number): void {
		const { cell } = this;
		while (cell.windowMessages - this.#queuedMessages < messages || cell.windowBytes - this.#queuedBytes < bytes) {
			const dropped = cell.dropOldest(this);
			if (dropped === undefined) break;
			this.#queuedMessages -= 1;
			this.#queuedBytes -= dropped.bytes;
			this.#takenMessages += 1;
			this.#takenBytes += dropped.bytes;
		}
		this.#giveBack();
	}

	#giveBack(): void {
		const { number } = this.cell;
		this.peer.say({ kind: Kind.CREDIT, fromActor: number, a: this.#takenMessages, b: Math.min(this.#takenBytes, 0xffff_ffff) });
		this.#takenMessages = 0;
		this.#takenBytes = 0;
	}
}

export class Peer implements PeerPart {
	/** 0 = this process; else the number that the main thread gave to the link of a node. */
	readonly node: number;
	/** The number of its thread at its node. */
	readonly thread: number;
	readonly targets = new Map<number, TargetPart>();
	readonly inlets = new Map<number, Inlet>();
	/** Asks and streams of that host in hand here, by its request ids. */
	readonly calls = new Map<number, Cancellable>();
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

	inletOf(cell: CellPart): Inlet {
		let inlet = this.inlets.get(cell.number);
		if (inlet === undefined) {
			inlet = new Inlet(this, cell);
			this.inlets.set(cell.number, inlet);
			cell.inlets.add(inlet);
		}
		return inlet;
	}

	/**
	 * The other host has ended: every call from there is cancelled, every target there is down.
	 *
	 * @param mayReturn its actors may come back: their targets go and look for them
	 */
	down(error: ActorError, reason: ExitReason, mayReturn = false): void {
		if (this.gone !== undefined) return;
		this.gone = error;
		for (const inlet of this.inlets.values()) inlet.cell.inlets.delete(inlet);
		this.inlets.clear();
		for (const call of [...this.calls.values()]) call.cancel();
		this.calls.clear();
		for (const target of [...this.targets.values()]) {
			if (mayReturn) target.lost(reason);
			else target.down(reason);
		}
		this.targets.clear();
	}
}
