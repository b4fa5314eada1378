/**
 * A task and an actor of the offload example, in a module that the threads can import.
 */
import { defineActor, defineTask } from "@zloom/runtime";

/** Computes, and keeps nothing: any thread of the pool may run it. */
export const countPrimes = defineTask(import.meta, "countPrimes", (below: number): number => {
	const composite = new Uint8Array(below);
	let count = 0;
	for (let n = 2; n < below; n++) {
		if (composite[n] === 1) continue;
		count += 1;
		for (let multiple = n * n; multiple < below; multiple += n) composite[multiple] = 1;
	}
	return count;
});

export const Mathematician = defineActor(import.meta, "Mathematician", (ctx) => {
	let asked = 0;
	return {
		async primesBelow(n: number): Promise<number> {
			asked += 1;
			return ctx.offload(countPrimes, n, { signal: ctx.call.signal });
		},
		asked: () => asked,
	};
});
