/**
 * Which modules a node runs when a peer asks it to spawn an actor: those below allowed folders, and single allowed files.
 *
 * Paths are compared after resolving symbolic links, on both sides, so that a link inside an allowed folder does not lead
 * out of it. What is no file, or does not exist, is not allowed.
 */
import { realpathSync, statSync } from "node:fs";
import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError } from "./command-error.ts";

/** Takes the URL of a module and says whether it may run. */
export type ModulePolicy = (url: string) => boolean;

/** @throws CommandError when a folder or file is not there. */
export function modulePolicy(allowed: { folders: readonly string[]; files: readonly string[] }): ModulePolicy {
	const folders = allowed.folders.map((folder) => {
		const path = real(folder);
		if (path === undefined || !statSync(path).isDirectory())
			throw new CommandError(`--allow ${folder}: there is no such folder; give the folder that holds the modules this node may run`);
		return path.endsWith(sep) ? path : path + sep;
	});
	const files = new Set(allowed.files.map(real));
	return (url) => {
		const path = pathOf(url);
		return path !== undefined && (files.has(path) || folders.some((folder) => path.startsWith(folder)));
	};
}

function pathOf(url: string): string | undefined {
	let path: string;
	try {
		path = fileURLToPath(url);
	} catch {
		// Not a file: URL, or one that names no path of this machine.
		return undefined;
	}
	return real(path);
}

function real(path: string): string | undefined {
	try {
		return realpathSync(path);
	} catch {
		// It does not exist, or may not be read: either way nothing to run.
		return undefined;
	}
}
