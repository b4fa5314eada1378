/**
 * REQ (RFC 28): a request goes round robin to one peer, then its reply must be received before the next request.
 *
 * On the wire a request is an empty frame (the delimiter) and the body; with `correlate` a 4-byte number stands in front, which
 * the reply must carry too. Only the peer that was asked is listened to: whatever others send, and whatever the asked one
 * sends beyond its one reply, is dropped as it comes, so that no stale reply can be taken for a fresh one. With `relaxed` a
 * new request may be sent while one is open; the open one is forgotten. A peer that leaves without a reply is waited for.
 */
import { randomInt } from "node:crypto";
import type { Message } from "../message.ts";
import type { SocketOptions } from "../option/options.ts";
import { greet } from "./greetings.ts";
import type { PatternHost, PatternOutcome } from "./pattern.ts";
import type { Peer } from "./peer.ts";
import { SelectivePattern } from "./selective.ts";

const DELIMITER = Buffer.alloc(0);
const UINT32_COUNT = 2 ** 32;
const REQUEST_ID_BYTES = 4;

type ReqOptions = Readonly<Pick<SocketOptions, "correlate" | "relaxed"> & Partial<Pick<SocketOptions, "probeRouter">>>;

export class ReqPattern extends SelectivePattern {
	readonly #options: ReqOptions;
	#nextId = randomInt(UINT32_COUNT);
	/** True from a request to its reply. */
	#open = false;
	#asked: Peer | undefined;
	/** What the reply must begin with; undefined without `correlate`. */
	#id: Buffer | undefined;

	/** @param options live: read at every request. */
	constructor(host: PatternHost, options: ReqOptions) {
		super(host);
		this.#options = options;
	}

	override get outOfTurn(): boolean {
		return !this.#open;
	}

	override get readable(): boolean {
		return this.#open && super.readable;
	}

	override get writable(): boolean {
		return (!this.#open || this.#options.relaxed) && super.writable;
	}

	trySend(message: Message): PatternOutcome {
		if (this.#open && !this.#options.relaxed) return "out-of-turn";
		const id = this.#options.correlate ? this.#makeId() : undefined;
		message.unshift(DELIMITER);
		if (id !== undefined) message.unshift(id);
		if (!this.outbound.trySend(message)) {
			message.splice(0, id === undefined ? 1 : 2);
			return this.presentCount === 0 ? "no-peer" : "full";
		}
		const before = this.#asked;
		this.dropAhead();
		this.#open = true;
		this.#asked = this.outbound.target;
		this.#id = id;
		if (before !== undefined && before !== this.#asked) this.#ignore(before);
		return "sent";
	}

	override tryReceive(): Message | undefined {
		if (!this.#open) return undefined;
		const message = super.tryReceive();
		if (message === undefined) return undefined;
		const asked = this.#asked;
		this.#open = false;
		this.#asked = undefined;
		if (asked !== undefined) this.#ignore(asked);
		this.host.onWritable();
		return message;
	}

	override peerReadable(peer: Peer): void {
		if (this.#open && peer === this.#asked) super.peerReadable(peer);
		else this.#ignore(peer);
	}

	protected override joined(peer: Peer): void {
		greet(peer, this.#options);
		super.joined(peer);
	}

	protected select(message: Message): Message | undefined {
		const id = this.#id;
		let body = 0;
		if (id !== undefined && !id.equals(message[body++] as Buffer)) return undefined;
		if (message[body++]?.length !== 0 || body >= message.length) return undefined;
		message.splice(0, body);
		return message;
	}

	#makeId(): Buffer {
		const id = Buffer.allocUnsafe(REQUEST_ID_BYTES);
		id.writeUInt32BE(this.#nextId);
		this.#nextId = (this.#nextId + 1) % UINT32_COUNT;
		return id;
	}

	/** Drops what the peer has sent. */
	#ignore(peer: Peer): void {
		this.inbound.leave(peer);
		while (peer.pipe.tryRead() !== undefined);
		// One that has left and was kept for what it had sent can go now.
		if (peer.left) this.peerClosed(peer);
	}
}
