/**
 * The same program moved to @zloom/core: what changes, and some of what is gained.
 */
import { Dealer, Router, ZmqError } from "@zloom/core";

const server = new Router();
await server.bind("tcp://127.0.0.1:*");
const client = new Dealer({ routingId: "ada", metadata: { "X-Team": "blue" } });
client.connect(server.lastEndpoint as string);

await client.send(["1", "hello"]);
const { message, metadata } = await server.withMetadata.receive(); // who sent it
const [id, number, text] = message;
console.log(`${id} of team ${metadata.properties.get("x-team")} asks ${number}: ${text}`);
await server.send([id, number as Buffer, "hello yourself"]);
console.log(`answer ${(await client.receive()).join(": ")}`);

async function outcome(result: Promise<unknown>) {
	return await result.then(
		() => "done",
		(error) => (error instanceof ZmqError ? error.code : String(error)),
	);
}
const first = outcome(client.receive()); // waits as long as it takes
const second = outcome(client.receive({ timeoutMs: 20 })); // behind the first, and not for long
const stop = new AbortController();
const third = outcome(client.receive({ signal: stop.signal })); // until somebody says stop
console.log(await second);
stop.abort();
console.log(await third);

console.log(client.trySend("no promise, no exception")); // or "full", or "no-peer"
await client.sendMany(["many", "messages", "one promise"]);
client.close(); // what was sent is still delivered
console.log(await first);

let received = 0;
for await (const _message of server) {
	received += 1;
	if (received === 4) break;
}
console.log(`received ${received}`);
server.close();
