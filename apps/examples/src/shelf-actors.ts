/**
 * The actors of the supervision example: a shelf that cannot take everything, and a clerk who uses it.
 */
import { type ActorRef, defineActor } from "@zloom/runtime";

export const Shelf = defineActor(import.meta, "Shelf", () => {
	const things: string[] = [];
	return {
		put(thing: string): void {
			if (thing === "a piano") throw new Error("the shelf broke");
			things.push(thing);
		},
		things: () => things,
	};
});

export const Clerk = defineActor(import.meta, "Clerk", (ctx, at: string) => {
	const shelf: ActorRef<{ things(): string[] }> = ctx.ref(Shelf, at);
	return { inventory: async () => (await shelf.ask.things()).join(", ") || "nothing" };
});
