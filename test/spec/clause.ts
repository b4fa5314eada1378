/**
 * One clause of a ZeroMQ RFC: a sentence of it that obliges an implementation, in our own words.
 *
 * Each rfcNN.clauses.ts is a list of them, from the top of the text to its end. A clause has a test in rfcNN*.test.ts (see
 * covers.ts) or a `gap`, never both. Pure data: the table is made from it without running anything.
 */

/** How two sockets can be joined in a test. */
export type SpecTransport = "tcp" | "ipc" | "inproc" | "ws" | "udp";

/** MUST stands for MUST, SHALL, REQUIRED and their negations, and for what a grammar forbids; SHOULD for SHOULD and RECOMMENDED. */
export type Level = "MUST" | "SHOULD";

export interface Clause {
	/** RFC, slash, name, number: "37/greeting-3". */
	readonly id: string;
	readonly level: Level;
	/** One sentence, own words. */
	readonly says: string;
	/** The heading in the RFC. */
	readonly section: string;
	/** Transports that it applies to: its tests must run over all of them. Without it the tests decide. */
	readonly over?: readonly SpecTransport[];
	/** Why there is no test. */
	readonly gap?: string;
}
