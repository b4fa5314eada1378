/**
 * Ends the process when a run holds the event loop for ever: a worker thread sees that neither a run nor a turn of the loop begins,
 * keeps the input that it hangs in, says how to replay it, and kills the process, because nothing else can stop code that does not return.
 *
 * It judges by the processor time that went by, so that a machine that gives us none is waited for; the time of the clock counts only for a
 * thread that is blocked, and is long.
 *
 * Shared memory: word 0 grows with every run and turn, word 1 is how many bytes of the input follow; the main thread writes, the worker
 * reads. The input is written before the count.
 *
 * **Shutdown**: `stop()` ends the worker; it and the timer are unref'd, so a process that forgets to is not held.
 */
import { Worker } from "node:worker_threads";
import { findingFile, headLine } from "./corpus.ts";
import { type Asked, again } from "./report.ts";
import type { Parts } from "./target.ts";

const CPU_SECONDS_MAX = 30;
const CLOCK_SECONDS_MAX = 300;
const ALIVE_MS = 100;
const INPUT_BYTES = 256 * 1024;

/** Plain JavaScript: a worker of Node 20 runs no TypeScript. */
const PROGRAM = `
const { parentPort, workerData } = require("node:worker_threads");
const fs = require("node:fs");
const path = require("node:path");
const words = new Int32Array(workerData.memory, 0, 2);
const bytes = Buffer.from(workerData.memory, 8);
let target = { file: "", head: "", again: "" };
parentPort.on("message", (entered) => { target = entered; });
const seconds = () => { const { user, system } = process.cpuUsage(); return { cpu: (user + system) / 1e6, clock: performance.now() / 1000 }; };
let [last, since] = [-1, seconds()];
setInterval(() => {
	const [alive, now] = [Atomics.load(words, 0), seconds()];
	if (alive !== last) { last = alive; since = now; return; }
	const [cpu, clock] = [now.cpu - since.cpu, now.clock - since.clock];
	if (cpu < workerData.cpuSecondsMax && clock < workerData.clockSecondsMax) return;
	fs.mkdirSync(path.dirname(target.file), { recursive: true });
	fs.writeFileSync(target.file, target.head + bytes.toString("latin1", 0, words[1]));
	fs.writeSync(2, "\\nFOUND hang: a run does not return, " + cpu.toFixed(1) + " s of the processor, " + clock.toFixed(1) + " s of the clock\\n" + target.again + "\\n");
	process.kill(process.pid, "SIGKILL");
}, 250);
`;

export class Watchdog {
	readonly #memory = new SharedArrayBuffer(8 + INPUT_BYTES);
	readonly #words = new Int32Array(this.#memory, 0, 2);
	readonly #bytes = Buffer.from(this.#memory, 8);
	readonly #worker: Worker;
	readonly #alive: NodeJS.Timeout;

	constructor(cpuSecondsMax = CPU_SECONDS_MAX) {
		const workerData = { memory: this.#memory, cpuSecondsMax, clockSecondsMax: CLOCK_SECONDS_MAX };
		this.#worker = new Worker(PROGRAM, { eval: true, workerData });
		this.#worker.unref();
		this.#alive = setInterval(() => Atomics.add(this.#words, 0, 1), ALIVE_MS).unref();
	}

	/** The runs that follow are this target's. */
	enter(target: string, asked: Asked): void {
		const what = "hang: a run does not return";
		const file = findingFile(target, what, asked.folder);
		this.#worker.postMessage({ file, head: headLine({ what }), again: again(target, asked, file) });
	}

	/** A run begins. */
	note(parts: Parts): void {
		let length = 0;
		for (const part of parts) {
			length += this.#bytes.write(part.toString("hex"), length, "latin1");
			length += this.#bytes.write("\n", length, "latin1");
		}
		this.#words[1] = length;
		Atomics.add(this.#words, 0, 1);
	}

	async stop(): Promise<void> {
		clearInterval(this.#alive);
		await this.#worker.terminate();
	}
}
