/**
 * A lane: the link between this thread and one other, a ring in each direction, many pipes on it by number.
 *
 * Invariants
 * - Per pipe, records arrive in the order written; pieces of large messages of different pipes may interleave.
 * - Data never takes the last bytes of the ring: control records (open, accept, refuse, credit, close) find room; when even
 *   that is used up they queue here, before all data.
 * - The reader takes records out as fast as it can and hands them to the pipes; credit, which bounds what a pipe may have under
 *   way, is the pipes' matter, so one slow pipe never holds up the others.
 * - Records become visible in lots: the first at once when the peer has read everything, then by volume, and at the latest when
 *   the running piece of code and what it awaits without waiting has ended (process.nextTick). Then a sleeper is rung.
 *
 * Belongs to one thread; nothing here is called from another.
 *
 * **Shutdown**: a lane ends when the peer's thread died (after all it had published was read) or a ring is corrupt. Every pipe on
 * it hears `onLaneEnd` once, and nothing after.
 */
import { ARENA_BYTES_MIN } from "../limits.ts";
import type { Frame, Message } from "../message.ts";
import type { Arena } from "./arena.ts";
import { type ArenaBuffer, countedFrame } from "./arena-buffer.ts";
import { DESCRIPTOR_BYTES, SLOT } from "./arena-layout.ts";
import { type BellPlace, ring } from "./doorbell.ts";
import type { LaneChannel } from "./lane-channel.ts";
import { LaneInlet } from "./lane-inlet.ts";
import type { LaneSlot } from "./lane-table.ts";
import { CorruptRing, RingReader, RingWriter, type Run } from "./ring.ts";
import { CONTROL_RESERVE_BYTES, RECORD, RECORD_PAYLOAD_MAX, RESUME_BYTES, RING_BYTES, recordBytes, ringOffset } from "./ring-layout.ts";
import type { Root } from "./root.ts";

/** What a lane needs of its thread. */
export interface LaneHost {
	/** {@link Lane.flush} is to be called when the running piece of code ends. */
	flushSoon(lane: Lane): void;
	/** {@link Lane.resume} is to be called in the next turn. */
	turnSoon(): void;
	/** The peer asks for a pipe; answer with accept or refuse. */
	onOpen(lane: Lane, pipe: number, payload: Uint8Array): void;
}

/** How far a message has got; kept by its pipe while the lane has no room. */
export interface Outgoing {
	message: Message;
	frame: number;
	offset: number;
}

interface Control {
	kind: number;
	pipe: number;
	argument: number;
	payload: Uint8Array;
}

const NOTHING = new Uint8Array(0);
/** Memory is passed on only where its record finds room for certain: a grant cannot be taken back. */
const GRANT_ROOM_BYTES = recordBytes(DESCRIPTOR_BYTES) + CONTROL_RESERVE_BYTES;
/** What a lane that spills leaves free behind a small frame, and behind a larger one, bytes: descriptors of 1000 and of 3700 find room there. */
const SPILL_ROOM_BYTES = RING_BYTES / 4;
const SPILL_ROOM_LARGE_BYTES = (3 * RING_BYTES) / 4;
const SPILL_LARGE_BYTES = 512;
/** Appended bytes that are published without waiting for the running code to end: a reader that is awake reads along. */
const PUBLISH_BYTES = 4 * 1024;
/** Unread bytes for which a reader that fell asleep again is rung before the running code ends; a ring costs as much as hundreds of messages. */
const RING_AT_BYTES = RING_BYTES / 4;

export class Lane {
	readonly slot: LaneSlot;
	readonly peer: number;
	/** True once it has ended; writes go nowhere. */
	ended = false;
	/**
	 * Frames for which the ring is too full are written into the arena, and their places into the ring: so what this thread has written
	 * is out of its hands, however much it is, before the reader has had time for it.
	 */
	spills = false;
	/** The arena had no slot; not asked again before the reader has read everything. */
	#noSlot = false;
	readonly #host: LaneHost;
	readonly #writer: RingWriter;
	readonly #reader: RingReader;
	readonly #bell: BellPlace;
	readonly #inlet: LaneInlet;
	readonly #arena: Arena;
	readonly #descriptor = new Uint8Array(DESCRIPTOR_BYTES);
	readonly #descriptorWords = new Int32Array(this.#descriptor.buffer);
	readonly #backlog: Control[] = [];
	/** Pipes that were refused room, in the order in which they get it. */
	readonly #blocked: number[] = [];
	/** The pipe whose turn it is while {@link resume} runs. */
	#turn = -1;
	#flushAsked = false;
	/** Records were published to a reader that may sleep. */
	#ringOwed = false;
	/** Records that were taken out and not all handed to their pipes yet. */
	#run: Run | undefined;
	#nextPipe: number;
	readonly #firstPipe: number;

	/** @param self this thread's token; @param bell the peer's; @param arena this thread's in the same root */
	constructor(root: Root, slot: LaneSlot, self: number, bell: BellPlace, host: LaneHost, arena: Arena) {
		const initiator = slot.initiator === self;
		this.slot = slot;
		this.peer = initiator ? slot.acceptor : slot.initiator;
		this.#host = host;
		this.#bell = bell;
		this.#arena = arena;
		this.#writer = new RingWriter(root, ringOffset(slot.byteOffset, initiator));
		this.#reader = new RingReader(root, ringOffset(slot.byteOffset, !initiator));
		// Each side numbers the pipes that it opens: the initiator even, the acceptor odd.
		this.#firstPipe = initiator ? 0 : 1;
		this.#nextPipe = this.#firstPipe;
		this.#inlet = new LaneInlet(this.#firstPipe ^ 1, (base, claim, length) => arena.take(base, claim, length, this.peer));
	}

	/** Pipes on this lane. */
	get pipes(): number {
		return this.#inlet.channels.size;
	}

	/** Asks the peer for a pipe; the channel hears onAccept or onRefuse. Returns its number. */
	open(channel: LaneChannel, payload: Uint8Array): number {
		while (this.#inlet.channels.has(this.#nextPipe)) this.#step();
		const pipe = this.#nextPipe;
		this.#step();
		this.#inlet.add(pipe, channel);
		this.#control(RECORD.OPEN, pipe, 0, payload);
		return pipe;
	}

	accept(pipe: number, channel: LaneChannel, payload: Uint8Array): void {
		this.#inlet.add(pipe, channel);
		this.#control(RECORD.ACCEPT, pipe, 0, payload);
	}

	refuse(pipe: number, reason: number, payload: Uint8Array = NOTHING): void {
		this.#control(RECORD.REFUSE, pipe, reason, payload);
	}

	credit(pipe: number, messages: number): void {
		this.#control(RECORD.CREDIT, pipe, messages, NOTHING);
	}

	/** Nothing more from this side. The channel hears nothing more either. */
	close(pipe: number): void {
		this.#control(RECORD.CLOSE, pipe, 0, NOTHING);
		this.#inlet.closed(pipe);
	}

	/** Writes a message of one frame if it fits into one record, and there is room and nobody waits; false: call {@link write}. */
	tryWrite(pipe: number, frame: Frame): boolean {
		if (this.ended || frame.length > RECORD_PAYLOAD_MAX || this.#mustWait(pipe) || (this.spills && this.#mustSpill(frame))) return false;
		if (!this.#append(RECORD.MESSAGE, pipe, 0, frame, 0, frame.length)) return false;
		this.#written();
		return true;
	}

	/** Writes as much of the message as there is room for; true when it is all written. Else the channel hears onRoom. */
	write(pipe: number, outgoing: Outgoing): boolean {
		if (this.ended) return false;
		if (this.#mustWait(pipe)) return this.#block(pipe);
		const { message } = outgoing;
		const first = message[0] as Frame;
		if (
			message.length === 1 &&
			first.length <= RECORD_PAYLOAD_MAX &&
			!(this.spills && this.#mustSpill(first)) &&
			(first.length < ARENA_BYTES_MIN || countedFrame(first) === undefined)
		) {
			if (!this.#append(RECORD.MESSAGE, pipe, 0, first, 0, first.length)) return this.#block(pipe);
		} else if (!this.#writeFrames(pipe, outgoing)) return this.#block(pipe);
		this.#written();
		return true;
	}

	/** Makes what was written visible, and wakes the peer if it sleeps. */
	flush(): void {
		this.#flushAsked = false;
		if (!this.#writer.publish() && !this.#ringOwed) return;
		this.#ringOwed = false;
		ring(this.#bell);
	}

	/**
	 * True when {@link drain} or {@link resume} would find something to do. Asked with the sleeping flag up. @throws CorruptRing
	 *
	 * Who waits for room asks for it once more here: the reader may have taken the last request back for less room than
	 * {@link resume} needs, and rung while this thread was still awake. Then nobody would ring again.
	 */
	hasWork(): boolean {
		if (this.ended) return false;
		if (!this.drained()) return true;
		if (!this.#waits()) return false;
		this.#writer.askForRoom();
		return this.#writer.room() >= RESUME_BYTES;
	}

	/** True when the peer has published something, whatever it is, or made room for who waits. Touches one or two words. */
	stirs(): boolean {
		return this.#run !== undefined || this.#reader.moved() || (this.#waits() && this.#writer.room() >= RESUME_BYTES);
	}

	/** True when nothing is published and not handed out. @throws CorruptRing */
	drained(): boolean {
		return this.#run === undefined && this.#reader.available() === 0;
	}

	/** Reads what the peer has published, until `deadline` of `clock`; true when there was anything. @throws CorruptRing */
	drain(deadline: number, clock: () => number): boolean {
		if (this.drained()) return false;
		do {
			if (this.#run === undefined) this.#take(this.#reader.available());
			if (this.#run !== undefined && this.#inlet.run(this.#run, deadline, clock, this.#onControl)) this.#run = undefined;
		} while (!this.ended && !this.drained() && clock() < deadline);
		if (this.#reader.writerWaits()) ring(this.#bell);
		return true;
	}

	/** Goes on with what found no room; true when there was room. */
	resume(): boolean {
		if (!this.#waits() || this.ended) return false;
		if (this.#writer.room() < RESUME_BYTES) {
			this.#writer.askForRoom();
			if (this.#writer.room() < RESUME_BYTES) return false;
		}
		while (this.#backlog.length !== 0) {
			const { kind, pipe, argument, payload } = this.#backlog[0] as Control;
			if (!this.#writer.append(kind, pipe, argument, payload, 0, payload.length, 0)) break;
			this.#backlog.shift();
		}
		for (let count = this.#blocked.length; count > 0 && this.#backlog.length === 0; count--) {
			const pipe = this.#blocked.shift() as number;
			this.#turn = pipe;
			this.#inlet.giveTurn(pipe);
			// Used up again: the next pipe comes first when there is room.
			if (this.#blocked.at(-1) === pipe) break;
		}
		this.#turn = -1;
		this.flush();
		return true;
	}

	/** The peer is dead, or a ring is corrupt: tells every pipe. */
	end(): void {
		if (this.ended) return;
		this.ended = true;
		this.#run = undefined;
		this.#backlog.length = 0;
		this.#blocked.length = 0;
		this.#inlet.end();
	}

	/** Not a getter: V8 calls private ones by way of its runtime. */
	#waits(): boolean {
		return this.#blocked.length !== 0 || this.#backlog.length !== 0;
	}

	/** Others come before this pipe. */
	#mustWait(pipe: number): boolean {
		return this.#backlog.length !== 0 || (this.#blocked.length !== 0 && this.#turn !== pipe);
	}

	#step(): void {
		this.#nextPipe = this.#nextPipe >= 0x7ffffffd ? this.#firstPipe : this.#nextPipe + 2;
	}

	#take(available: number): void {
		const next = this.#reader.peek(available);
		if (next.kind === RECORD.PIECE) {
			// The bulk of large frames goes straight to where it belongs.
			this.#inlet.piece(next.pipe, next.length, (target, start) => this.#reader.takePayload(next.length, target, start));
		} else {
			this.#run = this.#reader.takeRun(available);
		}
		// The room is free again before the pipes act on what came.
		this.#reader.release();
	}

	readonly #onControl = (kind: number, pipe: number, payload: Uint8Array): void => {
		if (kind === RECORD.OPEN) this.#host.onOpen(this, pipe, payload);
		else if (kind === RECORD.CLOSE) this.#control(RECORD.CLOSE, pipe, 0, NOTHING);
		else throw new CorruptRing(`a record of kind ${kind}`);
	};

	#writeFrames(pipe: number, outgoing: Outgoing): boolean {
		const { message } = outgoing;
		for (; outgoing.frame < message.length; outgoing.frame++, outgoing.offset = 0) {
			const frame = message[outgoing.frame] as Frame;
			const last = outgoing.frame === message.length - 1;
			const shared = outgoing.offset === 0 ? countedFrame(frame) : undefined;
			if (shared !== undefined) {
				if (this.#writer.room() < GRANT_ROOM_BYTES) return false;
				if (this.#grant(last ? RECORD.SHARED_LAST : RECORD.SHARED_MORE, pipe, shared)) continue;
			}
			if (outgoing.offset === 0 && this.spills && this.#mustSpill(frame)) {
				if (this.#writer.room() < GRANT_ROOM_BYTES) return false;
				if (this.#spill(last ? RECORD.SHARED_LAST : RECORD.SHARED_MORE, pipe, frame)) continue;
			}
			const kind = last ? RECORD.FRAME_LAST : RECORD.FRAME_MORE;
			if (outgoing.offset === 0) {
				const end = Math.min(frame.length, RECORD_PAYLOAD_MAX);
				if (!this.#append(kind, pipe, frame.length, frame, 0, end)) return false;
				outgoing.offset = end;
			}
			while (outgoing.offset < frame.length) {
				const end = Math.min(frame.length, outgoing.offset + RECORD_PAYLOAD_MAX);
				if (!this.#append(RECORD.PIECE, pipe, 0, frame, outgoing.offset, end)) return false;
				outgoing.offset = end;
			}
		}
		return true;
	}

	/** Passes the memory on; false: the content is to be copied. There is room. */
	#grant(kind: number, pipe: number, buffer: ArenaBuffer): boolean {
		const claim = this.#arena.grant(buffer, this.peer);
		return claim !== 0 && this.#describe(kind, pipe, buffer.length, buffer.base, claim);
	}

	#mustSpill({ length }: Frame): boolean {
		const left = length < SPILL_LARGE_BYTES ? SPILL_ROOM_BYTES : SPILL_ROOM_LARGE_BYTES;
		if (length <= DESCRIPTOR_BYTES || this.#writer.has(recordBytes(length) + left)) return false;
		if (this.#noSlot) this.#noSlot = !this.#writer.caughtUp();
		return !this.#noSlot;
	}

	/** Writes the frame into the arena; false: there is no slot. There is room. */
	#spill(kind: number, pipe: number, frame: Frame): boolean {
		const base = this.#arena.put(frame, this.peer);
		this.#noSlot = base === 0;
		return base !== 0 && this.#describe(kind, pipe, frame.length, base, base + SLOT.CLAIMS);
	}

	#describe(kind: number, pipe: number, length: number, base: number, claim: number): boolean {
		this.#descriptorWords[0] = base;
		this.#descriptorWords[1] = claim;
		return this.#append(kind, pipe, length, this.#descriptor, 0, DESCRIPTOR_BYTES);
	}

	#append(kind: number, pipe: number, argument: number, source: Uint8Array, start: number, end: number): boolean {
		return this.#writer.append(kind, pipe, argument, source, start, end, CONTROL_RESERVE_BYTES);
	}

	#control(kind: number, pipe: number, argument: number, payload: Uint8Array): void {
		if (this.ended) return;
		if (this.#backlog.length !== 0 || !this.#writer.append(kind, pipe, argument, payload, 0, payload.length, 0)) {
			this.#backlog.push({ kind, pipe, argument, payload });
			this.#askForRoom();
			return;
		}
		this.#written();
	}

	#written(): void {
		if (!this.#flushAsked) {
			this.#flushAsked = true;
			this.#host.flushSoon(this);
			// The first message of a burst: a sleeper wakes up while the rest is written.
			if (this.#writer.caughtUp() && this.#writer.publish()) ring(this.#bell);
		} else if (this.#writer.unpublished >= PUBLISH_BYTES) {
			this.#writer.publish();
			if (this.#writer.unread() >= RING_AT_BYTES) ring(this.#bell);
			else this.#ringOwed = true;
		}
	}

	#block(pipe: number): false {
		this.#blocked.push(pipe);
		this.#askForRoom();
		return false;
	}

	#askForRoom(): void {
		this.flush();
		this.#writer.askForRoom();
		// Room that came before the reader could see that we wait.
		if (this.#writer.room() >= RESUME_BYTES) this.#host.turnSoon();
	}
}
