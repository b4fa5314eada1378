/**
 * node scripts/run.mjs FILE [ARGS…]: makes the workspace ready, then runs a built program of it.
 *
 * The program runs in this very process: standard streams, exit status and signals are its own, and Ctrl-C has no second
 * process to leave behind. FILE is relative to the workspace; ARGS are the program's, relative to the folder in which the
 * user called npm.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { prepare } from "./prepare.mjs";
import { root } from "./workspace.mjs";

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
	console.error("usage: node scripts/run.mjs FILE [ARGS…]");
	process.exit(2);
}
await prepare();

const program = path.join(root, file);
if (!existsSync(program)) {
	console.error(`zloom: ${file} does not exist. Is its source there, and does its package build it?`);
	process.exit(1);
}
// npm changes to the workspace; relative paths mean the folder the user stands in.
if (process.env.npm_package_json === path.join(root, "package.json") && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
process.argv = [process.execPath, program, ...args];
await import(pathToFileURL(program).href);
