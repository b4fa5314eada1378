/**
 * Memory of one idle end of a tcp connection, in KB: what the process grew by when one PUSH connected many times to one PULL, after a
 * message through each, divided by the number of ends, both of which are here.
 *
 * A PUSH takes its peers in turn, connected or not yet, so as many messages as connections arrive only when each connection is there.
 * (A DEALER would not do: libzmq's connects to an endpoint once only.) Resident memory after garbage collection (`--expose-gc`):
 * buffers of the library and of Node count; those of the kernel do not.
 */
import { printFigure } from "./figure.ts";
import { loadLibrary } from "./library.ts";
import type { ConnectionsOrder } from "./orders.ts";
import { settledResidentBytes } from "./settled-memory.ts";

/** Made before the first look, so that code and pools are there. */
const WARM_UP_CONNECTIONS = 50;

await printFigure<ConnectionsOrder>(async ({ library, connections }) => {
	const { Push, Pull } = await loadLibrary(library);
	const pull = new Pull();
	await pull.bind("tcp://127.0.0.1:*");
	const push = new Push();
	let total = 0;
	const connect = async (count: number): Promise<void> => {
		for (let made = 0; made < count; made++) push.connect(pull.lastEndpoint ?? "");
		total += count;
		for (let sent = 0; sent < total; sent++) await push.send("hello");
		for (let received = 0; received < total; received++) await pull.receive();
	};
	await connect(WARM_UP_CONNECTIONS);
	const before = await settledResidentBytes();
	await connect(connections);
	const grown = (await settledResidentBytes()) - before;
	push.close();
	pull.close();
	return grown / (2 * connections) / 1000;
});
