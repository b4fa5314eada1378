/**
 * One thread's side of a run. Every operation of the atomics seam is a step: the thread stops before it, and goes on when
 * the schedule says so. After a write it stops once more, so that plain stores that wrongly follow a publication are seen
 * late by others, as they would be on a real machine.
 *
 * Threads hand the turn to each other by themselves: the prescribed beginning of the schedule first, then whoever runs goes
 * on until it ends or sleeps. So a run costs one hand-over for each change of threads, not one for each step.
 */
import { awaitTurn, CONTROL, EXPLORER, giveTurn, KIND, LOG, LOG_WORDS, STEPS_MAX, THREAD } from "./control.mjs";

/** Thrown out of a step to end a thread that was killed, or that still waits when the run is over. */
export class Unwound extends Error {}

/** The schedule cannot be followed: the scenario is not deterministic, or never ends. */
export class Unsteered extends Error {}

export class Stepper {
	#control;
	#me;
	#count;
	/** False while a scenario prepares: then steps are just done. */
	active = false;

	constructor(control, me, count) {
		this.#control = control;
		this.#me = me;
		this.#count = count;
	}

	/** Stops until the schedule lets this thread do the step. */
	step(kind, key) {
		if (!this.active) return;
		const mine = this.#control.threads[this.#me];
		mine[THREAD.KIND] = kind;
		mine[THREAD.KEY] = key;
		const words = this.#control.words;
		const next = this.#choose();
		if (next === this.#me) return;
		giveTurn(words, next);
		awaitTurn(words, this.#me);
		this.#unwind();
	}

	/** Before the first choice every thread stops at its first step: it says what it will do and gives the turn back. */
	stopAtStart() {
		const mine = this.#control.threads[this.#me];
		mine[THREAD.KIND] = KIND.AFTER;
		mine[THREAD.KEY] = 0;
		giveTurn(this.#control.words, EXPLORER);
		awaitTurn(this.#control.words, this.#me);
		this.#unwind();
	}

	#unwind() {
		if (this.#control.words[CONTROL.UNWIND] !== 1) return;
		// What tidies up on the way out must not stop again.
		this.active = false;
		throw new Unwound();
	}

	arm(key) {
		this.#control.threads[this.#me][THREAD.ARMED] = key;
		this.#control.threads[this.#me][THREAD.NOTIFIED] = 0;
	}

	disarm() {
		this.#control.threads[this.#me][THREAD.ARMED] = 0;
	}

	notified(key) {
		for (const thread of this.#control.threads) if (thread[THREAD.ARMED] === key) thread[THREAD.NOTIFIED] = 1;
	}

	kill(victim) {
		const thread = this.#control.threads[victim];
		if (thread[THREAD.ENDED] === 1) return;
		thread[THREAD.ENDED] = 1;
		thread[THREAD.KILLED] = 1;
	}

	/** This thread has done all it had to: lets another go on, or the explorer when none can. */
	end() {
		this.#control.threads[this.#me][THREAD.ENDED] = 1;
		giveTurn(this.#control.words, this.#choose());
	}

	/** Chooses who makes the next step, and logs it. Called by the explorer for the first step too. */
	#choose() {
		return choose(this.#control, this.#me, this.#count);
	}
}

function enabledMask({ threads }, count) {
	let mask = 0;
	for (let t = 0; t < count; t++) {
		const thread = threads[t];
		if (thread[THREAD.ENDED] === 1) continue;
		if (thread[THREAD.KIND] === KIND.SLEEP && thread[THREAD.NOTIFIED] !== 1) continue;
		mask |= 1 << t;
	}
	return mask;
}

/** The next thread: the prescribed one, else the current one, else the first that can go; EXPLORER when none can. */
export function choose(control, current, count) {
	const { words, threads, log, prescribed } = control;
	const enabled = enabledMask(control, count);
	const at = words[CONTROL.STEPS];
	if (enabled === 0) return EXPLORER;
	if (at >= STEPS_MAX) throw new Unsteered(`a run of more than ${STEPS_MAX} steps`);
	let next = current;
	if (at < words[CONTROL.PRESCRIBED]) next = prescribed[at];
	else if (current < 0 || (enabled & (1 << current)) === 0) next = 31 - Math.clz32(enabled & -enabled);
	if ((enabled & (1 << next)) === 0)
		throw new Unsteered(`step ${at}: thread ${next} was to go and cannot: a scenario must be deterministic`);
	const base = at * LOG_WORDS;
	log[base + LOG.THREAD] = next;
	log[base + LOG.KIND] = threads[next][THREAD.KIND];
	log[base + LOG.KEY] = threads[next][THREAD.KEY];
	log[base + LOG.ENABLED] = enabled;
	log[base + LOG.CURRENT] = current;
	words[CONTROL.STEPS] = at + 1;
	return next;
}
