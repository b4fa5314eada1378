/**
 * The actor of the call rows: answers with what it was asked.
 */
import { defineActor } from "@zloom/runtime";

export const Echo = defineActor(import.meta, "Echo", () => ({
	echo(value: { id: number; text: string }) {
		return value;
	},
}));
