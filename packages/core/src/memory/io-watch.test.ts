import { once } from "node:events";
import { connect, createServer } from "node:net";
import { expect, test } from "vitest";
import { IoWatch } from "./io-watch.ts";

test("traffic on a socket is seen, once", async () => {
	const server = createServer((socket) => socket.end("x")).listen(0, "127.0.0.1");
	await once(server, "listening");
	const watch = new IoWatch();
	watch.changed();
	const socket = connect((server.address() as { port: number }).port, "127.0.0.1");
	await once(socket, "data");
	expect(watch.changed()).toBe(true);
	// Nothing of the event loop can come between two calls in one piece of code.
	expect(watch.changed()).toBe(false);
	socket.destroy();
	server.close();
});
