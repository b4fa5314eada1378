/**
 * Work that computes: a task from an actor and from the program, one that is broken off, and an actor with a thread of its own.
 */
import { createSystem } from "@zloom/runtime";
import { countPrimes, Mathematician } from "./offload-work.ts";

const system = await createSystem({ threads: 1, taskThreads: 2 });
const ada = await system.spawn(Mathematician);
const [byAda, byUs] = await Promise.all([ada.ask.primesBelow(1000), system.offload(countPrimes, 100)]);
console.log(`primes below 1000: ${byAda}, below 100: ${byUs}`);

const tooLong = system.offload(countPrimes, 200_000_000, { signal: AbortSignal.timeout(50) });
console.log(`below 200 million: ${await tooLong.catch((error: { code: string }) => error.code)}`);

const alone = await system.spawn(Mathematician, { thread: "own" });
console.log(`on a thread of its own, asked ${await alone.ask.asked()} times`);
await system.stop();
