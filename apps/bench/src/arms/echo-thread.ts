/**
 * The echoing thread of a round trip: says that it is ready, then sends back what comes.
 * Between two messages it does nothing, so it may sleep as its library likes.
 */
import { type LibraryName, loadLibrary } from "./library.ts";
import type { EchoOrder } from "./orders.ts";
import { Started } from "./thread.ts";

const started = new Started<EchoOrder>();
const { order } = started;

function echoByPort(): void {
	started.port.on("message", (message) => {
		if (message instanceof Uint8Array) started.port.postMessage(message);
	});
	started.onEnd(() => {
		// The port closes after this: there is nothing else.
	});
	started.say("ready");
}

async function echoBySocket(library: LibraryName): Promise<void> {
	const { Pair, Reply } = await loadLibrary(library);
	const socket = order.sockets === "pair" ? new Pair() : new Reply();
	socket.connect(order.endpoint);
	started.onEnd(() => socket.close());
	started.say("ready");
	for (let left = order.roundTrips; left > 0; left--) {
		const [frame] = await socket.receive();
		await socket.send(frame as Uint8Array);
	}
}

if (order.library === "MessagePort") echoByPort();
else await echoBySocket(order.library);
