/**
 * Ends the process when a run holds the event loop for ever: a worker thread sees that the count of runs stands still, prints the
 * input that it hangs in, and kills the process, because nothing else can stop code that does not return.
 *
 * Shared memory: word 0 is the count of runs, word 1 how many bytes of the input follow; the main thread writes, the worker
 * reads. The input is written before the count.
 *
 * **Shutdown**: `stop()` ends the worker; it is unref'd, so a process that forgets to is not held.
 */
import { Worker } from "node:worker_threads";
import type { Parts } from "./target.ts";

const STILL_MS_MAX = 60_000;
const INPUT_BYTES = 256 * 1024;

/** Plain JavaScript: a worker of Node 20 runs no TypeScript. */
const PROGRAM = `
const { workerData } = require("node:worker_threads");
const words = new Int32Array(workerData.memory, 0, 2);
const bytes = Buffer.from(workerData.memory, 8);
let last = -1;
let since = performance.now();
setInterval(() => {
	const runs = Atomics.load(words, 0);
	if (runs !== last) { last = runs; since = performance.now(); return; }
	if (performance.now() - since < workerData.stillMsMax) return;
	require("node:fs").writeSync(2, "hang: a run does not return; its input, one part a line:\\n" + bytes.toString("latin1", 0, words[1]) + "\\n");
	process.kill(process.pid, "SIGKILL");
}, 1000);
`;

export class Watchdog {
	readonly #memory = new SharedArrayBuffer(8 + INPUT_BYTES);
	readonly #words = new Int32Array(this.#memory, 0, 2);
	readonly #bytes = Buffer.from(this.#memory, 8);
	readonly #worker = new Worker(PROGRAM, { eval: true, workerData: { memory: this.#memory, stillMsMax: STILL_MS_MAX } });

	constructor() {
		this.#worker.unref();
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
		await this.#worker.terminate();
	}
}
