/**
 * The same actor on a thread of this process and on a node: only the address differs. The node stands in this process to
 * keep the example in one file; `zloom node --listen tcp://127.0.0.1:7400` is one in a process of its own.
 */
import { cluster } from "@zloom/cluster";
import { createSystem } from "@zloom/runtime";
import { WordCounter } from "./word-counter.ts";

const listening = cluster({ listen: "tcp://127.0.0.1:*" }); // * takes a free port
await using node = await createSystem({ threads: 1, remote: listening });
await using system = await createSystem({ threads: 1, remote: cluster() });

for (const place of ["inproc:/", listening.endpoints[0]]) {
	const counter = await system.spawn(WordCounter, { args: [3], at: `${place}/counter` });
	await counter.tell.add("the quick brown fox and the lazy dog");
	const [word, count] = (await counter.ask.top(1))[0] ?? [];
	console.log(`${counter.address.replace(/:\d+/, "")} counted "${word}" ${count} times`);
}
console.log(`the node has ${node.threads} thread`);
