/**
 * An actor in a module of its own; the README shows it. Every thread and node that hosts it imports this module, so it
 * starts no system itself.
 */
// word-counter.ts: an actor is a function. It gets its context and returns its handlers.
import { defineActor } from "@zloom/runtime";

export const WordCounter = defineActor(import.meta, "WordCounter", (_ctx, minLength: number) => {
	const counts = new Map<string, number>();
	return {
		add(line: string) {
			for (const word of line.split(/\W+/)) if (word.length >= minLength) counts.set(word, (counts.get(word) ?? 0) + 1);
		},
		top(n: number) {
			return [...counts].sort((a, b) => b[1] - a[1]).slice(0, n);
		},
		async *entries() {
			yield* counts;
		},
	};
});
