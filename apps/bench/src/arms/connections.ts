/**
 * Memory of one idle end of a tcp connection, in KB: what the process grew by when one DEALER connected many times to one ROUTER,
 * after a message through each, divided by the number of ends, both of which are here.
 *
 * Resident memory after garbage collection (`--expose-gc`): buffers of the library and of Node count; those of the kernel do not.
 */
import { printFigure } from "./figure.ts";
import { loadLibrary } from "./library.ts";
import type { ConnectionsOrder } from "./orders.ts";
import { settledBytes } from "./settled-memory.ts";

/** Made and measured before, so that code and pools are there. */
const WARM_UP_CONNECTIONS = 50;

await printFigure<ConnectionsOrder>(async ({ library, connections }) => {
	const { Dealer, Router } = await loadLibrary(library);
	const router = new Router();
	await router.bind("tcp://127.0.0.1:*");
	const dealer = new Dealer();
	/** One message through each new connection: a dealer takes its peers in turn. */
	const connect = async (count: number): Promise<void> => {
		const before = total;
		total += count;
		for (let made = 0; made < count; made++) dealer.connect(router.lastEndpoint ?? "");
		for (let sent = 0; sent < total; sent++) await dealer.send("hello");
		const peers = new Set<string>();
		for (let received = 0; received < total; received++) peers.add((await router.receive())[0]?.toString("latin1") ?? "");
		if (peers.size < total - before) throw new Error(`${peers.size} of ${total} connections carried a message`);
	};
	let total = 0;
	await connect(WARM_UP_CONNECTIONS);
	const before = await settledBytes();
	await connect(connections);
	const grown = (await settledBytes()) - before;
	dealer.close();
	router.close();
	return grown / (2 * connections) / 1000;
});
