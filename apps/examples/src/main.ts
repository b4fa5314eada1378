/**
 * The first example: spawn an actor, tell it, ask it, read a stream from it, hear of its end; the README shows it.
 */
// main.ts
import { createSystem } from "@zloom/runtime";
import { WordCounter } from "./word-counter.ts";

await using system = await createSystem({ threads: 4 }); // plain JS on Node 20: try { … } finally { await system.stop(); }
const counter = await system.spawn(WordCounter, { args: [3], at: "inproc://counter" });

await counter.tell.add("to be or not to be"); // settles when accepted: back-pressure
const top = await counter.ask.top(2); // typed reply
console.log("most frequent:", top);

for await (const [word, n] of counter.stream.entries()) console.log(`${word} ${n}`); // a stream of replies, credit-controlled

const signal = AbortSignal.timeout(60_000);
await counter.with({ timeoutMs: 30_000, signal }).ask.top(10);

counter.exited.then((reason) => console.log("ended:", reason.kind)); // death watch; never rejects
await counter.stop();
