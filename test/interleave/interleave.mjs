/**
 * Explores the interleavings of the shared-memory classes that are shipped (packages/core/dist/memory).
 *
 *     node test/interleave/interleave.mjs [--scenario TEXT] [--canary]
 *
 * For each scenario: how many schedules were run, and how often each outcome came. An outcome that is not in the
 * scenario's list is forbidden: the schedule that leads there is printed. One in the list that never comes is an error of
 * the list. With --canary each of the known bugs of canaries.mjs is put into a copy of the code, and must be found.
 */
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { canaries } from "./canaries.mjs";
import { copyCore } from "./core.mjs";
import { explore } from "./explorer.mjs";

const FILES = ["ring.mjs", "doorbell.mjs", "tables.mjs", "lanes.mjs", "arena.mjs"];

const { values } = parseArgs({ options: { scenario: { type: "string", default: "" }, canary: { type: "boolean", default: false } } });

async function all() {
	const found = [];
	for (const file of FILES) {
		const { scenarios } = await import(new URL(`./scenarios/${file}`, import.meta.url).href);
		for (const [name, scenario] of Object.entries(scenarios)) if (name.includes(values.scenario)) found.push({ file, name, scenario });
	}
	return found;
}

/** Explores one scenario; returns what is wrong, undefined when nothing is. */
async function check({ file, name, scenario }, core, report) {
	const seen = new Map();
	let forbidden;
	const counts = await explore({
		file,
		name,
		core,
		onOutcome: (outcome, schedule) => {
			seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
			if (scenario.allowed.includes(outcome)) return false;
			forbidden = `forbidden outcome "${outcome}" by the schedule ${schedule.join("")}`;
			return true;
		},
	});
	const which = scenario.preemptions === undefined ? "all schedules" : `all schedules of at most ${scenario.preemptions} preemptions`;
	report(`${name}: ${which}, ${counts.runs} runs, the longest of ${counts.steps} steps`);
	for (const [outcome, times] of seen)
		report(`    ${scenario.allowed.includes(outcome) ? "allowed  " : "FORBIDDEN"} ${String(times).padStart(7)} x ${outcome}`);
	const never = scenario.allowed.filter((outcome) => !seen.has(outcome));
	if (forbidden === undefined && never.length > 0) return `never came: ${never.join("; ")}`;
	return forbidden;
}

async function checkAll() {
	const core = copyCore();
	let failures = 0;
	try {
		for (const each of await all()) {
			const wrong = await check(each, core, console.log);
			if (wrong === undefined) continue;
			failures++;
			console.error(`${each.name}: ${wrong}`);
		}
	} finally {
		rmSync(core, { recursive: true, force: true });
	}
	return failures;
}

async function checkCanaries() {
	const scenarios = await all();
	let missed = 0;
	for (const { bug, scenario, ...spoil } of canaries) {
		const core = copyCore(spoil);
		try {
			const wrong = await check(
				scenarios.find(({ name }) => name === scenario),
				core,
				() => {},
			);
			console.log(`${bug}: ${wrong === undefined ? "MISSED" : `found, ${wrong}`}`);
			if (wrong === undefined) missed++;
		} finally {
			rmSync(core, { recursive: true, force: true });
		}
	}
	return missed;
}

const failures = await (values.canary ? checkCanaries() : checkAll());
console.log(failures === 0 ? (values.canary ? "every canary was found" : "no forbidden outcome") : `${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
