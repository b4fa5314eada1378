/**
 * `npm run census:speed`: the throughput of 2 threads against that of the main thread alone, on the default input or the
 * folders given. All run as processes of their own, in turns within one run, so that warm caches and a busy machine touch
 * all alike; each is timed from the survey to the totals, starting threads and loading the parser included.
 *
 * The main thread alone is measured twice: as it is, where V8 collects garbage and compiles on the other core, and kept to
 * one core, where it has one core as 2 threads have two.
 *
 * Shutdown: one child at a time, waited for; Ctrl-C reaches it with us, it is in our process group.
 */
import { availableParallelism, loadavg } from "node:os";
import Table from "cli-table3";
import { speedRounds } from "./limits.ts";
import { type Measured, measure, oneCore } from "./measure.ts";

const threads = 2;
const folders = process.argv.slice(2);
const pinned = oneCore();

if (availableParallelism() < threads) console.log(`This machine has fewer than ${threads} cores: no gain can show here.`);
const load = loadavg()[0] ?? 0;
if (load > 0.5) console.log(`Other programs are at work (load ${load.toFixed(1)}): the figures say little.`);

const runs: { free: Measured; kept: Measured | undefined; both: Measured }[] = [];
for (let round = 0; round < speedRounds; round++) {
	const free = await measure([...folders, "--threads", "0"]);
	const kept = pinned === undefined ? undefined : await measure([...folders, "--threads", "0"], pinned);
	const both = await measure([...folders, "--threads", `${threads}`]);
	runs.push({ free, kept, both });
}

const head = ["--threads 0", "--threads 0 on one core", `--threads ${threads}`, "ratio", "ratio to one core"];
const table = new Table({ head: ["MB/s", ...head], style: { head: [], border: [] } });
const rows = runs.map(({ free, kept, both }) => {
	const [a, b, c] = [rateOf(free), rateOf(kept), rateOf(both)];
	return [a, b, c, c / a, c / b];
});
for (const [round, row] of rows.entries()) table.push([`round ${round + 1}`, ...row.map(shown)]);
table.push(["median", ...head.map((_, column) => shown(median(rows.map((row) => row[column] ?? Number.NaN))))]);
console.log(table.toString());
const processor = (pick: (run: (typeof runs)[number]) => Measured): string =>
	(median(runs.map((run) => pick(run).processorMs)) / 1e3).toFixed(1);
console.log(
	`processor time: ${processor((run) => run.free)} s with --threads 0, ${processor((run) => run.both)} s with --threads ${threads}`,
);

function rateOf(run: Measured | undefined): number {
	return run === undefined ? Number.NaN : run.bytes / 1e3 / run.elapsedMs;
}

function shown(value: number): string {
	return Number.isNaN(value) ? "-" : value.toFixed(2);
}

function median(values: readonly number[]): number {
	const ordered = values.toSorted((a, b) => a - b);
	return ordered[ordered.length >> 1] ?? Number.NaN;
}
