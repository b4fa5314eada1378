/**
 * Asks a SOCKS5 proxy, on a stream that is connected to it, for a connection to the peer; from then on the stream is the peer's.
 *
 * Nothing of the peer's bytes is taken. Failures destroy the stream, with an error that says why.
 *
 * Shutdown: when the stream is destroyed, timer and listeners go with it.
 */
import type { Socket } from "node:net";
import { ZmqError } from "../errors.ts";
import { TIMER_MS_MAX } from "../limits.ts";
import { Socks5Client, type SocksTarget } from "../wire/socks5.ts";

/** @param limitMs in which the proxy must have answered; 0 = no limit @param done called once, in a turn of its own */
export function negotiateSocks(stream: Socket, target: SocksTarget, limitMs: number, done: () => void): void {
	const client = new Socks5Client(target);
	const late = (): void => {
		stream.destroy(new ZmqError("EAGAIN", `The SOCKS5 proxy did not answer within ${limitMs} ms (handshakeInterval)`));
	};
	const timer = limitMs > 0 ? setTimeout(late, Math.min(limitMs, TIMER_MS_MAX)).unref() : undefined;
	const left = (): void => {
		stream.destroy(new ZmqError("EPROTO", "The SOCKS5 proxy closed the connection before it was made"));
	};
	const closed = (): void => clearTimeout(timer);
	const read = (): void => {
		try {
			while (client.wanted > 0) {
				const bytes = stream.read(client.wanted) as Buffer | null;
				if (bytes === null) return;
				// At the end of a stream, what is left comes whatever was wanted.
				if (bytes.length !== client.wanted) return;
				const answer = client.onBytes(bytes);
				if (answer !== undefined) stream.write(answer);
			}
		} catch (error) {
			stream.destroy(error as Error);
			return;
		}
		stream.off("readable", read).off("end", left).off("close", closed);
		clearTimeout(timer);
		// The stream begins to flow for its next reader only a turn after the last "readable" listener has left.
		setImmediate(() => {
			if (!stream.destroyed) done();
		});
	};
	stream.on("readable", read).on("end", left).on("close", closed);
	stream.write(client.hello());
}
