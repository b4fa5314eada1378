/**
 * A program that was written for npm zeromq, with another import and nothing else changed. The tests run it with both modules and
 * compare what it prints.
 */
import * as zmq from "@zloom/core/zeromq"; // was: import * as zmq from "zeromq"

const server = new zmq.Router();
await server.bind("tcp://127.0.0.1:*");
const client = new zmq.Dealer({ routingId: "ada" });
client.connect(server.lastEndpoint as string);

await client.send(["1", "hello"]);
const [id, number, text] = await server.receive();
console.log(`${id} asks ${number}: ${text}`);
await server.send([id as Buffer, number as Buffer, "hello yourself"]);
console.log(`answer ${(await client.receive()).join(": ")}`);

const waiting = client.receive();
try {
	await client.receive();
} catch (error) {
	console.log((error as Error).message); // one receive at a time
}
client.close();
try {
	await waiting;
} catch (error) {
	console.log((error as { code?: string }).code); // what waits is told so
}
server.close();
