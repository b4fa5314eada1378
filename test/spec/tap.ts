/**
 * A listener between two sockets, which passes on all that comes and remembers it: what somebody sees who sits on the wire.
 *
 * Its connections and itself end with the test.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { atEnd } from "./open-sockets.ts";

export interface Tap {
	/** Where to connect instead. */
	readonly port: number;
	/** What was said so far, all connections and both directions. */
	told(): Buffer;
}

export async function tap(port: number): Promise<Tap> {
	const chunks: Buffer[] = [];
	const server = createServer((near) => {
		const far = connect(port, "127.0.0.1");
		for (const [from, to] of [
			[near, far],
			[far, near],
		] as const) {
			from.on("data", (chunk: Buffer) => chunks.push(chunk));
			from.on("error", () => to.destroy());
			from.pipe(to);
			atEnd(() => from.destroy());
		}
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	atEnd(() => server.close());
	return { port: (server.address() as AddressInfo).port, told: () => Buffer.concat(chunks) };
}
