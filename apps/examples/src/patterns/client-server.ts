/**
 * Client and Server: as Dealer and Router, with one frame a message and a number beside it that says whose it is.
 */
import { Client, Server, ZmqError } from "@zloom/core";

const server = new Server({ disconnectMessage: "left" }); // what a receive returns when a client has gone
await server.bind("tcp://127.0.0.1:*");

const [ada, grace] = [new Client(), new Client()];
for (const client of [ada, grace]) client.connect(server.lastEndpoint as string);
await ada.send("I am Ada");
const [hello, { routingId: adasId }] = await server.receive({ timeoutMs: 10_000 });
console.log(String(hello));
await grace.send("I am Grace");
const [, { routingId: gracesId }] = await server.receive({ timeoutMs: 10_000 });

await server.send("to Grace", { routingId: gracesId });
await server.send("to Ada", { routingId: adasId });
console.log(String((await ada.receive({ timeoutMs: 10_000 }))[0]), "/", String((await grace.receive({ timeoutMs: 10_000 }))[0]));

ada.close();
const [notice, from] = await server.receive({ timeoutMs: 10_000 });
console.log(`${from.routingId === adasId ? "Ada" : "somebody"} ${notice}`);
try {
	await server.send("Ada?", { routingId: adasId });
} catch (error) {
	if (error instanceof ZmqError) console.log(error.code);
}
grace.close();
server.close();
