/**
 * Where things lie in this workspace and which Node runs it. Imports nothing that is not part of Node, because it runs
 * before anything is installed.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The root folder of the workspace. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Everything the scripts remember between two runs: stamps, result files. Gone with node_modules. */
export const stateFolder = path.join(root, "node_modules", ".zloom");

/** The root package.json. */
export function rootManifest() {
	return JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
}

/**
 * Whether this module is the program that Node was started with, and not one that was imported.
 * @param {string} moduleUrl
 */
export function isProgram(moduleUrl) {
	return process.argv[1] !== undefined && moduleUrl === pathToFileURL(process.argv[1]).href;
}

/** Ends the process with one clear line when this Node is older than `engines` allows. */
export function requireSupportedNode() {
	const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
	if (major > 20 || (major === 20 && minor >= 19)) return;
	console.error(`zloom needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer Node and run the command again.`);
	process.exit(2);
}
