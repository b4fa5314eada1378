/**
 * A thread that waits for messages and answers each: the sleeper of the parked row, and the far end of a lane.
 * It has one socket, or its port alone, and then loads no library.
 */
import type { SleeperOrder } from "./orders.ts";
import { COLLECT, collectedHeapBytes } from "./settled-memory.ts";
import { Started } from "./thread.ts";

const started = new Started<SleeperOrder>();
const { library, endpoint } = started.order;
if (library === "MessagePort") {
	started.port.on("message", (message) => {
		if (message instanceof Uint8Array) started.say("awake");
	});
	started.onEnd(() => {
		// The port closes after this: there is nothing else.
	});
	started.say("ready");
} else {
	const { Pair } = await import("@zloom/core");
	const pair = new Pair();
	await pair.bind(endpoint);
	started.onEnd(() => pair.close());
	started.port.on("message", (message) => {
		if (message === COLLECT) started.say(collectedHeapBytes());
	});
	started.say("ready");
	for await (const message of pair) await pair.send(message);
}
