/**
 * `npm run census:speed`: the throughput of 2 threads against that of the main thread alone, on the default input or the
 * folders given. Both run as processes of their own, in turns within one run, so that warm caches and a busy machine touch
 * both alike; each is timed from the survey to the totals, starting threads and loading the parser included.
 *
 * Shutdown: one child at a time, waited for; Ctrl-C reaches it with us, it is in our process group.
 */
import { availableParallelism, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { speedRounds } from "./limits.ts";
import { type Measured, measure } from "./measure.ts";

const main = fileURLToPath(new URL("./main.js", import.meta.url));
const folders = process.argv.slice(2);
const threads = 2;

const alone: number[] = [];
const together: number[] = [];
const rows: string[][] = [];
if (availableParallelism() < threads) console.log(`This machine has fewer than ${threads} cores: no gain can show here.`);
const load = loadavg()[0] ?? 0;
if (load > 0.5) console.log(`Other programs are at work (load ${load.toFixed(1)}): the figures say little.`);
for (let round = 0; round < speedRounds; round++) {
	const one = await measure(main, [...folders, "--threads", "0"]);
	const two = await measure(main, [...folders, "--threads", `${threads}`]);
	alone.push(rateOf(one));
	together.push(rateOf(two));
	rows.push([`${round + 1}`, rateOf(one).toFixed(1), rateOf(two).toFixed(1), (rateOf(two) / rateOf(one)).toFixed(2)]);
}
rows.push([
	"median",
	median(alone).toFixed(1),
	median(together).toFixed(1),
	median(alone.map((rate, at) => (together[at] ?? 0) / rate)).toFixed(2),
]);
const table = new Table({ head: ["round", "--threads 0, MB/s", `--threads ${threads}, MB/s`, "ratio"], style: { head: [], border: [] } });
table.push(...rows);
console.log(table.toString());

function rateOf(run: Measured): number {
	return run.bytes / 1e3 / run.elapsedMs;
}

function median(values: readonly number[]): number {
	const ordered = values.toSorted((a, b) => a - b);
	return ordered[ordered.length >> 1] ?? Number.NaN;
}
