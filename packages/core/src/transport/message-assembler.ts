/**
 * Joins inbound frames to whole messages. An unfinished message is dropped with the connection, never delivered in part.
 *
 * What one unfinished message may hold is bounded in frames and in bytes: a peer that never ends a message runs into the
 * bound and loses its connection. Each whole one is told to the budget of receivers (fairness.ts).
 */
import { MULTIPART_BYTES_FLOOR, MULTIPART_BYTES_MAX, MULTIPART_FRAMES_MAX, MULTIPART_SIZE_FACTOR } from "../limits.ts";
import type { Frame, Message } from "../message.ts";
import { arrived } from "../wait/fairness.ts";
import { ProtocolError } from "../wire/protocol-error.ts";

export class MessageAssembler {
	readonly #bytesMax: number;
	#frames: Message | undefined;
	#bytes = 0;

	/** @param maxMessageSize the option of that name; -1 = no limit */
	constructor(maxMessageSize: number) {
		this.#bytesMax = maxMessageSize < 0 ? MULTIPART_BYTES_MAX : Math.max(MULTIPART_BYTES_FLOOR, maxMessageSize * MULTIPART_SIZE_FACTOR);
	}

	/** Takes the next frame; returns the message when it was the last one. @throws ProtocolError the message is too large */
	add(frame: Frame, more: boolean): Message | undefined {
		const frames = this.#frames;
		if (frames === undefined) {
			if (!more) {
				arrived();
				return [frame];
			}
			this.#frames = [frame];
			this.#bytes = frame.length;
			return undefined;
		}
		frames.push(frame);
		this.#bytes += frame.length;
		if (this.#bytes > this.#bytesMax || frames.length > MULTIPART_FRAMES_MAX)
			throw new ProtocolError(
				"ERR_ZMTP_MESSAGE_TOO_LARGE",
				`The peer sent a message above ${this.#bytesMax} bytes or ${MULTIPART_FRAMES_MAX} frames`,
			);
		if (more) return undefined;
		this.#frames = undefined;
		arrived();
		return frames;
	}
}
