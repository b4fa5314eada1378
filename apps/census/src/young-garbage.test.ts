import { PerformanceObserver } from "node:perf_hooks";
import { expect, it } from "vitest";
import { YoungGarbage } from "./young-garbage.ts";

/** Counts collections that somebody asked for, until `done` has run. */
async function collectionsIn(done: () => void): Promise<number> {
	let count = 0;
	const observer = new PerformanceObserver((list) => {
		// Flag 4: forced, in the words of perf_hooks.constants NODE_PERFORMANCE_GC_FLAGS_FORCED.
		for (const entry of list.getEntries()) if (((entry as unknown as { detail: { flags: number } }).detail.flags & 4) !== 0) count += 1;
	});
	observer.observe({ entryTypes: ["gc"] });
	done();
	// The observer hears of them in a later turn.
	for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
	observer.disconnect();
	return count;
}

it("collects once for each lot of source, and not before", async () => {
	const garbage = new YoungGarbage(1000);
	expect(await collectionsIn(() => garbage.parsed(999))).toBe(0);
	expect(await collectionsIn(() => garbage.parsed(1))).toBe(1);
	expect(await collectionsIn(() => garbage.parsed(5000))).toBe(1);
	expect(await collectionsIn(() => garbage.parsed(10))).toBe(0);
});

it("leaves no gc function behind for the program", () => {
	new YoungGarbage(1);
	expect((globalThis as { gc?: unknown }).gc).toBeUndefined();
});
