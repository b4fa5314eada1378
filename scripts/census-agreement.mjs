/**
 * npm run test:census: the main job on all cores, without threads, and on a node over tcp, as a user starts it; the three
 * results are the same bytes, and the number of files is what `find` counts.
 *
 * Shutdown: the node is told to stop by SIGINT as by Ctrl-C and must end; the results lie in a temporary folder that is
 * removed.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { runNode } from "./child.mjs";
import { prepare } from "./prepare.mjs";
import { root } from "./workspace.mjs";

const RUN = path.join(root, "scripts", "run.mjs");
const CENSUS = "apps/census/dist/main.js";
const SUFFIXES = ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"];

let failures = 0;
/**
 * @param {boolean} holds
 * @param {string} what
 */
function check(holds, what) {
	console.log(`zloom: ${holds ? "ok" : "FAILED"}: ${what}`);
	if (!holds) failures += 1;
}

async function freePort() {
	const server = net.createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = /** @type {net.AddressInfo} */ (server.address());
	server.close();
	await once(server, "close");
	return port;
}

/** @param {string} endpoint */
async function startNode(endpoint) {
	const node = spawn(process.execPath, [RUN, "packages/zloom/dist/main.js", "node", "--listen", endpoint], {
		cwd: root,
		stdio: ["ignore", "pipe", "inherit"],
	});
	let output = "";
	await new Promise((resolve, reject) => {
		node.stdout.on("data", (chunk) => {
			output += chunk;
			if (output.includes(endpoint)) resolve(undefined);
		});
		node.once("exit", () => reject(new Error(`the node ended before it listened on ${endpoint}`)));
	});
	return node;
}

await prepare();
const folder = mkdtempSync(path.join(os.tmpdir(), "zloom-census-"));
/** @type {import("node:child_process").ChildProcess | undefined} */
let node;
try {
	/** @param {string} name */
	const result = (name) => path.join(folder, name);
	const census = (/** @type {string} */ name, /** @type {string[]} */ args) =>
		runNode(RUN, [CENSUS, "--no-html", "--json", result(name), ...args]);

	check((await census("threads.json", [])) === 0, "the census runs on all cores");
	check((await census("alone.json", ["--threads", "0"])) === 0, "the census runs without threads");
	const endpoint = `tcp://127.0.0.1:${await freePort()}`;
	node = await startNode(endpoint);
	check((await census("node.json", ["--on", endpoint])) === 0, "the census runs on a node over tcp");
	node.kill("SIGINT");
	if (node.exitCode === null && node.signalCode === null) await once(node, "exit");

	const [threads, alone, remote] = ["threads.json", "alone.json", "node.json"].map((name) => readFileSync(result(name)));
	check(threads?.equals(/** @type {Buffer} */ (alone)) === true, "threads and no threads give the same bytes");
	check(threads?.equals(/** @type {Buffer} */ (remote)) === true, "threads and a node over tcp give the same bytes");
	const { files } = JSON.parse(String(threads));
	const names = SUFFIXES.flatMap((suffix) => ["-o", "-name", `*.${suffix}`]).slice(1);
	const found = execFileSync("find", [path.join(root, "node_modules"), "-type", "f", "(", ...names, ")", "-printf", "x"], {
		maxBuffer: 1 << 28,
	}).length;
	check(files === found, `the census counts ${files} files, find counts ${found}`);
} finally {
	node?.kill("SIGKILL");
	rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;
