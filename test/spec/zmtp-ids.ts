/**
 * ZMTP 3.0 and 3.1 share most of their clauses (see rfc37.clauses.ts): one test covers both.
 *
 * Pure.
 */

/** The ids of these clauses in RFC 23 and in RFC 37. */
export function zmtp(...names: string[]): string[] {
	return names.flatMap((name) => [`23/${name}`, `37/${name}`]);
}
