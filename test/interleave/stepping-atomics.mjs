/**
 * Takes the place of memory/atomics.js in the copy that is explored: the same functions, each a step (stepper.mjs).
 *
 * A waiter is a thenable: the scenario sleeps on it with {@link sleep}, and its callback runs when the word was notified, as
 * a promise's would.
 */
import { KIND } from "./control.mjs";

const stepper = () => globalThis[Symbol.for("zloom.interleave")].stepper;

/** Names a word of shared memory the same in every thread; 0 names none. */
function keyOf(words, index) {
	return words.byteOffset + index * 4 + 4;
}

function written(words, index, result) {
	stepper().step(KIND.AFTER, keyOf(words, index));
	return result;
}

export function load(words, index) {
	stepper().step(KIND.LOAD, keyOf(words, index));
	return words[index];
}

export function store(words, index, value) {
	stepper().step(KIND.WRITE, keyOf(words, index));
	words[index] = value;
	written(words, index);
}

export function add(words, index, value) {
	stepper().step(KIND.WRITE, keyOf(words, index));
	const old = words[index];
	words[index] = old + value;
	return written(words, index, old);
}

export function or(words, index, value) {
	stepper().step(KIND.WRITE, keyOf(words, index));
	const old = words[index];
	words[index] = old | value;
	return written(words, index, old);
}

export function compareExchange(words, index, expected, value) {
	stepper().step(KIND.WRITE, keyOf(words, index));
	if (words[index] !== expected) return false;
	words[index] = value;
	return written(words, index, true);
}

export function notify(words, index) {
	const key = keyOf(words, index);
	stepper().step(KIND.NOTIFY, key);
	stepper().notified(key);
}

let wake;

export function waitForNotify(words, index, expected) {
	const key = keyOf(words, index);
	stepper().step(KIND.ARM, key);
	if (words[index] !== expected) return undefined;
	stepper().arm(key);
	return {
		// biome-ignore lint/suspicious/noThenProperty: it stands for a promise, and the code under test calls then.
		then(callback) {
			wake = { key, callback };
		},
	};
}

/** For scenarios: sleeps until the armed word is notified, then runs what waits for that. */
export function sleep() {
	const { key, callback } = wake;
	stepper().step(KIND.SLEEP, key);
	stepper().disarm();
	callback();
}

/** For scenarios: ends another thread, wherever it is. */
export function kill(thread) {
	stepper().step(KIND.KILL, 0);
	stepper().kill(thread);
}
