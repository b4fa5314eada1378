/**
 * Lists of clauses, written short: `section` gives the heading and the transports to clauses that `must` and `should` make.
 *
 * Pure data. `gap` is the reason why a clause has no test.
 */
import type { Clause, SpecTransport } from "./clause.ts";

/** A clause without its section. */
export type Line = Omit<Clause, "section" | "over">;

export function must(id: string, says: string, gap?: string): Line {
	return { id, level: "MUST", says, ...(gap !== undefined && { gap }) };
}

export function should(id: string, says: string, gap?: string): Line {
	return { id, level: "SHOULD", says, ...(gap !== undefined && { gap }) };
}

/** The clauses of one heading, each of which applies to all these transports. */
export function section(heading: string, over: readonly SpecTransport[], lines: readonly Line[]): Clause[] {
	return lines.map((line) => ({ ...line, section: heading, over }));
}
