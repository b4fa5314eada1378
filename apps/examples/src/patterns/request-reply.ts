/**
 * Request and Reply: a client that gives up on a silent server and asks again. The server is there from the beginning, and begins
 * to serve only after the client has lost patience.
 */
import { Reply, Request, ZmqError } from "@zloom/core";

const server = new Reply();
await server.bind("tcp://127.0.0.1:*");
async function serve() {
	for await (const [name] of server) await server.send(`hello ${name}`); // ends when the server is closed
}

// relaxed: may ask again before an answer came. correlate: takes no answer to an older question.
const client = new Request({ relaxed: true, correlate: true });
client.connect(server.lastEndpoint as string);

let served: Promise<void> | undefined;
for (const timeoutMs of [50, 10_000]) {
	await client.send("Ada");
	try {
		const [greeting] = await client.receive({ timeoutMs });
		console.log(String(greeting));
	} catch (error) {
		if (!(error instanceof ZmqError) || error.code !== "EAGAIN") throw error;
		console.log("no answer in time, asking again");
		served = serve();
	}
}

client.close();
server.close();
await served;
