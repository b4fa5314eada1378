/**
 * Frames that have come over a WebSocket and wait to be taken. While nobody takes any the WebSocket is paused, so that no more wait
 * here than came in one chunk of bytes.
 */
import { COMMAND_BYTES_MAX } from "../../limits.ts";
import { checkBodyBytes, type FrameSource } from "../../wire/frame.ts";

const EMPTY = Buffer.alloc(0);

export class FrameQueue implements FrameSource {
	flags = 0;
	body: Buffer = EMPTY;
	/** Largest body of a message frame; during the handshake there are only commands. */
	bodyBytesMax: number = COMMAND_BYTES_MAX;
	readonly #flags: number[] = [];
	readonly #bodies: Buffer[] = [];
	#taken = 0;

	setBodyBytesMax(bodyBytesMax: number): void {
		this.bodyBytesMax = bodyBytesMax;
	}

	/** How many frames wait. */
	get length(): number {
		return this.#bodies.length - this.#taken;
	}

	push(flags: number, body: Buffer): void {
		this.#flags.push(flags);
		this.#bodies.push(body);
	}

	next(): boolean {
		const at = this.#taken;
		const body = this.#bodies[at];
		if (body === undefined) return false;
		this.flags = this.#flags[at] as number;
		this.body = body;
		this.#taken += 1;
		if (this.#taken === this.#bodies.length) this.clear();
		checkBodyBytes(this.flags, body.length, this.bodyBytesMax);
		return true;
	}

	clear(): void {
		this.#flags.length = 0;
		this.#bodies.length = 0;
		this.#taken = 0;
	}
}
