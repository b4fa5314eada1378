/**
 * In place of io-thread/io-thread.ts: the transports of a page run in its own thread.
 */
import { ZmqError } from "../errors.ts";
import type { Transport } from "../transport/transport.ts";

export class IoThread {
	readonly transports: ReadonlyMap<string, Transport> = new Map();

	constructor() {
		throw new ZmqError("ENOTSUP", 'A page has no I/O threads: leave the option io at "inline"');
	}

	async end(): Promise<void> {
		// None was ever made.
	}
}
