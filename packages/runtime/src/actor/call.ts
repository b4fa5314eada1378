/**
 * One message to an actor of this host, from its arrival until it is settled: a tell, an ask or the opening of a stream.
 *
 * A call answers at most once, to a request of this host (by reference, or through the codec in checked mode) or to
 * a peer. What happens after that, or after the caller has gone, is dropped and counted by the other side.
 */

import { ActorError } from "../errors.ts";
import type { CallPart, CellPart, CreditTaker, HostPart, OutboundStreamPart, PeerPart, RequestPart } from "../parts.ts";
import { borrowStream } from "../ref/borrowed-stream.ts";
import type { InboundStream } from "../ref/inbound-stream.ts";
import { Ref } from "../ref/ref.ts";
import { isCancelPosted } from "../turns/cancel-words.ts";
import { decodeValue, type EncodedValue, encodeValue } from "../wire/codec.ts";
import { Flag, Kind } from "../wire/envelope.ts";
import { isAsyncIterable } from "../wire/tagged.ts";
import { encodeThrown } from "../wire/thrown.ts";

export interface CallOrigin {
	readonly kind: number;
	readonly method: string;
	/** Number of the sending actor at its host, 0 when it is not one. */
	readonly sender: number;
	/** How long the caller waits, ms; 0 = without end. */
	readonly timeoutMs: number;
	/** Items and bytes that the consumer of a stream takes before it says more. */
	readonly items: number;
	readonly itemBytes: number;
	/** What the message weighs in the window of its sender. */
	readonly bytes: number;
	readonly credit: CreditTaker;
	readonly peer: PeerPart | undefined;
	/** The peer's number for its request. */
	readonly requestId: number;
}

export class Call implements CallPart {
	readonly host: HostPart;
	readonly kind: number;
	readonly method: string;
	readonly sender: number;
	readonly bytes: number;
	readonly items: number;
	readonly itemBytes: number;
	readonly deadline: number;
	readonly credit: CreditTaker;
	/** Where answers go; undefined = this host. */
	readonly peer: PeerPart | undefined;
	readonly requestId: number;
	/** A request of this host. */
	request: RequestPart | undefined;
	stream: OutboundStreamPart | undefined;
	cancelled = false;
	settled = false;
	taken = false;
	stashed = false;
	#args: unknown[] | undefined;
	#frames: readonly Uint8Array[] | undefined;
	#tagged = false;
	#controller: AbortController | undefined;
	#borrowed: InboundStream[] | undefined;

	constructor(host: HostPart, origin: CallOrigin) {
		this.host = host;
		this.kind = origin.kind;
		this.method = origin.method;
		this.sender = origin.sender;
		this.bytes = origin.bytes;
		this.credit = origin.credit;
		this.peer = origin.peer;
		this.requestId = origin.requestId;
		this.items = origin.items;
		this.itemBytes = origin.itemBytes;
		this.deadline = origin.timeoutMs === 0 ? Number.POSITIVE_INFINITY : Date.now() + origin.timeoutMs;
	}

	setArgs(args: unknown[]): void {
		this.#args = args;
	}

	/** @param frames an envelope: the value begins at its second frame */
	setFrames(frames: readonly Uint8Array[], tagged: boolean): void {
		this.#frames = frames;
		this.#tagged = tagged;
	}

	/** The arguments, decoded once and kept for as long as the message is in hand, or stashed; refs among them send for this actor. @throws ActorError ERR_PROTOCOL */
	takeArgs(cell: CellPart): unknown[] {
		if (this.taken) return this.#args as unknown[];
		let args: unknown = this.#args;
		if (this.#args !== undefined) args = this.#args.some(needsCare) ? this.#args.map((arg) => this.#forCell(arg, cell)) : this.#args;
		else args = decodeValue(this.#frames ?? [], 1, this.#tagged, this.host.refReader(this.peer, cell, this));
		this.#frames = undefined;
		if (!Array.isArray(args)) throw new ActorError("ERR_PROTOCOL", `The arguments of ${this.method} are not a list`);
		this.#args = args;
		this.taken = true;
		return args;
	}

	/** An argument that is passed by reference: refs send for this actor, async iterables belong to the call. */
	#forCell(arg: unknown, cell: CellPart): unknown {
		if (this.request === undefined || typeof arg !== "object" || arg === null || isRef(arg) || !isAsyncIterable(arg))
			return forCell(arg, cell);
		return this.borrow(this.request.lend(arg), cell);
	}

	borrow(number: unknown, cell: CellPart): AsyncIterableIterator<unknown> {
		if (!Number.isInteger(number)) throw new Error("a streaming argument has no number");
		const stream = borrowStream({ host: this.host, peer: this.peer, cell, method: this.method, number: number as number });
		this.#borrowed ??= [];
		this.#borrowed.push(stream);
		return stream;
	}

	/** The call is over, and its streaming arguments with it. */
	#giveBack(failure: ActorError | undefined): void {
		if (this.#borrowed === undefined) return;
		for (const stream of this.#borrowed) stream.breakOff(failure);
		this.#borrowed = undefined;
	}

	get signal(): AbortSignal {
		this.#controller ??= new AbortController();
		if (this.cancelled && !this.#controller.signal.aborted) this.#controller.abort(this.#reason());
		return this.#controller.signal;
	}

	get givenUp(): boolean {
		if (this.cancelled || this.peer === undefined) return this.cancelled;
		return isCancelPosted(this.host.options.cancelWords, this.peer.node, this.peer.thread, this.requestId);
	}

	/** The caller no longer wants the answer. */
	cancel(): void {
		if (this.cancelled || this.settled) return;
		this.cancelled = true;
		this.settled = true;
		this.peer?.calls.delete(this.requestId);
		this.#controller?.abort(this.#reason());
		this.#giveBack(this.#reason());
		this.stream?.end();
	}

	/** The actor ended with this call in hand: whoever works on it is told; the caller learns it from the end of the actor. */
	abandon(): void {
		this.settled = true;
		this.peer?.calls.delete(this.requestId);
		const ended = new ActorError("ERR_ACTOR_DOWN", "The actor that works on this call has ended");
		this.#controller?.abort(ended);
		this.#giveBack(ended);
	}

	#reason(): ActorError {
		return new ActorError("ERR_CANCELLED", `The caller of ${this.method} gave up or went away`);
	}

	/** Answers, or ends a stream. */
	reply(value: unknown): void {
		if (this.settled || this.stashed || this.kind === Kind.TELL) return;
		if (this.request !== undefined && !this.host.options.checked) {
			this.#settle();
			this.request.succeed(forCell(value, this.request.cell));
			return;
		}
		let encoded: EncodedValue;
		try {
			encoded = encodeValue(value, `result of ${this.method}`);
		} catch (error) {
			this.fail(error);
			return;
		}
		this.#settle();
		if (this.request !== undefined) this.request.succeed(this.host.decodeOwn(encoded, this.request.cell));
		else this.peer?.send({ kind: Kind.REPLY, flags: encoded.tagged ? Flag.TAGGED : 0, request: this.requestId }, encoded.frames);
	}

	/** Answers with an error. */
	fail(error: unknown): void {
		if (this.settled || this.kind === Kind.TELL) return;
		this.#settle();
		if (this.request !== undefined && !this.host.options.checked) {
			this.request.fail(error);
			return;
		}
		const encoded = encodeThrown(error);
		if (this.request !== undefined) {
			this.request.fail(this.host.decodeOwn(encoded, this.request.cell));
			return;
		}
		this.peer?.send({ kind: Kind.REPLY, flags: Flag.ERROR | (encoded.tagged ? Flag.TAGGED : 0), request: this.requestId }, encoded.frames);
	}

	/** Sends an item of a stream; returns what it weighs. @throws ActorError ERR_NOT_SENDABLE */
	item(value: unknown): number {
		if (this.settled) return 0;
		if (this.request !== undefined && !this.host.options.checked) {
			this.request.stream?.push(forCell(value, this.request.cell), 0);
			return 0;
		}
		const encoded = encodeValue(value, `item of ${this.method}`);
		if (this.request !== undefined) this.request.stream?.push(this.host.decodeOwn(encoded, this.request.cell), encoded.bytes);
		else this.peer?.send({ kind: Kind.ITEM, flags: encoded.tagged ? Flag.TAGGED : 0, request: this.requestId }, encoded.frames);
		return encoded.bytes;
	}

	#settle(): void {
		this.settled = true;
		this.peer?.calls.delete(this.requestId);
		this.#giveBack(undefined);
	}
}

/** What is passed by reference and still belongs to somebody. */
const needsCare = (value: unknown): boolean => typeof value === "object" && value !== null && (isRef(value) || isAsyncIterable(value));
const isRef = (value: unknown): value is Ref => value instanceof Ref;

/** A ref that is passed by reference sends for whoever has it now. */
function forCell(value: unknown, cell: CellPart | undefined): unknown {
	return isRef(value) ? value.forCell(cell) : value;
}
