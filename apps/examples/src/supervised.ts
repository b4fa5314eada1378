/**
 * A small supervised tree: a shelf breaks, begins again empty, and the clerk, who was started after it, with it. Nobody's ref changes.
 */
import { type ActorError, child, createSystem } from "@zloom/runtime";
import { Clerk, Shelf } from "./shelf-actors.ts";

const system = await createSystem({ threads: 2 });
const { children, exited, stop } = await system.supervise({
	strategy: "restForOne", // whoever was started after the one that failed begins again with it
	intensity: 3, // at most 3 times
	periodMs: 5000, // in 5 s; once more, and the supervisor ends
	backoffMs: 10,
	children: {
		shelf: child(Shelf, { at: "inproc://shelf" }),
		clerk: child(Clerk, { args: ["inproc://shelf"] }),
	},
});

await children.shelf.ask.put("a lamp");
console.log("on the shelf:", await children.clerk.ask.inventory());

await children.shelf.tell.put("a piano"); // fails the shelf: on a tell there is nobody to answer
let things = "a lamp";
while (things !== "nothing") {
	try {
		things = await children.clerk.ask.inventory(); // what comes while a child is away waits for it
	} catch (error) {
		if ((error as ActorError).code !== "ERR_ACTOR_DOWN") throw error; // what comes while it ends is refused: ask again
	}
}
console.log("on the new shelf:", things);

await stop(); // the clerk, then the shelf
console.log("ended:", (await exited).kind);
await system.stop();
