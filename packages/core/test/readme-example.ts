/**
 * The example of packages/core/README.md; readme.test.ts runs it and checks what it prints.
 */
import { Dealer, Router } from "@zloom/core";

const endpoint = "inproc://greetings"; // or tcp://127.0.0.1:5555, or ipc:///run/greetings.sock: nothing else changes

const server = new Router();
await server.bind(endpoint);

async function serve() {
	for await (const [id, name] of server) await server.send([id, `hello ${name}`]);
}
const served = serve(); // ends when the server is closed

const client = new Dealer();
client.connect(endpoint);

for (const name of ["Ada", "Grace"]) {
	await client.send(name); // settles when the message is queued: back-pressure
	const [greeting] = await client.receive({ timeoutMs: 5_000 }); // rejects with EAGAIN when nothing comes
	console.log(String(greeting));
}

server.close();
client.close();
await served;
