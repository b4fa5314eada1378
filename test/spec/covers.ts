/**
 * `covers` registers a test of clauses: one vitest test for each transport, whose name carries the ids.
 *
 * Call it at the top level of an rfcNN*.test.ts, without `describe`: the table imports those files only to collect what they
 * would test (`collect`). Unknown ids, ids of gaps and an empty list of transports throw when the file loads.
 */
import { test } from "vitest";
import { catalogue } from "./catalogue.ts";
import type { SpecTransport } from "./clause.ts";
import { type Covering, testName } from "./test-name.ts";

let collected: Covering[] | undefined;

/** From now on calls in this process register nothing and are kept in the list that is returned. */
export function collect(): Covering[] {
	collected ??= [];
	return collected;
}

export function covers(
	ids: readonly string[],
	{ transports }: { readonly transports: readonly SpecTransport[] },
	name: string,
	run: (transport: SpecTransport) => void | Promise<void>,
): void {
	for (const id of ids) {
		const clause = catalogue.get(id);
		if (clause === undefined) throw new Error(`No clause has the id ${id}; the test "${name}" is for it`);
		if (clause.gap !== undefined) throw new Error(`${id} is listed as a gap and has a test, "${name}"; remove one of them`);
	}
	if (ids.length === 0 || transports.length === 0) throw new Error(`The test "${name}" needs a clause and a transport`);
	if (collected !== undefined) {
		collected.push({ ids, transports, name });
		return;
	}
	for (const transport of transports) test(testName({ ids, name }, transport), () => run(transport));
}
