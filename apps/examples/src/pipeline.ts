/**
 * A pipeline: items flow through stages of actors on all threads, in order, and a slow stage slows the source down.
 */
import { createSystem } from "@zloom/runtime";
import { Longest, Split } from "./line-actors.ts";

async function* lines() {
	yield "To be, or not to be, that is the question";
	yield "the slings and arrows of fortune";
	yield "or to take arms against a sea of troubles";
}

await using system = await createSystem({ threads: 2 });
const longest = system.pipeline(lines()).through(Split, { parallel: 2 }).through(Longest, { parallel: 2 });

const words: string[] = [];
for await (const word of longest) words.push(word);
console.log(`longest words: ${words.join(", ")}`);
