/**
 * The echoing thread of tcp beside lanes: sends back what comes over tcp, and, where that is asked, what comes by inproc.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { loadLibrary } from "./library.ts";
import type { TcpBesideEcho } from "./orders.ts";
import { Started } from "./thread.ts";

const started = new Started<TcpBesideEcho>();
const { endpoint, lanes } = started.order;
const server = createServer({ noDelay: true }, (socket) => {
	// The other side destroys its end when it has its figures.
	socket.on("error", () => socket.destroy());
	socket.on("data", (data) => socket.write(data));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const { Pair } = await loadLibrary("zloom");
const pair = new Pair();
started.onEnd(() => {
	server.close();
	pair.close();
});
started.say((server.address() as { port: number }).port);
if (lanes) {
	pair.connect(endpoint);
	for await (const message of pair) await pair.send(message[0] as Uint8Array);
}
