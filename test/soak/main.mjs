/**
 * npm run soak: 200 connections that come and go, from this thread, worker threads and child processes, over tcp, ipc and inproc, while
 * hosts are killed at random; every message is held to its sequence, and memory and handles must be flat.
 *
 *     node test/soak/main.mjs [--seconds 60] [--seed N] [--canary]
 *
 * A line every 5 s and a table at the end; status 1 when a promise of docs/SEMANTICS.md was broken. With --canary the hub overlooks one
 * message, and the run must fail.
 *
 * **Shutdown**: on Ctrl-C all hosts are killed and the folder of ipc is removed; nothing stays. At the end every host and this process
 * end by themselves: one that hangs is a failure, seen by whoever waits for it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { holds, sharedMemoryUse } from "@zloom/core/internal";
import { Clients } from "./clients.mjs";
import { Crew } from "./crew.mjs";
import { Hub } from "./hub.mjs";
import { Measure, mib } from "./measure.mjs";
import { comesTrue } from "./patience.mjs";
import { randomFrom } from "./sequences.mjs";

const CONNECTIONS = 200;
/** A process is a connection to its parent and a few tens of MiB; this many leave the cores to the sockets. */
const HOSTS = ["process", "thread", "process", "thread"];
const CLIENTS_PER_HOST = 40;
const LINE_MS = 5000;
const SAMPLE_MS = 1000;
const KILL_MS_MAX = 2500;

const { values } = parseArgs({
	options: { seconds: { type: "string", default: "60" }, seed: { type: "string" }, canary: { type: "boolean", default: false } },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!(seconds > 0) || !Number.isInteger(seed)) {
	console.error("--seconds takes a number above 0, --seed a whole number");
	process.exit(2);
}
const random = randomFrom(seed);
const folder = await mkdtemp(path.join(tmpdir(), `zloom-soak-${process.pid}-`));
let crew;

async function leave(status) {
	crew?.killAll();
	await rm(folder, { recursive: true, force: true });
	process.exit(status);
}

function onViolation(error) {
	console.error(`VIOLATION, seed ${seed}: ${error?.stack ?? error}`);
	leave(1);
}

process.on("uncaughtException", onViolation);
process.on("unhandledRejection", onViolation);
process.once("SIGINT", () => leave(130));
process.once("SIGTERM", () => leave(143));

/** A port that nobody listens on: hosts of one slot bind it one after the other. */
async function freePort() {
	const server = createServer();
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address();
	await new Promise((resolve) => server.close(resolve));
	return port;
}

async function slots() {
	const made = [];
	for (const [number, kind] of HOSTS.entries()) {
		const sinks = [
			`tcp://127.0.0.1:${await freePort()}`,
			`inproc://soak-${process.pid}-sink-${number}`,
			`ipc://${path.join(folder, `sink-${number}`)}`,
		];
		const transports = kind === "thread" ? ["inproc", "tcp", "ipc", "inproc"] : ["tcp", "ipc"];
		made.push({ kind, sink: sinks[number % sinks.length], transports });
	}
	return made;
}

/** After so many messages one is overlooked. */
function canary() {
	let left = values.canary ? 2000 + Math.floor(random() * 2000) : Number.POSITIVE_INFINITY;
	return () => --left === 0;
}

async function killAtRandom(until) {
	for (;;) {
		await delay(300 + random() * KILL_MS_MAX);
		if (performance.now() > until) return;
		await crew.killOne(random);
	}
}

function line(start, hub, { rss, used, handles }) {
	const { push, dealer, req } = hub.received;
	const { process: processes, thread } = crew.kills;
	const at = `${Math.round((performance.now() - start) / 1000)} s`.padStart(5);
	console.log(
		`${at}  ${hub.pipes} pipes, ${hub.connections} connections so far, ${push + dealer + req} messages in, ${hub.published + hub.pushed} out, ` +
			`killed ${processes} processes and ${thread} threads, rss ${mib(rss)}, used ${mib(used)}, ${handles} handles`,
	);
}

async function watch(start, hub, measure, until) {
	for (let due = start + LINE_MS; performance.now() < until; ) {
		await delay(SAMPLE_MS);
		const sample = measure.sample();
		if (performance.now() < due) continue;
		line(start, hub, sample);
		due += LINE_MS;
	}
}

/** What closed senders have sent must come. */
async function drained(hub) {
	if (!(await comesTrue(() => hub.missing().length === 0))) throw new Error(hub.missing().slice(0, 5).join("\n"));
}

/** Nothing may be left of all those threads and connections. */
async function nothingLeft(handlesBefore) {
	const left = () => {
		const { threads, lanes, names } = sharedMemoryUse();
		const handles = process.getActiveResourcesInfo();
		const more = handles.length - handlesBefore;
		const clean = threads === 1 && lanes === 0 && names === 0 && more <= 0 && holds() === 0;
		return clean ? undefined : `${threads - 1} threads, ${lanes} lanes, ${names} names, ${holds()} holds, handles ${handles.join(" ")}`;
	};
	if (!(await comesTrue(() => left() === undefined))) throw new Error(`left behind: ${left()}`);
}

async function main() {
	console.log(`seed ${seed}, ${seconds} s, ${CONNECTIONS} connections${values.canary ? ", one message will be overlooked" : ""}`);
	const handlesBefore = process.getActiveResourcesInfo().length;
	const start = performance.now();
	const until = start + seconds * 1000;
	const hub = new Hub({ random, loses: canary(), onViolation });
	await hub.open(folder);
	crew = new Crew({ slots: await slots(), hub, clients: CLIENTS_PER_HOST, seed, onViolation });
	const tell = (report) => hub.finished(report);
	const own = new Clients({ endpoints: hub.endpoints, transports: ["tcp", "ipc", "inproc"], firstId: 1, random, tell });
	const running = own.run(CONNECTIONS - HOSTS.length * CLIENTS_PER_HOST);
	const measure = new Measure();
	await Promise.all([watch(start, hub, measure, until), killAtRandom(until)]);
	own.stop();
	await Promise.all([running, crew.stop()]);
	await drained(hub);
	const { received, published, subscribed, pushed, connections } = hub;
	await hub.close();
	await rm(path.join(folder), { recursive: true, force: true });
	await nothingLeft(handlesBefore);
	table({ received, published, subscribed, pushed, connections }, measure);
}

function table({ received, published, subscribed, pushed, connections }, measure) {
	const { rows, grown, samples } = measure.judge();
	const { process: processes, thread } = crew.kills;
	const shown = ({ name, first, last, word }) => {
		const value = name === "handles" ? String : mib;
		return [name, `${value(first)} → ${value(last)}`, word];
	};
	const lines = [
		["PUSH to PULL", `${received.push}`, "messages, in order, none lost"],
		["DEALER to ROUTER and back", `${received.dealer}`, "messages, in order, none lost"],
		["REQ to REP and back", `${received.req}`, "messages, in order, none lost"],
		["PUB to SUB", `${subscribed}`, `received of ${published} published, no gap at any subscriber`],
		["PUSH to sinks that die", `${pushed}`, "sent, no gap within a life"],
		["connections", `${connections}`, "over tcp and ipc, beside those over inproc"],
		["killed", `${processes} + ${thread}`, "processes + threads"],
		...rows.map(shown),
	];
	for (const [name, value, rest] of lines) console.log(`${name.padEnd(26)} ${value.padStart(24)}  ${rest}`);
	console.log(`medians of the first and last third of ${samples} samples after warm-up, one a second; "used" is after a collection`);
	if (grown.length === 0) console.log("nothing lost, nothing out of order, nothing left behind");
	else console.error(`VIOLATION, seed ${seed}: not flat: ${grown.join(", ")}`);
	process.exitCode = grown.length === 0 ? 0 : 1;
}

await main();
