/**
 * Makes a clone ready to run, from nothing but Node and npm: installs what the lockfile says when node_modules does not
 * match it, then builds what changed. Prints one line for each step that has something to do, and a step's whole output
 * only when it fails. Install scripts stay off.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { exclusively } from "./lock.mjs";
import { pnpm } from "./pnpm.mjs";
import { buildStamp, installStamp, readStamp, writeStamp } from "./stamp.mjs";
import { isProgram, requireSupportedNode, root } from "./workspace.mjs";

/** @type {{ name: "install" | "build", announcement: string, stamp: () => string, args: string[], advice: string }[]} */
const STEPS = [
	{
		name: "install",
		announcement: "installing dependencies",
		stamp: () => (existsSync(path.join(root, "node_modules", ".modules.yaml")) ? installStamp() : "nothing installed"),
		args: ["install", "--frozen-lockfile", "--ignore-scripts", "--config.confirmModulesPurge=false"],
		advice: "When pnpm-lock.yaml is behind a package.json, run: npm run pnpm -- install",
	},
	{
		name: "build",
		announcement: "building",
		stamp: buildStamp,
		args: ["exec", "turbo", "run", "build", "--output-logs=errors-only"],
		advice: "Mend what is printed above and run the command again.",
	},
];

/** Installs and builds what is not up to date; ends the process with status 1 when that fails. */
export async function prepare() {
	requireSupportedNode();
	await exclusively(async () => {
		for (const { name, announcement, stamp, args, advice } of STEPS) {
			if (stamp() === readStamp(name)) continue;
			console.error(`zloom: ${announcement}`);
			const status = await pnpm(args, { quiet: true });
			if (status !== 0) {
				console.error(`zloom: ${name} failed with status ${status}. ${advice}`);
				process.exit(1);
			}
			// Taken after the step: what it wrote (a dist folder) is part of the stamp.
			writeStamp(name, stamp());
		}
	});
}

if (isProgram(import.meta.url)) await prepare();
