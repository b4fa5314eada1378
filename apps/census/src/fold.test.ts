import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ContentTable } from "./content-table.ts";
import type { FileFacts } from "./file-facts.ts";
import { fileKinds } from "./file-kind.ts";
import { Fold } from "./fold.ts";
import { hashedFilesMax } from "./limits.ts";
import { NameCounts } from "./name-counts.ts";
import { compareText, TopList } from "./top-list.ts";

const hashOf = (content: number): Uint8Array => new Uint8Array(createHash("sha256").update(`${content}`).digest().subarray(0, 16));

const treeFacts = fc.record({
	functions: fc.nat(50),
	classes: fc.nat(5),
	depth: fc.nat(40),
	longest: fc.option(
		fc.record({ name: fc.constantFrom("a", "b", ""), line: fc.integer({ min: 1, max: 9 }), lines: fc.integer({ min: 1, max: 9 }) }),
		{
			nil: undefined,
		},
	),
	functionLengths: fc.array(fc.nat(9), { maxLength: 6 }),
	importsWithin: fc.nat(9),
	imports: fc.uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c", "node:fs"), fc.integer({ min: 1, max: 5 })), {
		selector: ([name]) => name,
	}),
});

const outcome = fc.oneof(
	{ weight: 6, arbitrary: treeFacts.map((tree) => ({ tree, fault: undefined, tooLarge: false, unreadable: undefined })) },
	{
		weight: 1,
		arbitrary: fc.constant({ tree: undefined, fault: { line: 1, column: 2, message: "why" }, tooLarge: false, unreadable: undefined }),
	},
	{ weight: 1, arbitrary: fc.constant({ tree: undefined, fault: undefined, tooLarge: true, unreadable: undefined }) },
	{ weight: 1, arbitrary: fc.constant({ tree: undefined, fault: undefined, tooLarge: false, unreadable: "EACCES" }) },
);

/** Many equal sizes, depths and contents, so that every list has ties to break. */
const trees = fc.array(fc.tuple(fc.constantFrom(...fileKinds), fc.nat(6), fc.nat(8), outcome), { maxLength: 60 }).map((rows) =>
	rows.map(
		([kind, lines, content, rest], index): FileFacts => ({
			path: `f${index}${kind}`,
			index,
			kind,
			bytes: content * 10,
			lines,
			hash: hashOf(content),
			...rest,
		}),
	),
);

function folded(facts: readonly FileFacts[]): string {
	const fold = new Fold();
	for (const file of facts) fold.add(file);
	return JSON.stringify({ ...fold.totals(), kinds: Object.entries(fold.totals().kinds).sort(([a], [b]) => compareText(a, b)) });
}

test("facts folded in any order give the same totals", () => {
	const shuffled = trees.chain((facts) =>
		fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length, maxLength: facts.length })),
	);
	fc.assert(fc.property(shuffled, ([facts, other]) => folded(facts) === folded(other)));
});

test("a top list is the head of the sorted rows", () => {
	const compare = (a: [number, number], b: [number, number]): number => b[0] - a[0] || a[1] - b[1];
	fc.assert(
		fc.property(fc.array(fc.nat(5)), fc.integer({ min: 1, max: 8 }), (values, most) => {
			const rows = values.map((value, at): [number, number] => [value, at]);
			const list = new TopList<[number, number]>(most, compare);
			for (const row of rows) list.add(row);
			expect(list.rows).toEqual(rows.toSorted(compare).slice(0, most));
		}),
	);
});

test("duplicates are found by content: copies, the first in the walk, across growth of the table", () => {
	const contents = Array.from({ length: 5_000 }, (_, at) => at % 4_000);
	const table = new ContentTable();
	for (const [index, content] of [...contents.entries()].reverse()) table.add(hashOf(content), index, content);
	const repeated = [...table.repeated()].sort((a, b) => a.firstIndex - b.firstIndex);
	expect(repeated).toEqual(Array.from({ length: 1_000 }, (_, at) => ({ firstIndex: at, copies: 2, bytes: at })));
});

test("files beyond the cap of the walk are counted but not compared, and the totals say so", () => {
	const facts = (index: number): FileFacts => ({
		path: `${index}.js`,
		index,
		kind: ".js",
		bytes: 1,
		lines: 1,
		hash: hashOf(1),
		tree: undefined,
		fault: undefined,
		tooLarge: false,
		unreadable: undefined,
	});
	const fold = new Fold();
	for (const index of [hashedFilesMax, 3, hashedFilesMax - 1]) fold.add(facts(index));
	expect(fold.totals()).toMatchObject({
		files: 3,
		duplicates: { contents: 1, files: 1, complete: false, largest: [{ firstIndex: 3, copies: 2 }] },
	});
});

test("name counts are exact below their cap, and above it keep the same names with exact counts in any order", () => {
	const names = Array.from({ length: 500 }, (_, at) => [`name${at}`, (at % 7) + 1] as const);
	const counted = (order: readonly (readonly [string, number])[]): ReturnType<NameCounts["most"]> => {
		const counts = new NameCounts(50);
		for (const [name, count] of order) counts.add(name, count);
		for (const [name, count] of order.toReversed()) counts.add(name, count);
		return counts.most(1_000);
	};
	const forward = counted(names);
	expect(forward).toEqual(counted(names.toReversed()));
	expect(forward).toMatchObject({ distinct: 50, sampled: true });
	const real = new Map<string, number>(names);
	for (const { name, count } of forward.rows) expect(count).toBe((real.get(name) ?? 0) * 2);
	const few = new NameCounts(50);
	for (const name of ["b", "a", "b"]) few.add(name, 1);
	expect(few.most(10)).toEqual({
		rows: [
			{ name: "b", count: 2 },
			{ name: "a", count: 1 },
		],
		distinct: 2,
		sampled: false,
	});
});
