/**
 * A thread of a scenario: prepares its part, runs it as the schedule says, and says what it saw; again for every run.
 *
 * Shutdown: ends when the explorer says QUIT.
 */
import { workerData } from "node:worker_threads";
import { awaitTurn, CONTROL, controlOf, EXPLORER, giveTurn, THREAD } from "./control.mjs";
import { Stepper, Unsteered, Unwound } from "./stepper.mjs";

const { buffer, root: shared, core, scenario, thread: me, count } = workerData;
const control = controlOf(buffer);
const stepper = new Stepper(control, me, count);
globalThis[Symbol.for("zloom.interleave")] = { stepper };

const { scenarios } = await import(new URL(`./scenarios/${scenario.file}`, import.meta.url).href);
const prepare = scenarios[scenario.name].parts[me];
const { loadCore } = await import("./core.mjs");
const memory = await loadCore(core);
const root = memory.Root.adopt(shared);
// What is random would make a run that cannot be repeated.
Math.random = () => 0;
const encoder = new TextEncoder();

function say(text) {
	control.threads[me][THREAD.OUTCOME] = encoder.encodeInto(text, control.outcomes[me]).written;
}

function runOnce() {
	stepper.active = false;
	try {
		const part = prepare(memory, { ...scenario.setup, root });
		stepper.stopAtStart();
		stepper.active = true;
		say(part());
	} catch (error) {
		if (error instanceof Unwound) {
			giveTurn(control.words, EXPLORER);
			return;
		}
		if (error instanceof Unsteered) throw error;
		say(`threw ${error}`);
	}
	stepper.active = false;
	stepper.end();
}

for (;;) {
	awaitTurn(control.words, me);
	if (control.words[CONTROL.QUIT] === 1) break;
	try {
		runOnce();
	} catch (error) {
		say(String(error));
		control.words[CONTROL.FAILED] = 1 + me;
		giveTurn(control.words, EXPLORER);
	}
}
