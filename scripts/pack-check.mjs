/**
 * node scripts/pack-check.mjs: what a user gets of @zloom/core, tried as a user would: packed, installed into an empty project,
 * imported, required, bundled, and looked over by publint and are-the-types-wrong.
 *
 * Installs core's dependencies from the npm registry. Shutdown: works in a temporary folder, which is removed at the end.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { pack } from "./pack.mjs";
import { prepare } from "./prepare.mjs";
import { root } from "./workspace.mjs";

const run = promisify(execFile);
const PACKED_BYTES_MAX = 150_000;
/** Doors for programs; `./internal` is for the other packages of this workspace. */
const DOORS = [
	{ door: "@zloom/core", sends: "Push", receives: "Pull" },
	{ door: "@zloom/core/zeromq", sends: "Push", receives: "Pull" },
	{ door: "@zloom/core/zeromq/draft", sends: "Scatter", receives: "Gather" },
];

/**
 * A program that sends one message to itself over tcp and prints it.
 * @param {{ sends: string, receives: string }} door
 * @param {string} load how it gets the door
 */
const program = ({ sends, receives }, load) => `
(async () => {
	const zmq = ${load};
	const [push, pull] = [new zmq.${sends}(), new zmq.${receives}()];
	await pull.bind("tcp://127.0.0.1:*");
	push.connect(pull.lastEndpoint);
	await push.send("hello");
	const [message] = await pull.receive();
	console.log(String(message));
	push.close();
	pull.close();
})();
`;

await prepare();
const { tarball, folder, bytes } = await pack("core");
const page = await pack("browser");
const project = mkdtempSync(path.join(tmpdir(), "zloom-pack-"));
const bin = (/** @type {string} */ name) => path.join(root, "node_modules", ".bin", name);

/** @param {string} file @param {string} text */
async function prints(file, text) {
	writeFileSync(path.join(project, file), text);
	const { stdout, stderr } = await run(process.execPath, [file], { cwd: project, timeout: 60_000 });
	if (stdout !== "hello\n") throw new Error(`printed ${JSON.stringify(stdout)}\n${stderr}`);
}

/** @param {string} contents of a program */
async function bundled(contents) {
	const outfile = path.join(project, "bundle.cjs");
	await build({
		stdin: { contents, resolveDir: project },
		outfile,
		bundle: true,
		platform: "node",
		target: "node20",
		format: "cjs",
		logLevel: "error",
	});
	await prints("bundle.cjs", readFileSync(outfile, "utf8"));
}

/** Every file below a folder. @param {string} from */
const filesBelow = (from) =>
	readdirSync(from, { recursive: true, withFileTypes: true }).map((entry) => path.join(entry.parentPath, entry.name));

/** @type {[string, () => Promise<unknown>][]} */
const checks = [
	[
		`is ${(bytes / 1000).toFixed(1)} KB packed, below ${PACKED_BYTES_MAX / 1000} KB`,
		async () => {
			if (bytes >= PACKED_BYTES_MAX) throw new Error("too large: what came in?");
		},
	],
	[
		"installs into an empty project, with no install script and no native file",
		async () => {
			writeFileSync(path.join(project, "package.json"), '{ "private": true }');
			await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", tarball], { cwd: project, timeout: 120_000 });
			const files = filesBelow(path.join(project, "node_modules"));
			const native = files.filter((file) => /\.(node|gyp|so|dylib|dll)$/.test(file));
			if (native.length > 0) throw new Error(`native files: ${native.join(", ")}`);
			for (const file of files.filter((each) => path.basename(each) === "package.json")) {
				const { scripts = {} } = JSON.parse(readFileSync(file, "utf8"));
				const runs = Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name));
				if (runs.length > 0) throw new Error(`${file} runs at an installation: ${runs.join(", ")}`);
			}
		},
	],
	...DOORS.flatMap(
		(each) =>
			/** @type {[string, () => Promise<unknown>][]} */ ([
				[`${each.door} is imported`, () => prints("import.mjs", program(each, `await import("${each.door}")`))],
				[`${each.door} is required`, () => prints("require.cjs", program(each, `require("${each.door}")`))],
				[`${each.door} is bundled by esbuild`, () => bundled(program(each, `require("${each.door}")`))],
			]),
	),
	[
		"an I/O thread comes up in the installed package, and in a bundle beside it",
		async () => {
			const io = program(
				{ sends: "Push", receives: "Pull" },
				`(({ Context, Push, Pull }) => {
					const context = new Context({ io: "worker" });
					return { Push: Push.bind(null, { context }), Pull: Pull.bind(null, { context }) };
				})(require("@zloom/core"))`,
			);
			await prints("io.cjs", io);
			await bundled(io);
		},
	],
	[
		`@zloom/browser, ${(page.bytes / 1000).toFixed(1)} KB packed, imports nothing`,
		async () => {
			const { metafile } = await build({
				entryPoints: [path.join(page.folder, "dist/bundle/browser.js")],
				outdir: project,
				bundle: true,
				splitting: true,
				format: "esm",
				platform: "browser",
				metafile: true,
				write: false,
			});
			const external = Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter((each) => each.external));
			if (external.length > 0) throw new Error(external.map((each) => each.path).join(", "));
		},
	],
	["publint finds nothing", () => run(bin("publint"), ["--strict", "--pack", "npm", folder])],
	["are-the-types-wrong finds nothing", () => run(bin("attw"), [tarball, "--profile", "esm-only"])],
];

let failed = 0;
try {
	for (const [name, check] of checks) {
		try {
			await check();
			console.log(`ok      ${name}`);
		} catch (error) {
			failed++;
			const { message, stdout = "" } = /** @type {Error & { stdout?: string }} */ (error);
			console.log(`FAILED  ${name}\n${stdout}${message}`);
		}
	}
} finally {
	rmSync(project, { recursive: true, force: true });
}
console.log(`${checks.length - failed} of ${checks.length} hold`);
process.exitCode = failed === 0 ? 0 : 1;
