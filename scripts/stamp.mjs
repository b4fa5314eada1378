/**
 * Stamps: a short text that changes when the inputs of a step change, kept in node_modules/.zloom after the step went
 * well. An equal stamp means that the step has nothing to do.
 *
 * The install stamp is over contents (lockfile and settings); the build stamp is over path, size and time of every source
 * file, because it is read at each start.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { root, stateFolder } from "./workspace.mjs";

const INSTALL_INPUTS = ["pnpm-lock.yaml", "pnpm-workspace.yaml", ".npmrc", "package.json"];
const BUILD_INPUTS = ["pnpm-lock.yaml", "turbo.json", "tsconfig.json", "tsconfig.base.json"];
const SKIPPED_FOLDERS = new Set(["node_modules", "dist", ".turbo"]);

/** Every folder that pnpm-workspace.yaml names with a star: packages/x, apps/y. */
export function packageFolders() {
	return ["packages", "apps"].flatMap((group) =>
		readdirSync(path.join(root, group), { withFileTypes: true })
			.filter((entry) => entry.isDirectory() && existsSync(path.join(root, group, entry.name, "package.json")))
			.map((entry) => path.join(group, entry.name)),
	);
}

export function installStamp() {
	const hash = createHash("sha256").update(`${process.platform}-${process.arch}`);
	for (const name of INSTALL_INPUTS) hash.update(`\n${name}\n`).update(readFileSync(path.join(root, name)));
	for (const folder of packageFolders()) hash.update(`\n${folder}\n`).update(readFileSync(path.join(root, folder, "package.json")));
	return hash.digest("hex");
}

export function buildStamp() {
	const hash = createHash("sha256");
	/** @param {string} relative */
	const add = (relative) => {
		const stat = statSync(path.join(root, relative));
		hash.update(`${relative}\0${stat.size}\0${stat.mtimeMs}\n`);
	};
	/** @param {string} folder */
	const walk = (folder) => {
		for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
			if (entry.isDirectory()) {
				if (!SKIPPED_FOLDERS.has(entry.name)) walk(path.join(folder, entry.name));
			} else add(path.join(folder, entry.name));
		}
	};
	for (const name of BUILD_INPUTS) add(name);
	for (const folder of packageFolders()) {
		walk(folder);
		// A dist folder that somebody deleted must come back.
		hash.update(`${folder} ${existsSync(path.join(root, folder, "dist"))}\n`);
	}
	return hash.digest("hex");
}

/** @param {"install" | "build"} step */
export function readStamp(step) {
	const file = path.join(stateFolder, `${step}.stamp`);
	return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/**
 * @param {"install" | "build"} step
 * @param {string} stamp
 */
export function writeStamp(step, stamp) {
	mkdirSync(stateFolder, { recursive: true });
	writeFileSync(path.join(stateFolder, `${step}.stamp`), stamp);
}
