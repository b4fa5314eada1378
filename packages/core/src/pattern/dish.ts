/**
 * DISH (RFC 48): receives the messages of the groups that it has joined, fair-queued from all RADIOs, as group and body.
 *
 * Joins never get lost (announcer.ts). What comes is filtered again, because a RADIO learns late of a leave.
 */
import { GROUP_BYTES_MAX } from "../limits.ts";
import type { Message } from "../message.ts";
import { Announcer } from "./announcer.ts";
import type { PatternOutcome } from "./pattern.ts";
import type { Peer } from "./peer.ts";
import { SelectivePattern } from "./selective.ts";

export class DishPattern extends SelectivePattern {
	/** By their bytes as latin1. */
	readonly #groups = new Map<string, Buffer>();
	readonly #announcer = new Announcer(() => this.#groups.values());

	override get writable(): boolean {
		return false;
	}

	/** False when it was joined already. */
	join(group: Buffer): boolean {
		const text = group.toString("latin1");
		if (this.#groups.has(text)) return false;
		this.#groups.set(text, group);
		this.#announcer.announce(true, group);
		return true;
	}

	/** False when it was not joined. */
	leave(group: Buffer): boolean {
		if (!this.#groups.delete(group.toString("latin1"))) return false;
		this.#announcer.announce(false, group);
		return true;
	}

	/** A DISH has nothing to say but its groups; the socket class has no send either. */
	trySend(): PatternOutcome {
		return "no-peer";
	}

	override peerWritable(peer: Peer): void {
		this.#announcer.goOn(peer);
	}

	override peerHiccup(peer: Peer): void {
		this.#announcer.begin(peer);
	}

	protected override joined(peer: Peer): void {
		this.#announcer.begin(peer);
	}

	protected override lost(peer: Peer): void {
		this.#announcer.forget(peer);
	}

	protected select(message: Message): Message | undefined {
		const group = message[0] as Buffer;
		if (message.length !== 2 || group.length > GROUP_BYTES_MAX) return undefined;
		return this.#groups.has(group.toString("latin1")) ? message : undefined;
	}
}
