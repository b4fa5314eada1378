/**
 * All clauses of all RFCs: every rfcNN.clauses.ts of this folder, in the order of the numbers.
 *
 * A new RFC is a new file and nothing else. A malformed or doubled id ends the load. Runs under vitest and under tsx.
 */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Clause } from "./clause.ts";

export const folder: string = fileURLToPath(new URL(".", import.meta.url));

/** The number of the RFC of a clause. */
export function rfcOf(id: string): number {
	return Number.parseInt(id, 10);
}

async function load(): Promise<ReadonlyMap<string, Clause>> {
	const files = readdirSync(folder).flatMap((name) => /^rfc(\d+)\.clauses\.ts$/.exec(name)?.slice(0, 2) ?? []);
	const found = new Map<string, Clause>();
	const rfcs = files.flatMap((name, index) => (index % 2 === 0 ? [{ name, rfc: Number(files[index + 1]) }] : []));
	for (const { name, rfc } of rfcs.sort((a, b) => a.rfc - b.rfc)) {
		const { clauses } = (await import(new URL(name, import.meta.url).href)) as { clauses: readonly Clause[] };
		for (const clause of clauses) {
			if (!/^\d+\/[a-z][a-z0-9-]*-\d+$/.test(clause.id) || rfcOf(clause.id) !== rfc)
				throw new Error(`${name}: "${clause.id}" is no id of a clause; write "${rfc}/name-1"`);
			if (found.has(clause.id)) throw new Error(`${name}: ${clause.id} stands there twice`);
			found.set(clause.id, clause);
		}
	}
	return found;
}

/** Clauses by id, in the order of the RFCs and of their texts. */
export const catalogue: ReadonlyMap<string, Clause> = await load();
