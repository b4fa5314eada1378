/**
 * node scripts/browser-bundle.mjs: makes the door @zloom/core/browser, one file that a page can load, in packages/core/dist/bundle; part
 * of building core. The cipher of CURVE is a file of its own beside it, loaded by the first socket that has keys.
 *
 * Core's own sources are bundled, but for the few files that a browser has otherwise (packages/core/src/browser). A Node built-in that
 * is still needed fails the build.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { isProgram, root } from "./workspace.mjs";

const core = path.join(root, "packages", "core");
const source = path.join(core, "src");
export const BUNDLE = path.join(core, "dist", "bundle");

/** What stands in the place of what, below src. */
const OTHERWISE = new Map([
	["alloc.ts", "browser/alloc.ts"],
	["transports.ts", "browser/transports.ts"],
	["io-thread/io-thread.ts", "browser/io-thread.ts"],
	["transport/inproc-threads.ts", "browser/inproc-threads.ts"],
	["transport/zap-client.ts", "browser/zap-client.ts"],
]);
const BUILTINS = {
	"node:crypto": "browser/node-crypto.ts",
	"node:net": "browser/node-net.ts",
	"node:worker_threads": "browser/node-worker-threads.ts",
};

/** @type {import("esbuild").Plugin} */
const otherwise = {
	name: "otherwise",
	setup({ onResolve }) {
		onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path: specifier, resolveDir, kind }) => {
			const file = path.relative(source, path.join(resolveDir, specifier)).split(path.sep).join("/");
			const other = OTHERWISE.get(file);
			if (other === undefined || kind === "entry-point") return undefined;
			return { path: path.join(source, other) };
		});
	},
};

/** Returns the size of the bundle and of its parts, as they are and compressed. */
export async function bundle() {
	const { outputFiles } = await build({
		entryPoints: { browser: path.join(source, "browser", "index.ts") },
		outdir: BUNDLE,
		bundle: true,
		splitting: true,
		chunkNames: "[name]-[hash]",
		format: "esm",
		platform: "browser",
		target: ["chrome109", "firefox115", "safari16"],
		conditions: ["browser"],
		inject: [path.join(source, "browser", "globals.ts")],
		alias: Object.fromEntries(Object.entries(BUILTINS).map(([name, file]) => [name, path.join(source, file)])),
		plugins: [otherwise],
		minify: true,
		legalComments: "none",
		write: false,
		logLevel: "error",
	});
	rmSync(BUNDLE, { recursive: true, force: true });
	mkdirSync(BUNDLE, { recursive: true });
	for (const { path: file, contents } of outputFiles) writeFileSync(file, contents);
	return outputFiles.map(({ path: file, contents }) => ({
		name: path.basename(file),
		bytes: contents.length,
		compressedBytes: gzipSync(contents).length,
	}));
}

if (isProgram(import.meta.url)) {
	for (const { name, bytes, compressedBytes } of await bundle())
		console.log(`${name}: ${(bytes / 1000).toFixed(1)} KB, ${(compressedBytes / 1000).toFixed(1)} KB compressed`);
}
