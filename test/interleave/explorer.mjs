/**
 * Runs a scenario under every schedule of its threads, depth first, and gathers what came out.
 *
 * Schedules that differ only in the order of steps that cannot notice each other (other words, or both reads) are run once:
 * sleep sets (Godefroid 1996). A scenario that is too large for all schedules sets `preemptions`: then every schedule with at
 * most so many changes from a thread that could have gone on (Musuvathi and Qadeer 2007), without sleep sets.
 *
 * Shutdown: `explore` ends its threads before it returns or throws.
 */
import { Worker } from "node:worker_threads";
import { awaitTurn, CONTROL, CONTROL_BYTES, controlOf, EXPLORER, giveTurn, KIND, LOG, LOG_WORDS, THREAD } from "./control.mjs";
import { loadCore } from "./core.mjs";
import { choose } from "./stepper.mjs";

/** True when the order of two steps of different threads may matter. */
function dependent(a, b) {
	if (a.kind === KIND.KILL || b.kind === KIND.KILL) return true;
	return a.key === b.key && a.key !== 0 && !(a.kind === KIND.LOAD && b.kind === KIND.LOAD);
}

/** The threads of one scenario, and one run after the other. */
class Stage {
	#control = controlOf(new SharedArrayBuffer(CONTROL_BYTES));
	#workers = [];
	#root;
	#pristine;
	#scenario;
	#memory;
	#setup;

	async open(file, name, core) {
		globalThis[Symbol.for("zloom.interleave")] = { stepper: { step() {}, notified() {}, arm() {} } };
		const { scenarios } = await import(new URL(`./scenarios/${file}`, import.meta.url).href);
		this.#scenario = scenarios[name];
		this.#memory = await loadCore(core);
		this.#root = this.#memory.Root.create();
		this.#setup = this.#scenario.prepare(this.#memory, this.#root);
		this.#pristine = new Uint8Array(this.#root.buffer).slice();
		this.#control.words[CONTROL.TURN] = EXPLORER;
		const { buffer } = this.#control;
		const count = this.#scenario.parts.length;
		for (let thread = 0; thread < count; thread++) {
			const workerData = { buffer, root: this.#root.buffer, core, thread, count, scenario: { file, name, setup: this.#setup } };
			this.#workers.push(new Worker(new URL("./thread.mjs", import.meta.url), { workerData }));
		}
		await Promise.all(
			this.#workers.map((worker) => new Promise((resolve, reject) => worker.once("online", resolve).once("error", reject))),
		);
		return this.#scenario;
	}

	/** One run that begins as prescribed. Returns its steps, each with what every thread was about to do, and the outcome. */
	run(prescribed) {
		const control = this.#control;
		const { words, threads } = control;
		const count = this.#workers.length;
		new Uint8Array(this.#root.buffer).set(this.#pristine);
		for (const thread of threads) thread.fill(0);
		words[CONTROL.STEPS] = 0;
		words[CONTROL.PRESCRIBED] = prescribed.length;
		words[CONTROL.UNWIND] = 0;
		control.prescribed.set(prescribed);
		for (let thread = 0; thread < count; thread++) this.#let(thread);
		this.#let(choose(control, EXPLORER, count));
		const steps = this.#steps(count);
		words[CONTROL.UNWIND] = 1;
		const outcomes = [];
		for (let thread = 0; thread < count; thread++) {
			const state = threads[thread];
			const left = state[THREAD.ENDED] === 0 || state[THREAD.KILLED] === 1;
			if (left) this.#let(thread);
			if (state[THREAD.KILLED] === 1) outcomes.push("killed");
			else if (left) outcomes.push("asleep for ever");
			else outcomes.push(this.#said(thread));
		}
		const after = this.#scenario.after?.(this.#memory, { ...this.#setup, root: this.#root });
		if (after !== undefined) outcomes.push(after);
		return { steps, outcome: outcomes.join(" | ") };
	}

	#let(thread) {
		giveTurn(this.#control.words, thread);
		awaitTurn(this.#control.words, EXPLORER);
		const failed = this.#control.words[CONTROL.FAILED] - 1;
		if (failed >= 0) throw new Error(this.#said(failed));
	}

	#said(thread) {
		const { threads, outcomes } = this.#control;
		return Buffer.from(outcomes[thread].slice(0, threads[thread][THREAD.OUTCOME])).toString();
	}

	#steps(count) {
		const { words, threads, log } = this.#control;
		const pending = threads.slice(0, count).map((thread) => ({ kind: thread[THREAD.KIND], key: thread[THREAD.KEY] }));
		const steps = [];
		for (let i = words[CONTROL.STEPS] - 1; i >= 0; i--) {
			const base = i * LOG_WORDS;
			const thread = log[base + LOG.THREAD];
			pending[thread] = { kind: log[base + LOG.KIND], key: log[base + LOG.KEY] };
			steps[i] = { thread, enabled: log[base + LOG.ENABLED], current: log[base + LOG.CURRENT], pending: [...pending] };
		}
		return steps;
	}

	async close() {
		this.#control.words[CONTROL.QUIT] = 1;
		for (let thread = 0; thread < this.#workers.length; thread++) giveTurn(this.#control.words, thread);
		await Promise.all(this.#workers.map((worker) => worker.terminate()));
	}
}

/** One point of decision: what was chosen there so far, and what need not be. */
class Node {
	done = [];

	constructor(step, sleep, preemptions) {
		this.step = step;
		/** Threads whose step here was tried before it could notice the difference. */
		this.sleep = sleep;
		/** Before this point. */
		this.preemptions = preemptions;
	}

	preempts(thread) {
		const { current, enabled } = this.step;
		return current >= 0 && thread !== current && (enabled & (1 << current)) !== 0;
	}

	/** Threads to try here after the ones that were. */
	open(bound) {
		const { enabled } = this.step;
		for (let thread = 0; 1 << thread <= enabled; thread++) {
			if ((enabled & (1 << thread)) === 0 || this.done.includes(thread) || this.sleep.has(thread)) continue;
			if (bound === undefined || this.preemptions + (this.preempts(thread) ? 1 : 0) <= bound) return thread;
		}
		return undefined;
	}

	/** The node after `thread` was chosen here. */
	next(step, thread, bound) {
		const sleep = new Set();
		if (bound === undefined) {
			const { pending } = this.step;
			for (const other of [...this.sleep, ...this.done])
				if (other !== thread && !dependent(pending[other], pending[thread])) sleep.add(other);
		}
		return new Node(step, sleep, this.preemptions + (this.preempts(thread) ? 1 : 0));
	}
}

/**
 * Every schedule of a scenario. `onOutcome(outcome, schedule)` is called for each run; true ends the exploration.
 * @returns {Promise<{ runs: number, redundant: number, steps: number }>}
 */
export async function explore({ file, name, core, onOutcome }) {
	const stage = new Stage();
	const counts = { runs: 0, redundant: 0, steps: 0 };
	try {
		const { preemptions: bound } = await stage.open(file, name, core);
		const path = [];
		let prescribed = [];
		for (;;) {
			const { steps, outcome } = stage.run(prescribed);
			counts.runs++;
			counts.steps = Math.max(counts.steps, steps.length);
			if (
				onOutcome(
					outcome,
					steps.map((step) => step.thread),
				)
			)
				break;
			for (let i = path.length; i < steps.length; i++) {
				const parent = path[i - 1];
				const node = parent === undefined ? new Node(steps[i], new Set(), 0) : parent.next(steps[i], steps[i - 1].thread, bound);
				path.push(node);
				// What follows was seen in another order already; others may still go from here.
				if (node.sleep.has(steps[i].thread)) {
					counts.redundant++;
					break;
				}
			}
			const next = backtrack(path, steps, bound);
			if (next === undefined) break;
			prescribed = next;
		}
	} finally {
		await stage.close();
	}
	return counts;
}

/** Drops what is explored from the end of the path; returns the next schedule to begin with, undefined when there is none. */
function backtrack(path, steps, bound) {
	for (let i = path.length - 1; i >= 0; i--) {
		const node = path[i];
		if (!node.done.includes(steps[i].thread)) node.done.push(steps[i].thread);
		const thread = node.open(bound);
		if (thread !== undefined) {
			path.length = i + 1;
			return [...steps.slice(0, i).map((step) => step.thread), thread];
		}
		path.length = i;
	}
	return undefined;
}
