/**
 * The two stages of the pipeline example, in a module that the threads can import.
 */
import { defineActor } from "@zloom/runtime";

export const Split = defineActor(import.meta, "Split", () => ({
	process: (line: string) => line.toLowerCase().match(/\p{L}+/gu) ?? [],
}));

export const Longest = defineActor(import.meta, "Longest", () => ({
	process: (words: string[]) => words.reduce((longest, word) => (word.length > longest.length ? word : longest), ""),
}));
