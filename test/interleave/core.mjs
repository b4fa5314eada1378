/**
 * The code under test: a copy of what is shipped (packages/core/dist/memory), in which only atomics.js is another, and,
 * for a canary, one line is spoiled.
 */
import { copyFileSync, cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const DIST = fileURLToPath(new URL("../../packages/core/dist/", import.meta.url));
const HERE = fileURLToPath(new URL(".", import.meta.url));

/**
 * Copies the code; returns the folder, which the caller removes.
 * @param spoil `{ file, from, to }`: the text `from` of that file, which must occur once, becomes `to`.
 */
export function copyCore(spoil) {
	const folder = mkdtempSync(join(tmpdir(), "zloom-interleave-"));
	cpSync(join(DIST, "memory"), join(folder, "memory"), { recursive: true });
	for (const file of ["errors.js", "limits.js"]) copyFileSync(join(DIST, file), join(folder, file));
	writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
	writeFileSync(
		join(folder, "memory", "atomics.js"),
		`export * from ${JSON.stringify(pathToFileURL(join(HERE, "stepping-atomics.mjs")).href)};\n`,
	);
	if (spoil !== undefined) {
		const file = join(folder, "memory", spoil.file);
		const text = readFileSync(file, "utf8");
		if (text.split(spoil.from).length !== 2) throw new Error(`canary: ${spoil.file} does not contain exactly once: ${spoil.from}`);
		writeFileSync(
			file,
			text.replace(spoil.from, () => spoil.to),
		);
	}
	return folder;
}

/** The classes of memory/ from such a copy, and the two verbs of scenarios. */
export async function loadCore(folder) {
	const from = (name) => import(pathToFileURL(join(folder, "memory", `${name}.js`)).href);
	const modules = [
		"atomics",
		"doorbell",
		"ring",
		"ring-layout",
		"root",
		"root-layout",
		"thread-table",
		"lane-table",
		"name-table",
		"lane",
		"arena",
		"arena-buffer",
		"arena-layout",
		"arena-slots",
		"membership",
	];
	return Object.assign({}, ...(await Promise.all(modules.map(from))));
}
