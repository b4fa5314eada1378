/**
 * Scatter and Gather: as Push and Pull, with one frame a message. Tasks go to two workers in turn, results come back to one place.
 */
import { Gather, Scatter } from "@zloom/core";

const [tasks, results] = [new Scatter(), new Gather()];
await tasks.bind("inproc://tasks");
await results.bind("inproc://results");

async function worker(name: string) {
	const [mine, done] = [new Gather(), new Scatter()];
	mine.connect("inproc://tasks");
	done.connect("inproc://results");
	for await (const [task] of mine) {
		if (String(task) === "stop") break;
		await done.send(`${name} did ${task}`);
	}
	for (const socket of [mine, done]) socket.close(); // what was sent is still delivered: linger
}
const workers = [worker("a"), worker("b")];

await tasks.sendMany(["wash", "dry", "fold", "iron"]);
const received = [];
while (received.length < 4) received.push(String((await results.receive({ timeoutMs: 10_000 }))[0]));
console.log(received.sort().join(", "));

await tasks.sendMany(["stop", "stop"]);
await Promise.all(workers);
for (const socket of [tasks, results]) socket.close();
