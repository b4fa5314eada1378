/**
 * The names of the tests of clauses: they carry the ids and the transport, so that a report of vitest is enough to make the table.
 *
 * Pure, and without vitest: the script that judges the report loads it too.
 */
import type { SpecTransport } from "./clause.ts";

/** One call of covers. */
export interface Covering {
	readonly ids: readonly string[];
	readonly transports: readonly SpecTransport[];
	readonly name: string;
}

/** The name of the vitest test; {@link readTestName} reads it back. */
export function testName({ ids, name }: Omit<Covering, "transports">, transport: SpecTransport): string {
	return `[${ids.join(" ")}] ${name} (${transport})`;
}

export function readTestName(text: string): { ids: string[]; name: string; transport: SpecTransport } | undefined {
	const [, ids, name, transport] = /^\[([\d/a-z -]+)\] (.*) \((\w+)\)$/.exec(text) ?? [];
	if (ids === undefined || name === undefined || transport === undefined) return undefined;
	return { ids: ids.split(" "), name, transport: transport as SpecTransport };
}
