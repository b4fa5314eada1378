/**
 * node scripts/pack.mjs NAME…: makes what is published of a package, and its tarball, in node_modules/.zloom/pack.
 *
 * Published are the doors that package.json names: each bundled with what it imports of its own package (what doors share is
 * shared), without comments, beside the declarations that can be reached from it. Sources and tests stay in the repository.
 * `workspace:` versions become real ones, scripts and devDependencies go: nothing runs at an installation.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { isProgram, root, stateFolder } from "./workspace.mjs";

/** @param {string} name of a folder in packages */
function manifestOf(name) {
	return JSON.parse(readFileSync(path.join(root, "packages", name, "package.json"), "utf8"));
}

/**
 * Every file that the doors name under one condition.
 * @param {unknown} exported
 * @param {(file: string) => boolean} wanted
 * @returns {string[]}
 */
function filesOf(exported, wanted) {
	if (typeof exported === "string") return wanted(exported) ? [exported] : [];
	if (typeof exported !== "object" || exported === null) return [];
	return Object.values(exported).flatMap((inner) => filesOf(inner, wanted));
}

/**
 * Copies declarations and whatever they import of their own package. What a door gives out by name keeps its comments, which editors
 * show; what is only needed to understand those types has none.
 * @param {string} from
 * @param {string} to
 * @param {readonly string[]} doors
 */
function copyDeclarations(from, to, doors) {
	const given = new Set(doors);
	const copied = new Set();
	/** @param {string} file */
	const copy = (file) => {
		if (copied.has(file)) return;
		copied.add(file);
		const text = readFileSync(path.join(from, file), "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, "");
		/** @param {string | undefined} specifier */
		const named = (specifier) => path.join(path.dirname(file), String(specifier).replace(/\.[jt]s$/, ".d.ts"));
		if (given.has(file)) for (const [, specifier] of text.matchAll(/^export .*from "(\.[^"]+)"/gm)) given.add(named(specifier));
		for (const [, specifier] of text.matchAll(/^\} from "(\.[^"]+)"/gm)) if (doors.includes(file)) given.add(named(specifier));
		mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
		writeFileSync(path.join(to, file), given.has(file) ? text : text.replace(/\s*\/\*\*[\s\S]*?\*\//g, ""));
		for (const [, specifier] of text.matchAll(/(?:from |import\()"(\.[^"]+)"/g)) copy(named(specifier));
	};
	for (const door of doors) copy(door);
}

/** @param {Record<string, unknown> & { dependencies?: Record<string, string> }} manifest */
function published(manifest) {
	const { scripts: _scripts, devDependencies: _dev, private: _private, ...kept } = manifest;
	const dependencies = Object.entries(manifest.dependencies ?? {}).map(([name, version]) => [
		name,
		version.startsWith("workspace:") ? `^${manifestOf(name.replace("@zloom/", "")).version}` : version,
	]);
	return { ...kept, files: ["dist"], dependencies: Object.fromEntries(dependencies) };
}

/** The door that is published as a package of its own: programs in Node need not carry it, nor its copy of the cipher. */
const PAGE = "./browser";

/**
 * What a tarball is made of: `browser` is core's door for pages, every other name a package without that door.
 * @param {string} name
 */
function source(name) {
	if (name !== "browser") {
		const { [PAGE]: _page, ...doors } = manifestOf(name).exports;
		return { folder: name, manifest: { ...manifestOf(name), exports: doors } };
	}
	const manifest = {
		...manifestOf("core"),
		name: "@zloom/browser",
		description: "ZeroMQ sockets for pages, over ws and wss",
		dependencies: {},
	};
	return { folder: "core", manifest: { ...manifest, exports: { ".": manifest.exports[PAGE] } } };
}

/**
 * Makes one tarball; returns its path. The packages must be built.
 * @param {string} name of a folder in packages, or `browser`
 */
export async function pack(name) {
	const { folder, manifest } = source(name);
	const from = path.join(root, "packages", folder);
	const to = path.join(stateFolder, "pack", name);
	rmSync(to, { recursive: true, force: true });
	mkdirSync(to, { recursive: true });
	const programs = filesOf([manifest.exports, manifest.bin], (file) => file.endsWith(".js"));
	await build({
		entryPoints: [...new Set(programs)].map((file) => path.join(from, file)),
		outdir: path.join(to, "dist"),
		outbase: path.join(from, "dist"),
		bundle: true,
		splitting: true,
		format: "esm",
		platform: name === "browser" ? "browser" : "node",
		target: name === "browser" ? "es2023" : "node20",
		packages: "external",
		minify: true,
		// Names stand in errors and stack traces.
		keepNames: true,
		legalComments: "none",
	});
	copyDeclarations(
		from,
		to,
		filesOf(manifest.exports, (file) => file.endsWith(".d.ts")).map((file) => path.normalize(file)),
	);
	cpSync(path.join(from, "README.md"), path.join(to, "README.md"));
	cpSync(path.join(root, "LICENSE"), path.join(to, "LICENSE"));
	writeFileSync(path.join(to, "package.json"), `${JSON.stringify(published(manifest), null, "\t")}\n`);
	const npm = process.platform === "win32" ? "npm.cmd" : "npm";
	const packed = spawnSync(npm, ["pack", "--json", "--pack-destination", path.dirname(to)], { cwd: to, encoding: "utf8" });
	if (packed.status !== 0) throw new Error(`npm pack of ${name} failed:\n${packed.stderr}`);
	const [{ filename, size }] = Object.values(JSON.parse(packed.stdout));
	return { tarball: path.join(path.dirname(to), filename), folder: to, bytes: /** @type {number} */ (size) };
}

if (isProgram(import.meta.url)) {
	for (const name of process.argv.slice(2)) {
		const { tarball, bytes } = await pack(name);
		console.log(`${path.relative(root, tarball)}: ${(bytes / 1000).toFixed(1)} KB`);
	}
}
