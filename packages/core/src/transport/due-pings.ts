/**
 * The signs of life that one connection still has to write: a PING of our own, an answer to the peer's. Messages go behind them.
 *
 * Every PING of ZMTP gets its answer, as long as the peer takes what it is sent: while it does not, PONGS_DUE_MAX of them wait and the
 * oldest go. Of WebSocket's own pings the newest is answered, as RFC 6455 allows.
 */
import { PONGS_DUE_MAX } from "../limits.ts";
import type { SocketOptions } from "../option/options.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Link } from "./link.ts";

export class DuePings {
	#pongs: Buffer[] = [];
	#ping = false;

	get due(): boolean {
		return this.#ping || this.#pongs.length > 0;
	}

	/** A PING is to be written. */
	ask(): void {
		this.#ping = true;
	}

	/** A PONG with this context is to be written; it is copied. */
	answer(context: Uint8Array): void {
		if (this.#pongs.length >= PONGS_DUE_MAX) this.#pongs.shift();
		this.#pongs.push(Buffer.from(context));
	}

	/** The same, in place of all that wait. */
	answerNewest(context: Uint8Array): void {
		this.#pongs = [Buffer.from(context)];
	}

	/** Writes what is due; returns how many bytes that were. */
	append(link: Link, options: Readonly<SocketOptions>, heartbeat: Heartbeat | undefined): number {
		let bytes = 0;
		for (const pong of this.#pongs) bytes += link.appendPong(pong);
		if (this.#pongs.length > 0) this.#pongs = [];
		if (this.#ping) {
			bytes += link.appendPing(options.heartbeatTimeToLive);
			heartbeat?.pinged();
		}
		this.#ping = false;
		return bytes;
	}
}
