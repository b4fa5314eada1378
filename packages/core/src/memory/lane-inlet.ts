/**
 * The receiving half of a lane: which channel a pipe number means, and frames that arrive in pieces.
 *
 * Everything the peer wrote is checked here: pipe numbers, lengths, order of pieces. What does not fit throws CorruptRing.
 * A channel that throws does not stop the others: its error surfaces as an uncaught exception of its own.
 */
import { ARENA_BYTES_MIN } from "../limits.ts";
import type { Message } from "../message.ts";
import { type ArenaBuffer, copiedOut, dropQueued, plainCopy } from "./arena-buffer.ts";
import { DESCRIPTOR_BYTES } from "./arena-layout.ts";
import type { LaneChannel } from "./lane-channel.ts";
import { CorruptRing, type Run } from "./ring.ts";
import { RECORD, RECORD_HEADER_BYTES, recordBytes } from "./ring-layout.ts";
import { surface } from "./surface.ts";

/** Longest frame that is put together; Buffers of every supported Node can be this long. */
const FRAME_BYTES_MAX = 2 ** 31 - 1;

/** Records read between two looks at the clock: a handler may take long. Also most messages handed out at once. */
const RECORDS_PER_CLOCK = 64;

interface Entry {
	readonly channel: LaneChannel;
	/** The request for it was answered, which happens once. */
	answered: boolean;
	/** This side has sent CLOSE: what still comes is dropped until the peer's CLOSE. */
	closeSent: boolean;
	/** Frames of a message that has not come whole. */
	frames: Message | undefined;
	/** The frame that has not come whole. */
	frame: Buffer | undefined;
	filled: number;
	last: boolean;
}

/** What the inlet cannot decide alone: OPEN, and CLOSE (to be answered). */
export type OnControl = (kind: number, pipe: number, payload: Uint8Array) => void;

/** Takes arena memory that a record names; undefined when it names none that was granted. */
export type TakeShared = (base: number, claim: number, length: number) => ArenaBuffer | undefined;

export class LaneInlet {
	readonly channels = new Map<number, Entry>();
	/** Parity of the numbers that the peer gives. */
	readonly #peerParity: number;
	readonly #takeShared: TakeShared;

	constructor(peerParity: number, takeShared: TakeShared) {
		this.#peerParity = peerParity;
		this.#takeShared = takeShared;
	}

	add(pipe: number, channel: LaneChannel): void {
		const answered = (pipe & 1) === this.#peerParity;
		this.channels.set(pipe, { channel, answered, closeSent: false, frames: undefined, frame: undefined, filled: 0, last: false });
	}

	/** This side has sent CLOSE. */
	closed(pipe: number): void {
		const entry = this.channels.get(pipe);
		if (entry === undefined) return;
		entry.closeSent = true;
		dropFrames(entry);
	}

	/** The pipe may write now. */
	giveTurn(pipe: number): void {
		const entry = this.channels.get(pipe);
		if (entry !== undefined && !entry.closeSent) guarded(() => entry.channel.onRoom());
	}

	end(): void {
		const entries = [...this.channels.values()];
		this.channels.clear();
		for (const entry of entries) {
			dropFrames(entry);
			if (!entry.closeSent) guarded(() => entry.channel.onLaneEnd());
		}
	}

	/** Goes on with a frame; `take` copies the bytes to where they belong. */
	piece(pipe: number, length: number, take: (target: Uint8Array, start: number) => void): void {
		const entry = this.#entry(pipe);
		const { frame } = entry;
		if (frame === undefined || length === 0 || entry.filled + length > frame.length)
			throw new CorruptRing(`a piece of ${length} bytes that belongs nowhere`);
		take(frame, entry.filled);
		entry.filled += length;
		if (entry.filled === frame.length) guarded(() => this.#frameDone(entry, frame));
	}

	/** Hands out the records of a run until `deadline` of `clock`; true when that was all of it. */
	run(run: Run, deadline: number, clock: () => number, onControl: OnControl): boolean {
		const { words } = run.block;
		for (let count = 0; run.at < run.end; count++) {
			if (count === RECORDS_PER_CLOCK) {
				count = 0;
				if (clock() >= deadline) return false;
			}
			const index = run.at >> 2;
			const word = words[index] as number;
			if ((word & 255) === RECORD.MESSAGE) {
				count += this.#messages(run, words[index + 1] as number, RECORDS_PER_CLOCK - count) - 1;
				continue;
			}
			const start = run.at + RECORD_HEADER_BYTES;
			run.at += recordBytes(word >>> 8);
			try {
				this.#record(word & 255, words[index + 1] as number, words[index + 2] as number, run, start, start + (word >>> 8), onControl);
			} catch (error) {
				if (error instanceof CorruptRing) throw error;
				surface(error);
			}
		}
		return true;
	}

	/** Hands out the messages of one frame for one pipe that come next in the run, `max` at most, at least one; returns how many. */
	#messages(run: Run, pipe: number, max: number): number {
		const entry = this.#entry(pipe);
		if (entry.frame !== undefined || entry.frames !== undefined) throw new CorruptRing("a message within a message");
		const { block, end } = run;
		const { words } = block;
		const messages: Message[] = [];
		let { at } = run;
		let count = 0;
		do {
			const length = (words[at >> 2] as number) >>> 8;
			const start = at + RECORD_HEADER_BYTES;
			if (!entry.closeSent) messages.push([block.view(start, start + length)]);
			at += recordBytes(length);
			count += 1;
		} while (count < max && at < end && ((words[at >> 2] as number) & 255) === RECORD.MESSAGE && words[(at >> 2) + 1] === pipe);
		run.at = at;
		if (entry.closeSent) return count;
		try {
			entry.channel.onMessages(messages);
		} catch (error) {
			surface(error);
		}
		return count;
	}

	#record(kind: number, pipe: number, argument: number, run: Run, start: number, end: number, onControl: OnControl): void {
		if (kind === RECORD.FRAME_LAST || kind === RECORD.FRAME_MORE) {
			this.#beginFrame(this.#entry(pipe), kind === RECORD.FRAME_LAST, argument, run, start, end);
			return;
		}
		if (kind === RECORD.PIECE) {
			this.piece(pipe, end - start, (target, at) => run.block.bytes.copy(target, at, start, end));
			return;
		}
		if (kind === RECORD.SHARED_LAST || kind === RECORD.SHARED_MORE) {
			this.#shared(this.#entry(pipe), kind === RECORD.SHARED_LAST, argument, run, start, end);
			return;
		}
		this.#control(kind, pipe, argument, run.block.view(start, end), onControl);
	}

	#shared(entry: Entry, last: boolean, length: number, { block: { words } }: Run, start: number, end: number): void {
		const at = start >> 2;
		const buffer =
			end - start === DESCRIPTOR_BYTES && entry.frame === undefined
				? this.#takeShared(words[at] as number, words[at + 1] as number, length)
				: undefined;
		if (buffer === undefined) throw new CorruptRing(`shared memory of ${length} bytes that was not granted`);
		entry.last = last;
		if (length >= ARENA_BYTES_MIN) {
			this.#frameDone(entry, buffer);
			return;
		}
		// It was there only for want of room in the ring: a slot is much more than it needs.
		const copy = plainCopy(buffer);
		buffer.dropQueued();
		this.#frameDone(entry, copy);
	}

	#control(kind: number, pipe: number, argument: number, payload: Uint8Array, onControl: OnControl): void {
		if (kind === RECORD.OPEN) {
			if (pipe < 0 || (pipe & 1) !== this.#peerParity || this.channels.has(pipe)) throw new CorruptRing(`pipe ${pipe} opened twice`);
			onControl(kind, pipe, payload);
			return;
		}
		const entry = this.#entry(pipe);
		if (kind === RECORD.CREDIT) {
			if (!entry.closeSent && !entry.channel.onCredit(argument)) throw new CorruptRing(`a credit of ${argument}`);
		} else if (kind === RECORD.ACCEPT) {
			answer(entry, pipe);
			entry.channel.onAccept(payload);
		} else if (kind === RECORD.REFUSE) {
			answer(entry, pipe);
			this.channels.delete(pipe);
			entry.channel.onRefuse(argument, payload);
		} else if (kind === RECORD.CLOSE) {
			this.channels.delete(pipe);
			dropFrames(entry);
			if (entry.closeSent) return;
			onControl(kind, pipe, payload);
			entry.channel.onClose();
		} else {
			throw new CorruptRing(`a record of kind ${kind}`);
		}
	}

	#entry(pipe: number): Entry {
		const entry = this.channels.get(pipe);
		if (entry === undefined) throw new CorruptRing(`a record for pipe ${pipe}, which is not open`);
		return entry;
	}

	#beginFrame(entry: Entry, last: boolean, frameLength: number, run: Run, start: number, end: number): void {
		const length = end - start;
		if (entry.frame !== undefined || frameLength < length || frameLength > FRAME_BYTES_MAX)
			throw new CorruptRing(`a frame of ${frameLength} bytes`);
		entry.last = last;
		if (frameLength === length) {
			this.#frameDone(entry, run.block.view(start, end));
			return;
		}
		if (length === 0) throw new CorruptRing("a frame that begins with nothing");
		let frame: Buffer;
		try {
			frame = Buffer.allocUnsafeSlow(frameLength);
		} catch (error) {
			throw new CorruptRing(`no memory for a frame of ${frameLength} bytes`, { cause: error });
		}
		run.block.bytes.copy(frame, 0, start, end);
		entry.frame = frame;
		entry.filled = length;
	}

	#frameDone(entry: Entry, frame: Buffer): void {
		entry.frame = undefined;
		const frames = entry.frames ?? [];
		frames.push(frame);
		if (!entry.last) {
			entry.frames = frames;
			return;
		}
		entry.frames = undefined;
		if (entry.closeSent) dropQueued(frames);
		else entry.channel.onMessages([entry.channel.sharesMemory ? frames : copiedOut(frames)]);
	}
}

/** A message that did not come whole. */
function dropFrames(entry: Entry): void {
	if (entry.frames !== undefined) dropQueued(entry.frames);
	entry.frames = undefined;
}

function answer(entry: Entry, pipe: number): void {
	if (entry.answered) throw new CorruptRing(`an answer for pipe ${pipe}, which was not asked for`);
	entry.answered = true;
}

function guarded(call: () => void): void {
	try {
		call();
	} catch (error) {
		surface(error);
	}
}
