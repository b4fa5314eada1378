/**
 * The second thread of a measurement, seen from the first: started on an order, ready, told to end, and waited for.
 * Both sides of the conversation are here; the words are objects of one property, so that nothing else passes for one.
 *
 * **Shutdown**: a thread is told to end and then ends by itself: terminating one that holds a native socket can abort the process.
 */
import { once } from "node:events";
import { type MessagePort, parentPort, Worker, workerData } from "node:worker_threads";

/** Told to a thread whose figures are in. */
const END = "end";

/** A worker thread of a measurement. */
export class BenchThread {
	readonly worker: Worker;
	readonly #said: unknown[] = [];
	readonly #waiting: ((word: unknown) => void)[] = [];
	readonly #failed: Promise<never>;

	/** @param program file name beside this one */
	constructor(program: string, order: unknown) {
		this.worker = new Worker(new URL(program, import.meta.url), { workerData: order });
		this.worker.on("message", (message: { said?: unknown } | Uint8Array) => {
			if (message instanceof Uint8Array || message.said === undefined) return;
			const waiting = this.#waiting.shift();
			if (waiting === undefined) this.#said.push(message.said);
			else waiting(message.said);
		});
		this.#failed = once(this.worker, "error").then(([error]) => Promise.reject(error));
		this.#failed.catch(() => {
			// Whoever waits for a word hears it; without one, the worker's exit is what the program waits for.
		});
	}

	/** The next word that the thread says. */
	hear<Word>(): Promise<Word> {
		if (this.#said.length > 0) return Promise.resolve(this.#said.shift() as Word);
		const word = new Promise<Word>((resolve) => this.#waiting.push(resolve as (word: unknown) => void));
		return Promise.race([word, this.#failed]);
	}

	async end(): Promise<void> {
		const exited = once(this.worker, "exit");
		this.worker.postMessage(END);
		await exited;
	}
}

/** The worker's side: its order, a way to say a word, and its end. */
export class Started<Order> {
	readonly port: MessagePort;
	readonly order: Order;

	constructor() {
		if (parentPort === null) throw new Error("started as a worker thread by the benchmarks, not by hand");
		this.port = parentPort;
		this.order = workerData as Order;
	}

	say(word: unknown): void {
		this.port.postMessage({ said: word });
	}

	/** Runs when the first thread has its figures: not earlier, because closing could cut off what was sent last. */
	onEnd(close: () => void): void {
		this.port.on("message", (message) => {
			if (message !== END) return;
			close();
			this.port.close();
		});
	}
}
