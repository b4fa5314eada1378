/**
 * A third thread that talks to the far ends of lanes before they are measured, over lanes of its own: then the heaps and the compiled
 * code of those threads have grown to what such traffic takes, and what grows later is the lanes that are measured.
 */
import { openLane } from "./lane-traffic.ts";
import type { LaneWarmUpOrder } from "./orders.ts";
import { COLLECT, collectedHeapBytes } from "./settled-memory.ts";
import { Started } from "./thread.ts";

const started = new Started<LaneWarmUpOrder>();
const { endpoints, traffic } = started.order;
started.onEnd(() => {
	// Its sockets are closed by then, and the port closes after this.
});
for (const endpoint of endpoints) {
	const pair = await openLane(endpoint, traffic);
	pair.close();
}
started.port.on("message", (message) => {
	if (message === COLLECT) started.say(collectedHeapBytes());
});
started.say("done");
