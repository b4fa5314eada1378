/**
 * npm run test:browser: sockets in a real Chromium against sockets that are bound here, and against libzmq. Takes about a minute.
 *
 * The page comes from the very HTTP server whose paths the sockets are bound to. CHROMIUM names the browser when it is not in PATH as
 * chromium, chromium-browser or google-chrome; without one the run fails and says so.
 *
 * Shutdown: the browser is killed by its process group when the page has reported its end, when nothing has been heard of it for
 * four minutes, and when this program is interrupted; its profile is a temporary folder, removed at the end.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import * as zmq from "@zloom/core";
import { CASES } from "./cases.mjs";

const here = import.meta.dirname;
const bundle = path.join(here, "../../packages/core/dist/bundle");
/** A browser takes long to start where others have the cores; only a hang reaches it. */
const SILENCE_MS = 240_000;
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

function findBrowser() {
	const names = process.env.CHROMIUM === undefined ? NAMES : [process.env.CHROMIUM];
	const found = names.find((name) => spawnSync(name, ["--version"]).status === 0);
	if (found !== undefined) return found;
	console.error(
		`No browser: none of ${names.join(", ")} starts. Install one (Debian: apt-get install chromium) or name one in the variable CHROMIUM.`,
	);
	process.exit(2);
}

const browser = findBrowser();
const keys = { serverKeys: zmq.curveKeyPair(), clientKeys: zmq.curveKeyPair() };
const server = createServer((request, response) => serve(request, response));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const base = zmq.shareHttpServer(server);
const authenticator = new zmq.Authenticator({ plain: { ada: "lovelace" }, curve: "any" });
await authenticator.start();

/** @type {string[]} */
const endpoints = [];
/** @type {string[]} */
const failures = [];
for (const [index, each] of CASES.entries()) void converse(index, each);

/** @param {number} index @param {(typeof CASES)[number]} each */
async function converse(index, each) {
	const make = /** @type {any} */ (zmq)[/** @type {string} */ (each.types[0])];
	const socket = new make(each.security.bound(keys));
	endpoints.push(`${base}/case/${index}`);
	await socket.bind(endpoints[index]);
	try {
		await each.bound(socket);
		await socket[Symbol.asyncDispose]();
	} catch (error) {
		failures.push(`${each.name}, bound side: ${error}`);
	}
}
const guarded = new zmq.Router({ plainServer: true });
await guarded.bind(`${base}/guarded`);

/** A libzmq socket that answers; undefined where it does not load (never in CI). */
async function libzmq() {
	try {
		const { Reply } = await import("zeromq");
		const reply = new Reply({ linger: 0 });
		await reply.bind("ws://127.0.0.1:*/");
		void reply.receive().then(([question]) => reply.send(`answer to ${question}`));
		return reply;
	} catch (error) {
		if (process.env.CI) throw error;
		console.warn(`libzmq is left out: npm zeromq does not load here (${error})`);
		return undefined;
	}
}
const theirs = await libzmq();

let passed = 0;
/** @type {(value: unknown) => void} */
let onEnd = () => {};
const ended = new Promise((resolve) => {
	onEnd = resolve;
});
/** @type {NodeJS.Timeout | undefined} */
let silence;

function heard() {
	clearTimeout(silence);
	silence = setTimeout(() => {
		failures.push(`nothing was heard of the page for ${SILENCE_MS} ms`);
		onEnd(undefined);
	}, SILENCE_MS);
}

const FILES = new Map([
	["/page.mjs", path.join(here, "page.mjs")],
	["/cases.mjs", path.join(here, "cases.mjs")],
]);

/** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
async function serve(request, response) {
	const url = String(request.url);
	const file = url.startsWith("/bundle/") ? path.join(bundle, path.basename(url)) : FILES.get(url);
	if (file !== undefined) {
		response.setHeader("Content-Type", "text/javascript");
		response.end(readFileSync(file));
		return;
	}
	if (url === "/") {
		response.setHeader("Content-Type", "text/html");
		response.end('<!doctype html><title>zloom</title><script type="module" src="/page.mjs"></script>');
		return;
	}
	let body = "";
	for await (const chunk of request) body += chunk;
	heard();
	if (url === "/setup")
		response.end(JSON.stringify({ endpoints, keys, auth: `${base}/guarded`, ...(theirs && { libzmq: theirs.lastEndpoint }) }));
	else response.end();
	if (url === "/end") onEnd(undefined);
	if (url !== "/result") return;
	const { name, error } = JSON.parse(body);
	console.log(`${error === undefined ? "passed" : "FAILED"}: ${name}`);
	if (error === undefined) passed += 1;
	else failures.push(`${name}: ${error}`);
}

const profile = mkdtempSync(path.join(tmpdir(), "zloom-browser-"));
const flags = [
	"--headless=new",
	"--no-sandbox",
	"--disable-gpu",
	"--disable-dev-shm-usage",
	"--no-first-run",
	`--user-data-dir=${profile}`,
];
const child = spawn(browser, [...flags, base.replace("ws:", "http:")], { stdio: "ignore", detached: true });
child.once("error", (error) => {
	failures.push(`${browser} does not start: ${error.message}`);
	onEnd(undefined);
});
const exited = once(child, "exit");

function killBrowser() {
	try {
		process.kill(-(/** @type {number} */ (child.pid)), "SIGKILL");
	} catch (error) {
		// Gone already.
		if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH") throw error;
	}
}
process.once("SIGINT", () => {
	killBrowser();
	process.exit(130);
});

heard();
await ended;
clearTimeout(silence);
killBrowser();
await exited;
theirs?.close();
guarded.close();
await authenticator.close();
server.close();
server.closeAllConnections();
rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
for (const failure of failures) console.error(failure);
console.log(`${passed} of ${passed + failures.length} passed in ${browser}`);
process.exit(failures.length === 0 ? 0 : 1);
