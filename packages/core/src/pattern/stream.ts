/**
 * STREAM (zmq_socket(3)): raw tcp connections. A message is the id of a connection and bytes; an empty second frame closes that
 * connection. What comes is the id and what the connection has read; an empty frame tells that it is there, or is over.
 *
 * A message for an unknown id is "unreachable", one for a full connection waits.
 */
import type { Message } from "../message.ts";
import type { PatternOutcome } from "./pattern.ts";
import { PatternBase } from "./pattern-base.ts";
import type { Peer } from "./peer.ts";
import { RoutingTable } from "./routing-table.ts";

export class StreamPattern extends PatternBase {
	readonly #table = new RoutingTable();

	override get writable(): boolean {
		for (const peer of this.#table.peers()) if (peer.pipe.writable) return true;
		return false;
	}

	/** True when a connection has this id. */
	has(id: Buffer): boolean {
		return this.#table.get(id) !== undefined;
	}

	trySend(message: Message): PatternOutcome {
		const peer = this.#table.get(message[0] as Buffer);
		if (peer === undefined) return "unreachable";
		const empty = message.every((frame, at) => at === 0 || frame.length === 0);
		if (empty) {
			this.detach(peer.pipe, { discard: false });
			return "sent";
		}
		if (!peer.pipe.writable) {
			// It will be refused, and that is what makes the pipe tell when there is room.
			peer.pipe.tryWrite(message);
			return "full";
		}
		message.shift();
		peer.pipe.tryWrite(message);
		return "sent";
	}

	override tryReceive(): Message | undefined {
		const message = this.inbound.tryReceive();
		message?.unshift((this.inbound.source as Peer).routingId);
		return message;
	}

	override peerWritable(): void {
		this.host.onWritable();
	}

	protected override admit(peer: Peer): boolean {
		return this.#table.name(peer, peer.pipe.givenRoutingId ?? peer.routingId) === undefined;
	}

	protected override joined(peer: Peer): void {
		this.#table.add(peer);
		this.host.onWritable();
	}

	protected override lost(peer: Peer): void {
		this.#table.remove(peer);
	}
}
