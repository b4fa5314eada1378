/**
 * What the process holds, over time: resident memory, memory in use after a collection, and handles. Flat means that the median of the
 * last third is the median of the first third, but for what a heap moves by itself.
 *
 * The first samples are left out: code becomes hot and pools fill. Resident memory is that of all worker threads too, whose heaps come
 * and go: it has more slack than what this thread really uses.
 */
import v8 from "node:v8";
import vm from "node:vm";

const MIB = 1 << 20;
/** Share of the samples that are warm-up. */
const WARM_UP = 0.2;
/** With fewer samples nothing is said: the beginning of a run, while hosts start, would be all of it. */
const SAMPLES_MIN = 20;
/** By how much the last third may lie above the first: a part of it, and in any case so much. */
const SLACK = {
	rss: { part: 0.2, least: 48 * MIB },
	used: { part: 0.15, least: 8 * MIB },
	handles: { part: 0.15, least: 25 },
};

v8.setFlagsFromString("--expose-gc");
const collectGarbage = vm.runInNewContext("gc");

function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[sorted.length >> 1] ?? 0;
}

export class Measure {
	#samples = [];

	sample() {
		collectGarbage();
		const { rss, heapUsed, external } = process.memoryUsage();
		const sample = { rss, used: heapUsed + external, handles: process.getActiveResourcesInfo().length };
		this.#samples.push(sample);
		return sample;
	}

	/** Rows of first and last median; `grown` names those that are not flat. */
	judge() {
		const warm = this.#samples.slice(Math.ceil(this.#samples.length * WARM_UP));
		const third = Math.max(1, Math.floor(warm.length / 3));
		const rows = Object.entries(SLACK).map(([name, { part, least }]) => {
			const first = median(warm.slice(0, third).map((sample) => sample[name]));
			const last = median(warm.slice(-third).map((sample) => sample[name]));
			const flat = last - first <= Math.max(least, first * part);
			return { name, first, last, word: warm.length < SAMPLES_MIN ? "too short a run to tell" : flat ? "flat" : "GROWN" };
		});
		return { rows, grown: rows.filter(({ word }) => word === "GROWN").map(({ name }) => name), samples: warm.length };
	}
}

export const mib = (bytes) => `${(bytes / MIB).toFixed(1)} MiB`;
