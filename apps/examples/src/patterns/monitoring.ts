/**
 * What a socket reports of its connections: a server goes away, and its client tries again until there is another one. A loop over
 * events keeps the process alive, as a waiting receive does; listeners, `events.on(…)`, do not.
 */
import { Pull, Push } from "@zloom/core";

const [first, second] = [new Pull(), new Pull()];
await first.bind("tcp://127.0.0.1:*");
const endpoint = first.lastEndpoint as string;

const client = new Push({ reconnectInterval: 10, metadata: { "X-Name": "ada" } });
client.connect(endpoint);

const seen: string[] = [];
for await (const event of client.events) {
	const isNew = !seen.includes(event.type);
	seen.push(event.type);
	if (event.type === "handshake" && isNew) {
		await client.send("hello");
		const { message, metadata } = await first.withMetadata.receive();
		console.log(`a ${metadata.socketType} called ${metadata.properties.get("x-name")} says ${message}`);
		first.close();
	} else if (event.type === "handshake") break;
	else if (event.type === "disconnect") console.log("the connection is lost");
	else if (event.type === "connect:retry" && isNew) {
		console.log(`trying again in ${event.interval} ms or a little more`);
		await first[Symbol.asyncDispose](); // settles when its port is free
		await second.bind(endpoint);
	}
}
console.log("connected again");
client.close();
second.close();
