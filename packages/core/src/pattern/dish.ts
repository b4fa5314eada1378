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
import { Subscriber, Subscriptions } from "./subscriptions.ts";

export class DishPattern extends SelectivePattern {
	readonly #groups = new Subscriptions<undefined>();
	readonly #self = new Subscriber<undefined>(undefined);
	readonly #announcer = new Announcer(() => this.#groups.read(this.#self));

	override get writable(): boolean {
		return false;
	}

	/** False when it was joined already. */
	join(group: Buffer): boolean {
		if (this.#groups.add(group, this.#self) === "nothing") return false;
		this.#announcer.added(group);
		this.#announcer.tell();
		return true;
	}

	/** False when it was not joined. */
	leave(group: Buffer): boolean {
		if (this.#groups.remove(group, this.#self) === "nothing") return false;
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
		return this.#groups.has(group) ? message : undefined;
	}
}
