/**
 * `npm run census:memory`: the peak memory of a census of a tree, and of one ten times as large. The trees are copies of the
 * default input (or of the folders given), each copy with a line of its own, so that no content repeats and nothing that is
 * kept per file can hide.
 *
 * Shutdown: the trees lie in a temporary folder, removed at the end, also on failure and on Ctrl-C.
 */
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Table from "cli-table3";
import { memoryTreeBytes } from "./limits.ts";
import { measure } from "./measure.ts";
import { sizeOf } from "./survey.ts";
import { rootsOf, walk } from "./walk.ts";
import { megabytes } from "./wording.ts";

const workspace = fileURLToPath(new URL("../../..", import.meta.url));
const given = process.argv.slice(2);
const roots = given.length > 0 ? rootsOf(given, process.cwd()) : rootsOf(["node_modules"], workspace);
const folder = mkdtempSync(join(tmpdir(), "zloom-census-memory-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const small = join(folder, "one");
const large = join(folder, "ten");
copyTo(small, 0);
for (let copy = 1; copy <= 10; copy++) copyTo(join(large, `${copy}`), copy);

const table = new Table({ head: ["how", "tree", "files", "size", "peak, MB"], style: { head: [], border: [] } });
const growths: string[] = [];
for (const threads of ["0", "2"]) {
	const one = await measure([small, "--threads", threads]);
	const ten = await measure([large, "--threads", threads]);
	for (const [name, run] of [
		["one", one],
		["ten times", ten],
	] as const)
		table.push([`--threads ${threads}`, name, `${run.files}`, megabytes(run.bytes), (run.peakKb / 1e3).toFixed(0)]);
	growths.push(`--threads ${threads}: ${((ten.peakKb / one.peakKb - 1) * 100).toFixed(1)} %`);
}
console.log(table.toString());
console.log(`growth of the peak: ${growths.join(", ")}`);
process.exit(0);

/** The files up to `memoryTreeBytes`, one folder for a hundred of them. */
function copyTo(target: string, copy: number): void {
	let bytes = 0;
	let files = 0;
	for (const file of walk(roots)) {
		const size = sizeOf(file.absolute);
		const place = join(target, `${Math.floor(files / 100)}`);
		if (files % 100 === 0) mkdirSync(place, { recursive: true });
		const path = join(place, `${files}${file.kind}`);
		copyFileSync(file.absolute, path);
		appendFileSync(path, `\n// copy ${copy}\n`);
		files++;
		bytes += size;
		if (bytes >= memoryTreeBytes) return;
	}
}
