/**
 * How often a subscriber has subscribed to a topic beyond the first time, where that is counted (RFC 23 and 37: subscriptions add up, and
 * each is undone by itself). Only with the option `countSubscriptions`: libzmq's SUB sends each subscribe, but only the last unsubscribe.
 *
 * Belongs to one subscriber; a topic costs nothing here until it is repeated.
 */
import type { Frame } from "../message.ts";

export class RepeatedSubscriptions {
	readonly #counts = new Map<string, number>();

	/** Once more; true when the topic is repeated for the first time and so is kept from now on. @param frame 1 or 0, and the topic */
	add(frame: Frame): boolean {
		const topic = topicOf(frame);
		const count = this.#counts.get(topic) ?? 0;
		this.#counts.set(topic, count + 1);
		return count === 0;
	}

	/** One less: "kept" while it is still repeated, "last" when it is no more; "none" when it was not. */
	remove(frame: Frame): "kept" | "last" | "none" {
		const topic = topicOf(frame);
		const count = this.#counts.get(topic);
		if (count === undefined) return "none";
		if (count > 1) this.#counts.set(topic, count - 1);
		else this.#counts.delete(topic);
		return count > 1 ? "kept" : "last";
	}
}

/** One character a byte. */
function topicOf(frame: Frame): string {
	return Buffer.from(frame.buffer, frame.byteOffset + 1, frame.length - 1).toString("latin1");
}
