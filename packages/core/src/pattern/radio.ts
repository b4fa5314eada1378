/**
 * RADIO (RFC 48): a message, group and body, goes to every peer that has joined exactly that group; it is lost for those that
 * are full. All pipes get the same message object. Over udp nobody joins: such a peer gets all groups.
 *
 * Joins are read from a pipe as they come; a peer that joins what is no group, or more than memory should hold, loses its connection.
 */
import { GROUP_BYTES_MAX, SUBSCRIBER_BYTES_MAX, TOPIC_OVERHEAD_BYTES } from "../limits.ts";
import { dropQueued } from "../memory/arena-buffer.ts";
import type { Frame, Message } from "../message.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import type { PatternOutcome } from "./pattern.ts";
import { PatternBase } from "./pattern-base.ts";
import type { Peer } from "./peer.ts";
import { isSubscription, subscribedTooMuch, subscribes } from "./subscription-message.ts";
import { writeShared } from "./write-shared.ts";

const NOBODY: ReadonlySet<Peer> = new Set();

export class RadioPattern extends PatternBase {
	/** Who has joined, by the group as latin1. */
	readonly #members = new Map<string, Set<Peer>>();
	readonly #groups = new Map<Peer, Set<string>>();
	/** Who gets all groups. */
	readonly #all = new Set<Peer>();

	override get writable(): boolean {
		return true;
	}

	/** @param message group and body */
	trySend(message: Message): PatternOutcome {
		const group = message[0] as Buffer;
		if (message.length !== 2 || group.length > GROUP_BYTES_MAX) return "dropped";
		let sent = writeShared(this.#members.get(group.toString("latin1")) ?? NOBODY, message);
		if (writeShared(this.#all, message)) sent = true;
		if (sent) dropQueued(message);
		return sent ? "sent" : "dropped";
	}

	override peerReadable(peer: Peer): void {
		if (peer.reading) return;
		peer.reading = true;
		for (let message = peer.pipe.tryRead(); message !== undefined; message = peer.pipe.tryRead()) {
			const frame = message[0] as Frame;
			if (message.length === 1 && isSubscription(frame)) this.#change(peer, frame);
		}
		peer.reading = false;
	}

	override peerWritable(): void {
		// Nobody waits for room.
	}

	protected override joined(peer: Peer): void {
		if (peer.pipe.takesAll) this.#all.add(peer);
		else this.#groups.set(peer, new Set());
	}

	protected override lost(peer: Peer): void {
		this.#all.delete(peer);
		for (const group of this.#groups.get(peer) ?? []) this.#leave(peer, group);
		this.#groups.delete(peer);
	}

	#change(peer: Peer, frame: Frame): void {
		const groups = this.#groups.get(peer);
		if (groups === undefined) return;
		const group = Buffer.from(frame.buffer, frame.byteOffset + 1, frame.length - 1).toString("latin1");
		if (!subscribes(frame)) {
			if (groups.delete(group)) this.#leave(peer, group);
			return;
		}
		if (group.length > GROUP_BYTES_MAX || groups.size * TOPIC_OVERHEAD_BYTES > SUBSCRIBER_BYTES_MAX) {
			this.detach(peer.pipe, { discard: true, because: subscribedTooMuch(group.length, GROUP_BYTES_MAX) });
			return;
		}
		if (group.includes("\0")) {
			const what = "The peer joined a group with a byte of value 0, which no group has (RFC 48)";
			this.detach(peer.pipe, { discard: true, because: new ProtocolError("ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED", what) });
			return;
		}
		groups.add(group);
		const members = this.#members.get(group);
		if (members === undefined) this.#members.set(group, new Set([peer]));
		else members.add(peer);
	}

	#leave(peer: Peer, group: string): void {
		const members = this.#members.get(group);
		members?.delete(peer);
		if (members?.size === 0) this.#members.delete(group);
	}
}
