/**
 * The memory by which the explorer and its threads steer one run: who may go, what each thread is about to do, and the log
 * of what was done. All fields are 32-bit words.
 *
 * Only one party runs at a time, the one that TURN names; whoever hands over stores TURN last. So nothing here is raced for.
 */

/** Threads of a scenario at most. */
export const THREADS_MAX = 4;
/** Steps of one run at most: a scenario that needs more never ends. */
export const STEPS_MAX = 8192;
/** Bytes of what a thread says at its end. */
const OUTCOME_BYTES = 1024;

/** Value of TURN when the explorer may go. */
export const EXPLORER = -1;

export const CONTROL = {
	TURN: 0,
	/** Steps done in this run. */
	STEPS: 1,
	/** How many of them are prescribed. */
	PRESCRIBED: 2,
	/** 1: the run is over, and who still waits is to unwind. */
	UNWIND: 3,
	/** 1: threads are to end for good. */
	QUIT: 4,
	/** 1: the steering itself failed; the reason stands in the outcome of the thread. */
	FAILED: 5,
};

/** What a step does, for the question which steps may change places. */
export const KIND = { LOAD: 1, WRITE: 2, AFTER: 3, NOTIFY: 4, ARM: 5, SLEEP: 6, KILL: 7, WATCH: 8 };

const THREAD_WORDS = 8;
export const THREAD = {
	/** The step that the thread is about to make: its kind, and the word it touches. */
	KIND: 0,
	KEY: 1,
	/** 1: has ended, by itself or killed. */
	ENDED: 2,
	/** Key of the word that the thread's waiter is armed on; 0 = not armed. */
	ARMED: 3,
	/** 1: the armed word was notified. */
	NOTIFIED: 4,
	/** Bytes of the outcome; -1 = it threw. */
	OUTCOME: 5,
	/** 1: killed. */
	KILLED: 6,
};

/** Words of one step in the log. */
export const LOG_WORDS = 5;
export const LOG = { THREAD: 0, KIND: 1, KEY: 2, ENABLED: 3, CURRENT: 4 };

/** Views of one block of control memory, the same in every thread. */
export function controlOf(buffer) {
	let at = 64;
	const take = (words) => {
		const view = new Int32Array(buffer, at, words);
		at += words * 4;
		return view;
	};
	return {
		buffer,
		words: new Int32Array(buffer, 0, 16),
		threads: Array.from({ length: THREADS_MAX }, () => take(THREAD_WORDS)),
		log: take(STEPS_MAX * LOG_WORDS),
		prescribed: take(STEPS_MAX),
		outcomes: Array.from({ length: THREADS_MAX }, () => new Uint8Array(take(OUTCOME_BYTES / 4).buffer, at - OUTCOME_BYTES, OUTCOME_BYTES)),
	};
}

export const CONTROL_BYTES = 64 + 4 * (THREADS_MAX * THREAD_WORDS + STEPS_MAX * (LOG_WORDS + 1)) + THREADS_MAX * OUTCOME_BYTES;

/** Waits until TURN names `me`. */
export function awaitTurn(words, me) {
	for (let turn = Atomics.load(words, CONTROL.TURN); turn !== me; turn = Atomics.load(words, CONTROL.TURN))
		Atomics.wait(words, CONTROL.TURN, turn);
}

export function giveTurn(words, to) {
	Atomics.store(words, CONTROL.TURN, to);
	Atomics.notify(words, CONTROL.TURN);
}
