/**
 * A request of this host that waits for its answer: an ask, an open stream, a spawn, a look-up. It settles exactly once:
 * answer, remote error, timeout, cancelled, overloaded or down; whatever comes later finds no request and is counted.
 *
 * The table knows them by id. A request holds the event loop while it waits (a stream holds only in its `next()`).
 */

import { hold, release } from "@zloom/core/internal";
import { ActorError } from "../errors.ts";
import { REQUESTS_MAX } from "../limits.ts";
import type {
	CallPart,
	CellPart,
	InboundStreamPart,
	LentPart,
	PeerPart,
	RequestOptions,
	RequestPart,
	RequestsPart,
	TargetPart,
} from "../parts.ts";
import { Deadline, type Deadlines } from "../turns/deadlines.ts";
import { Kind } from "../wire/envelope.ts";
import { LentStream } from "./lent-stream.ts";

export class Request extends Deadline implements RequestPart {
	readonly id: number;
	readonly stream: InboundStreamPart | undefined;
	readonly timeoutMs: number;
	readonly cell: CellPart | undefined;
	/** Where it was sent; undefined while it waits for credit, and for requests to this host. */
	peer: PeerPart | undefined;
	target: TargetPart | undefined;
	/** A call of this host, for cancelling it. */
	call: CallPart | undefined;
	settled = false;
	/** Async iterables that travel with it; made at need. */
	#lent: LentPart[] | undefined;
	readonly #table: RequestTable;
	readonly #subject: string;
	readonly #signal: AbortSignal | undefined;
	readonly #resolve: (value: unknown) => void;
	readonly #reject: (error: unknown) => void;
	readonly #onAbort: (() => void) | undefined;

	constructor(
		table: RequestTable,
		id: number,
		options: RequestOptions,
		resolve: (value: unknown) => void,
		reject: (error: unknown) => void,
	) {
		super();
		this.#table = table;
		this.id = id;
		this.stream = options.stream;
		this.timeoutMs = options.timeoutMs;
		this.cell = options.cell;
		this.#subject = options.subject;
		this.#resolve = resolve;
		this.#reject = reject;
		this.#signal = options.signal;
		if (this.stream === undefined) hold();
		if (options.timeoutMs > 0) table.deadlines.set(this, options.timeoutMs);
		if (options.signal !== undefined) {
			this.#onAbort = () => this.giveUp("ERR_CANCELLED", "was cancelled by its signal", options.signal?.reason);
			options.signal.addEventListener("abort", this.#onAbort, { once: true });
		}
	}

	succeed(value: unknown): void {
		if (!this.#finish()) return;
		this.stream?.finish();
		this.#resolve(value);
	}

	fail(error: unknown): void {
		if (!this.#finish()) return;
		this.stream?.finish({ error });
		this.#reject(error);
	}

	/** Settles with an error of ours, and tells the other side that nobody waits any more. */
	giveUp(code: "ERR_CANCELLED" | "ERR_TIMEOUT", what: string, cause?: unknown): void {
		if (this.settled) return;
		this.cancelRemote();
		this.fail(new ActorError(code, `${this.#subject} ${what}`, cause === undefined ? {} : { cause }));
	}

	cancelRemote(): void {
		if (this.settled) return;
		if (this.call !== undefined) this.call.cancel();
		else if (this.target !== undefined) this.target.cancel(this);
		else this.peer?.say({ kind: Kind.CANCEL, request: this.id });
	}

	lend(iterable: AsyncIterable<unknown>): number {
		this.#lent ??= [];
		const known = this.#lent.find((lent) => lent.iterable === iterable);
		if (known !== undefined) return known.number;
		const lent = this.#table.lend(this, iterable);
		this.#lent.push(lent);
		return lent.number;
	}

	#closeLent(lent: readonly LentPart[]): void {
		const error = new ActorError("ERR_CANCELLED", `${this.#subject} is over, and with it its streaming argument`);
		for (const one of lent) {
			this.#table.lent.delete(one.number);
			one.close({ error });
		}
	}

	onDeadline(): void {
		this.giveUp("ERR_TIMEOUT", `got no answer within ${this.timeoutMs} ms: pass a longer timeoutMs, or look at why it is slow`);
	}

	#finish(): boolean {
		if (this.settled) {
			this.#table.lateReplies += 1;
			return false;
		}
		this.settled = true;
		this.#table.remove(this);
		if (this.#lent !== undefined) this.#closeLent(this.#lent);
		if (this.stream === undefined) release();
		if (this.#onAbort !== undefined) this.#signal?.removeEventListener("abort", this.#onAbort);
		return true;
	}
}

export class RequestTable implements RequestsPart {
	readonly deadlines: Deadlines;
	/** Answers that came after their request had settled. */
	lateReplies = 0;
	readonly lent = new Map<number, LentPart>();
	#lastLent = 0;
	readonly #requests = new Map<number, Request>();
	#lastId = 0;

	constructor(deadlines: Deadlines) {
		this.deadlines = deadlines;
	}

	get size(): number {
		return this.#requests.size;
	}

	get(id: number): Request | undefined {
		return this.#requests.get(id);
	}

	/**
	 * Opens a request; `send` is called once with it, in the same stack.
	 * The promise rejects with ERR_CANCELLED when the signal has fired already, with ERR_OVERLOADED when too many are in flight.
	 */
	open(options: RequestOptions, send: (request: Request) => void): Promise<unknown> {
		if (options.signal?.aborted === true)
			return Promise.reject(
				new ActorError("ERR_CANCELLED", `${options.subject} was cancelled before it was sent`, { cause: options.signal.reason }),
			);
		if (this.#requests.size >= REQUESTS_MAX)
			return Promise.reject(
				new ActorError("ERR_OVERLOADED", `${options.subject}: ${REQUESTS_MAX} requests are in flight: await some of them first`),
			);
		return new Promise((resolve, reject) => {
			const request = new Request(this, this.#nextId(), options, resolve, reject);
			this.#requests.set(request.id, request);
			try {
				send(request);
			} catch (error) {
				request.fail(error);
			}
		});
	}

	/** @internal */
	lend(request: Request, iterable: AsyncIterable<unknown>): LentPart {
		do {
			this.#lastLent = this.#lastLent >= 0xffff_ffff ? 1 : this.#lastLent + 1;
		} while (this.lent.has(this.#lastLent));
		const lent = new LentStream(this.#lastLent, request, iterable);
		this.lent.set(lent.number, lent);
		return lent;
	}

	closeLent(cell: CellPart): void {
		if (this.lent.size === 0) return;
		const error = new ActorError("ERR_ACTOR_DOWN", `The actor ${cell.target.address}, whose streaming argument this is, has ended`);
		for (const lent of [...this.lent.values()]) if (lent.request.cell === cell) lent.close({ error });
	}

	/** Fails all requests that the test picks. */
	failWhere(test: (request: Request) => boolean, error: (request: Request) => unknown): void {
		const picked: Request[] = [];
		for (const request of this.#requests.values()) if (test(request)) picked.push(request);
		for (const request of picked) request.fail(error(request));
	}

	/** @internal */
	remove(request: Request): void {
		this.#requests.delete(request.id);
		this.deadlines.clear(request);
		request.target?.forget();
	}

	#nextId(): number {
		do {
			this.#lastId = this.#lastId >= 0xffff_ffff ? 1 : this.#lastId + 1;
		} while (this.#requests.has(this.#lastId));
		return this.#lastId;
	}
}
