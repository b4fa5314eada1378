/**
 * The pinned pnpm, fetched by npm, so that nobody has to install it: `npm run pnpm -- add -D x`.
 *
 * The version is `packageManager` in package.json, the one place that names it. Nothing that runs below may call home:
 * the npm registry is the only thing that is reached.
 */
import path from "node:path";
import { run, runNode } from "./child.mjs";
import { isProgram, rootManifest } from "./workspace.mjs";

const NO_CALLS_HOME = {
	TURBO_TELEMETRY_DISABLED: "1",
	TURBO_NO_UPDATE_NOTIFIER: "1",
	DO_NOT_TRACK: "1",
	npm_config_update_notifier: "false",
	npm_config_fund: "false",
	npm_config_audit: "false",
};

/**
 * Runs npm, the one that runs this script if there is one.
 * @param {string[]} args
 * @param {import("./child.mjs").RunOptions} [options]
 */
export function npm(args, options) {
	const env = { ...process.env, ...NO_CALLS_HOME };
	const npmCli = process.env.npm_execpath;
	if (npmCli !== undefined && path.basename(npmCli) === "npm-cli.js") return runNode(npmCli, args, { ...options, env });
	return run(process.platform === "win32" ? "npm.cmd" : "npm", args, { ...options, env });
}

/**
 * @param {string[]} args
 * @param {import("./child.mjs").RunOptions} [options]
 */
export function pnpm(args, options) {
	return npm(["exec", "--yes", `--package=${rootManifest().packageManager}`, "--", "pnpm", ...args], options);
}

if (isProgram(import.meta.url)) process.exitCode = await pnpm(process.argv.slice(2));
