/**
 * What can be fuzzed: a target turns one input into one run of the code under test.
 *
 * An input is a list of parts. A target says what a part is: a chunk of a stream, a command, a frame, a directive. So one
 * mutator serves all targets, and chunk borders, order, loss and repetition are mutated like bytes are.
 *
 * A run that ends as it may ends with a word for its outcome; whatever it throws is a finding.
 */

export type Parts = readonly Buffer[];

/** A target made ready. */
export interface Subject {
	/** Returns a word for how it ended; inputs with a new word are kept to make more inputs of. Throws what is a finding. */
	run(parts: Parts): string | Promise<string>;
	/** Looks at what remains after all runs: handles, memory, neighbours. Throws what is a finding. */
	close?(): Promise<void>;
}

export interface Target {
	readonly name: string;
	/** "unit": pure code, many runs a second. "socket": real sockets and raw peers. "flood": a hundred connections a run. */
	readonly level: "unit" | "socket" | "flood";
	/** Valid conversations, and almost valid ones, from which all others are made. */
	seeds(): Parts[];
	open(): Subject | Promise<Subject>;
}

/** What a run found: the code under test broke a promise. */
export class Violation extends Error {
	override readonly name = "Violation";
}

/** @throws Violation */
export function must(holds: boolean, otherwise: string): asserts holds {
	if (!holds) throw new Violation(otherwise);
}
