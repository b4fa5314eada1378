/**
 * The signs of life that one connection still has to write: a PING of our own, an answer to the peer's. Messages go behind them.
 *
 * At most one of each waits: a flood of PINGs costs one answer, to the newest.
 */
import type { SocketOptions } from "../option/options.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Link } from "./link.ts";

export class DuePings {
	#pong: Buffer | undefined;
	#ping = false;

	get due(): boolean {
		return this.#ping || this.#pong !== undefined;
	}

	/** A PING is to be written. */
	ask(): void {
		this.#ping = true;
	}

	/** A PONG with this context is to be written; it is copied. */
	answer(context: Uint8Array): void {
		this.#pong = Buffer.from(context);
	}

	/** Writes what is due; returns how many bytes that were. */
	append(link: Link, options: Readonly<SocketOptions>, heartbeat: Heartbeat | undefined): number {
		let bytes = 0;
		if (this.#pong !== undefined) bytes += link.appendPong(this.#pong);
		this.#pong = undefined;
		if (this.#ping) {
			bytes += link.appendPing(options.heartbeatTimeToLive);
			heartbeat?.pinged();
		}
		this.#ping = false;
		return bytes;
	}
}
