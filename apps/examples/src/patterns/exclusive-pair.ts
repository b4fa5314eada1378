/**
 * Pair: this thread and a worker of its own, one conversation in both directions. Each side may speak at any time.
 */
import { isMainThread, Worker } from "node:worker_threads";
import { Pair } from "@zloom/core";

const conversation = new Pair();

if (isMainThread) {
	await conversation.bind("inproc://conversation");
	const worker = new Worker(new URL(import.meta.url));
	const [greeting] = await conversation.receive();
	console.log(String(greeting));
	for (const word of ["one", "two", "stop"]) await conversation.send(word);
	for await (const [answer] of conversation) {
		console.log(String(answer));
		if (String(answer) === "stopped") break;
	}
	await worker.terminate();
} else {
	conversation.connect("inproc://conversation");
	await conversation.send("the worker is ready");
	for await (const [word] of conversation) {
		const isLast = String(word) === "stop";
		await conversation.send(isLast ? "stopped" : `heard ${word}`);
		if (isLast) break;
	}
}
conversation.close();
