/**
 * What a thread is at, in shared memory: the main thread reads it even while the thread is blocked. One per thread.
 *
 * Words (Int32), all written by the thread and read by the main thread:
 *   0 turn: odd while code of an actor runs in a turn, even between turns; goes up by one at each begin and end
 *   1 actor: number of the actor whose turn is, or was the last, 0 = none yet · 2 kind, 3 handler: marks, which stand for names
 *   4 beats: calls of the main thread that the event loop has answered
 * A mark is the place of a name in the text behind the words: its limit in ms (4 bytes, 0 = none of its own), its length (1 byte), its
 * bytes; written before the mark is first used. When the text is full, further names have mark 0 and read as unknown.
 *
 * Plain stores, as each turn pays for them: an atomic one costs 10 ns, four plain ones 3. They need no order: a watchdog believes what
 * stood still for long, and a single look may find words of two turns that follow each other.
 */

const WORDS = 8;
const BYTES = 64 * 1024;
const NAME_AT = 5;

const TURN = 0;
const ACTOR = 1;
const KIND = 2;
const HANDLER = 3;
const BEATS = 4;

/** No name is known. */
const NO_MARK = 0;
/** In place of a handler: the setup. */
export const SETUP_MARK = 1;
/** In place of a handler: a timer or a watch. */
export const CALLBACK_MARK = 2;
const MARKS_AT = 3;

/** A limit that is never reached. */
const NEVER = 0xffffffff;

export function makeHeartMemory(): SharedArrayBuffer {
	return new SharedArrayBuffer(BYTES);
}

/** The thread's own side. */
export class Heart {
	readonly #words: Int32Array;
	readonly #text: Buffer;
	readonly #marks = new Map<string, number>();
	readonly #kinds = new WeakMap<object, number>();
	#end = MARKS_AT;
	#turn = 0;
	/** The handler that is marked: most turns are of the same, and write nothing. */
	#marked: string | undefined;

	constructor(memory: SharedArrayBuffer) {
		this.#words = new Int32Array(memory, 0, WORDS);
		this.#text = Buffer.from(memory, WORDS * 4);
	}

	/** The event loop goes round. */
	beat(): void {
		Atomics.add(this.#words, BEATS, 1);
	}

	/** The mark of a kind of actors, which a thread writes once. `limitMs`: from when on its turns count as blocking, Infinity never. */
	kindMark(kind: object, name: string, limitMs: number | undefined): number {
		let mark = this.#kinds.get(kind);
		if (mark === undefined) {
			mark = this.#write(name, limitMs ?? 0);
			this.#kinds.set(kind, mark);
		}
		return mark;
	}

	/** A turn of an actor begins. */
	begin(actor: number, kindMark: number): void {
		const words = this.#words;
		words[ACTOR] = actor;
		words[KIND] = kindMark;
		this.#turn = (this.#turn + 1) | 0;
		words[TURN] = this.#turn;
	}

	/** It is the turn of this handler. */
	handler(name: string): void {
		if (name === this.#marked) return;
		this.#words[HANDLER] = this.#marks.get(name) ?? this.#writeHandler(name);
		this.#marked = name;
	}

	/** It is the turn of what has no name. */
	unnamed(mark: typeof SETUP_MARK | typeof CALLBACK_MARK): void {
		this.#words[HANDLER] = mark;
		this.#marked = undefined;
	}

	/** The turn is over, or waits. */
	end(): void {
		this.#turn = (this.#turn + 1) | 0;
		this.#words[TURN] = this.#turn;
	}

	#writeHandler(name: string): number {
		const mark = this.#write(name, 0);
		this.#marks.set(name, mark);
		return mark;
	}

	#write(name: string, limitMs: number): number {
		const bytes = Buffer.from(name).subarray(0, 255);
		const at = this.#end;
		if (at + NAME_AT + bytes.length > this.#text.length) return NO_MARK;
		this.#text.writeUInt32LE(Math.min(limitMs, NEVER), at);
		this.#text[at + 4] = bytes.length;
		bytes.copy(this.#text, at + NAME_AT);
		this.#end = at + NAME_AT + bytes.length;
		return at;
	}
}

/** What code a thread runs: a handler (also a step of its stream), the setup, a timer or watch of an actor; "outside": none of it, or what goes on after an await. */
export type TurnOf = "handler" | "setup" | "timer" | "outside";

/** What a thread was at when it was looked at. */
export interface Pulse {
	/** Changes with each begin and end of a turn. */
	readonly turn: number;
	/** Calls that were answered. */
	readonly beats: number;
	readonly at: TurnOf;
	/** Number of the actor whose turn it is; with at "outside", whose was the last; 0: none has run there. */
	readonly actor: number;
	/** The name that the actor was defined with. */
	readonly kind: string | undefined;
	readonly handler: string | undefined;
	/** What the kind has said for how long its turns may take, ms; undefined: nothing. */
	readonly limitMs: number | undefined;
}

/** The side of whoever looks. */
export class HeartReader {
	readonly #words: Int32Array;
	readonly #text: Buffer;

	constructor(memory: SharedArrayBuffer) {
		this.#words = new Int32Array(memory, 0, WORDS);
		this.#text = Buffer.from(memory, WORDS * 4);
	}

	read(): Pulse {
		const words = this.#words;
		const turn = Atomics.load(words, TURN);
		const kind = Atomics.load(words, KIND);
		const handler = Atomics.load(words, HANDLER);
		const within = handler === SETUP_MARK ? "setup" : handler === CALLBACK_MARK ? "timer" : "handler";
		return {
			turn,
			beats: Atomics.load(words, BEATS),
			at: (turn & 1) === 1 ? within : "outside",
			actor: Atomics.load(words, ACTOR),
			kind: this.#name(kind),
			handler: this.#name(handler),
			limitMs: this.#limit(kind),
		};
	}

	#name(mark: number): string | undefined {
		if (!this.#holds(mark)) return undefined;
		return this.#text.toString("utf8", mark + NAME_AT, mark + NAME_AT + (this.#text[mark + 4] as number));
	}

	#limit(mark: number): number | undefined {
		const limit = this.#holds(mark) ? this.#text.readUInt32LE(mark) : 0;
		return limit === 0 ? undefined : limit === NEVER ? Number.POSITIVE_INFINITY : limit;
	}

	#holds(mark: number): boolean {
		return mark >= MARKS_AT && mark + NAME_AT <= this.#text.length;
	}
}
