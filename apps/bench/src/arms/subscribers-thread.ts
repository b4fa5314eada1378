/**
 * The thread of the subscribers: says when each of them has heard its publisher, then whenever a burst has reached all.
 * Empty calls begin with 0 and are not counted; messages begin with something else.
 */
import { loadLibrary } from "./library.ts";
import type { SubscribersOrder } from "./orders.ts";
import { Started } from "./thread.ts";

const started = new Started<SubscribersOrder>();
const { library, endpoint, subscribers, messages } = started.order;
const { Subscriber } = await loadLibrary(library);
const sockets = Array.from({ length: subscribers }, () => {
	const socket = new Subscriber({ receiveHighWaterMark: 0 });
	socket.subscribe("");
	socket.connect(endpoint);
	return socket;
});
let deaf = subscribers;
let received = 0;

async function listen(socket: (typeof sockets)[number]): Promise<void> {
	let called = false;
	for await (const [frame] of socket) {
		if (frame?.[0] === 0) {
			if (called) continue;
			called = true;
			deaf -= 1;
			if (deaf === 0) started.say("all hear");
			continue;
		}
		received += 1;
		if (received % (messages * subscribers) === 0) started.say("burst");
	}
}

started.onEnd(() => {
	for (const socket of sockets) socket.close();
});
await Promise.all(sockets.map(listen));
