/**
 * Router and Dealer: any number of questions at a time, answered in any order, each to whoever asked. A Router can also speak first,
 * to a peer whose name it knows, and is told when there is none.
 */
import { Dealer, Router, ZmqError } from "@zloom/core";

const server = new Router({ mandatory: true }); // a peer that is not there is an error, and not silence
await server.bind("tcp://127.0.0.1:*");

const client = new Dealer({ routingId: "ada" });
client.connect(server.lastEndpoint as string);
await client.sendMany(["first", "second", "third"].map((question, n) => [String(n), question]));

const questions = [await server.receive(), await server.receive(), await server.receive()];
for (const [id, number, question] of questions.reverse()) await server.send([id, number as Buffer, `${question} answered`]);

for (let n = 0; n < 3; n++) {
	const [number, answer] = await client.receive({ timeoutMs: 10_000 });
	console.log(`${number}: ${answer}`);
}

try {
	await server.send(["grace", "are you there?"]);
} catch (error) {
	if (error instanceof ZmqError) console.log(`grace: ${error.code}`);
}
client.close();
server.close();
