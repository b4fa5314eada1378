/**
 * Channel: as Pair, with one frame a message; here between two processes of one machine, which stand in one file for brevity. A
 * second peer is refused while there is one.
 */
import { Channel, ZmqError } from "@zloom/core";

const [left, right] = [new Channel(), new Channel()];
await left.bind("ipc://*"); // a free path
right.connect(left.lastEndpoint as string);

await Promise.all([left.send("from left"), right.send("from right")]); // both at once: nobody's turn
console.log(String((await right.receive({ timeoutMs: 10_000 }))[0]));
console.log(String((await left.receive({ timeoutMs: 10_000 }))[0]));

try {
	await left.send(["two", "frames"]);
} catch (error) {
	if (error instanceof ZmqError) console.log(error.code);
}
left.close();
right.close();
