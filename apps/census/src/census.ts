/**
 * One census from start to end: survey, work, totals, reports. Main thread. What depends on how the work is spread lies in
 * run-local.ts and run-actors.ts; all of them hand back the same totals.
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { finish } from "./finish.ts";
import type { CensusOptions } from "./options.ts";
import { checkWritable, makeFolderOf, write } from "./outputs.ts";
import { progressOn } from "./progress.ts";
import { survey } from "./survey.ts";
import { printTotals, type Totals } from "./totals.ts";
import { type Root, rootsOf } from "./walk.ts";
import { count, megabytes, plural, seconds } from "./wording.ts";

const workspace = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

export async function census(options: CensusOptions): Promise<void> {
	const roots = options.folders.length > 0 ? rootsOf(options.folders, process.cwd()) : defaultRoots();
	if (options.json !== undefined && options.json !== "-") checkWritable("--json", options.json);
	if (typeof options.html === "string") checkWritable("--html", options.html);
	const now = (): number => performance.now();
	const started = now();
	const { begin } = options.threads === 0 ? await import("./run-local.ts") : await import("./run-actors.ts");
	const work = begin(options);
	const surveyed = survey(roots);
	say(
		`${plural(surveyed.files, "file")}, ${megabytes(surveyed.bytes)} under ${roots.map((root) => root.label).join(", ")}; ${howOf(options)}`,
	);
	const progress = progressOn(process.stderr, surveyed, now);
	let totals: Totals;
	try {
		totals = finish(await work.run(surveyed, progress), surveyed);
	} finally {
		progress.end();
	}
	const elapsedMs = now() - started;
	const rate = megabytes((surveyed.bytes * 1000) / elapsedMs);
	say(`${count(totals.files)} files in ${seconds(elapsedMs)}: ${rate}/s`);
	// measure.ts listens here.
	const { userCPUTime, systemCPUTime, maxRSS: peakKb } = process.resourceUsage();
	process.send?.({ files: totals.files, bytes: totals.bytes, elapsedMs, processorMs: (userCPUTime + systemCPUTime) / 1e3, peakKb });
	await report(options, totals);
}

async function report(options: CensusOptions, totals: Totals): Promise<void> {
	if (options.json === "-") process.stdout.write(printTotals(totals));
	else {
		const { reportTable } = await import("./report-table.ts");
		process.stdout.write(`${reportTable(totals, process.stdout.columns)}\n`);
		if (options.json !== undefined) {
			write("--json", options.json, printTotals(totals));
			say(`totals: ${resolve(options.json)}`);
		}
	}
	if (options.html === false) return;
	const file = options.html ?? join(workspace, "report", "census.html");
	if (options.html === undefined) makeFolderOf("the report", file);
	const { reportHtml } = await import("./report-html.ts");
	write("--html", file, await reportHtml(totals));
	say(`report: ${resolve(file)}`);
}

/** pnpm keeps the real files of all packages in `node_modules/.pnpm`; the rest are links, which the walk does not follow. */
function defaultRoots(): Root[] {
	return rootsOf(["node_modules"], workspace);
}

function howOf(options: CensusOptions): string {
	if (options.threads === 0) return "the main thread parses";
	return options.on.length > 0 ? `${options.on.join(", ")} parse` : `${plural(options.threads, "thread")} parse`;
}

function say(text: string): void {
	process.stderr.write(`census: ${text}\n`);
}
