/**
 * Waits, within a call, for what only a later turn of an event loop can tell: a thread of its own runs the code and answers with text.
 *
 * One block of shared memory for each call: two words (1 when the answer is there, written and notified once by the thread; the
 * length of the answer in bytes) and the answer. The caller waits for the first word, so it must not be what the thread waits for.
 *
 * **Shutdown**: the thread ends by itself when its code has nothing left to do; it never keeps the process alive.
 */
import { Worker } from "node:worker_threads";

const HEAD_BYTES = 8;
const ANSWER_BYTES_MAX = 1024;

/** What the code of the thread finds: `data`, and `answer(text)` to be called once. */
const PRELUDE = `
const { memory, data } = require("node:worker_threads").workerData;
const words = new Int32Array(memory, 0, 2);
const answer = (text) => {
	words[1] = Buffer.from(memory, ${HEAD_BYTES}).write(text);
	Atomics.store(words, 0, 1);
	Atomics.notify(words, 0);
};
`;

/** @param code CommonJS, in whose scope are `data` and `answer` @param data what can be cloned */
export function blockingAnswer(code: string, data: unknown): string {
	const memory = new SharedArrayBuffer(HEAD_BYTES + ANSWER_BYTES_MAX);
	const words = new Int32Array(memory, 0, 2);
	const worker = new Worker(PRELUDE + code, { eval: true, workerData: { memory, data } });
	worker.unref();
	// Acquires what the thread wrote before it stored 1.
	Atomics.wait(words, 0, 0);
	return Buffer.from(memory, HEAD_BYTES, words[1]).toString("utf8");
}
