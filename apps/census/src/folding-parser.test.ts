import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";
import { plainWalk } from "./fixtures/plain-walk.ts";
import type { FoldedNode } from "./fold-tree.ts";
import { parse } from "./folding-parser.ts";
import { lineStartsOf } from "./line-starts.ts";
import { factsOf } from "./tree-summary.ts";
import { ts } from "./typescript.ts";
import { readSample, samples } from "./warm-up.ts";

const { JS, TS, TSX } = ts.ScriptKind;
const options = { languageVersion: ts.ScriptTarget.Latest, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };

function sourceOf(text: string) {
	return { text, lineStarts: lineStartsOf(text) };
}

function folded(text: string, script = TS, path = "x.ts") {
	const { diagnostics, summary } = parse(path, sourceOf(text), script);
	const { longest, ...facts } = factsOf(summary());
	return {
		errors: diagnostics.map(({ start, code }) => [start, code]),
		...facts,
		longestLines: longest?.lines ?? 0,
		imports: facts.imports.toSorted(),
	};
}

/** The whole tree of the parser, which folds nothing for others. */
function plain(text: string, script = TS, path = "x.ts") {
	const file = ts.createSourceFile(path, text, options, false, script);
	const { parseDiagnostics } = file as unknown as { parseDiagnostics: { start: number; code: number }[] };
	return { errors: parseDiagnostics.map(({ start, code }) => [start, code]), ...plainWalk(ts, file) };
}

test("the parser is the one whose insides were read: another one needs folding-parser.ts looked at", () => {
	expect(ts.version).toMatch(/^5\.9\./);
});

test("each body is emptied when its function is made: no more than one is ever whole", () => {
	const emptied = new Set<FoldedNode>();
	let largest = 0;
	const { forEachChild } = ts;
	const source =
		sourceOf(`${"function f() { a(); { b(() => { c(); }); } }\n".repeat(100)}class A { m() { d(); } get g() { return 1; } constructor() {} static { e(); } }
const h = { i() { j(); }, k: async () => { l(); }, n: function* () { yield; } };\nnamespace N { export function o() { p(); } }`);
	const count = (node: FoldedNode): number => {
		if (node.folded !== undefined) emptied.add(node);
		let nodes = 1;
		forEachChild(node, (child) => {
			nodes += count(child);
		});
		return nodes;
	};
	const { file } = parse("x.ts", source, TS);
	largest = count(file);
	// 100 × f, m, g, constructor, static block, i, k, n, N: the bodies inside them went with them.
	expect(emptied.size).toBe(108);
	for (const block of emptied) expect((block as unknown as { statements: unknown[] }).statements).toHaveLength(0);
	expect(largest).toBeLessThan(450);
});

test.each(samples)("the sample %s as %s is the same folded and whole", (name, kind) => {
	const text = Buffer.from(readSample(name)).toString();
	const script = kind.endsWith("sx") ? TSX : kind.endsWith("ts") ? TS : JS;
	expect(folded(text, script, `x${kind}`)).toEqual(plain(text, script, `x${kind}`));
});

test("real sources are the same folded and whole: the parser's own declarations, and large bundles", () => {
	const require = createRequire(import.meta.url);
	for (const path of [require.resolve("typescript5").replace(/\.js$/, ".d.ts"), require.resolve("vega"), require.resolve("commander")]) {
		const text = readFileSync(path, "utf8");
		const script = path.endsWith(".ts") ? TS : JS;
		expect(folded(text, script, path)).toEqual(plain(text, script, path));
	}
});

test("an error in a body is still seen when the parser parses it anew, for top-level await", () => {
	for (const text of [
		"export {};\nif (await a) { function f() { b( } }\n",
		"export {};\nawait a(function () { let = ; });\nfunction c() {}\n",
		"export {};\nfor (const x of await y) { class A { m() { return } n() { if ( } } }\n",
		"function f() { return import.meta.url; }\nconst t = await f();\nawait (t);\n",
	])
		expect(folded(text, JS, "x.js")).toEqual(plain(text, JS, "x.js"));
});

test("what the parser tries and drops is not counted", () => {
	for (const text of [
		"x = a ? (b, c = () => { require('d'); }) : e => { f(); };",
		"x = a ? (b = function () { class C {} }) : (d) => ({ e() { import('f'); } });",
		"x = y < z > (function () { return class {}; });",
		"x = async (a = () => { b(); }) => { c(); }, async(function () { d(); });",
	])
		for (const script of [JS, TS, TSX]) expect(folded(text, script, "x.tsx")).toEqual(plain(text, script, "x.tsx"));
});

const { statement } = fc.letrec<{ statement: string; body: string; expression: string }>((tie) => ({
	body: fc.array(tie("statement"), { maxLength: 4 }).map((statements) => `{${statements.join("\n")}}`),
	expression: fc.oneof(
		{ depthSize: "small", withCrossShrink: true },
		fc.constantFrom("a", "1", "require('p')", "import('./q')", "import.meta.url", "(", "`x`"),
		fc.tuple(tie("body")).map(([body]) => `function () ${body}`),
		fc.tuple(tie("expression"), tie("body")).map(([value, body]) => `(x = ${value}) => ${body}`),
		fc.tuple(tie("expression"), tie("expression"), tie("body")).map(([a, b, body]) => `a ? (${a}, ${b}) : (c) => ${body}`),
		fc.tuple(tie("body"), tie("expression")).map(([body, value]) => `{ m() ${body}, get g() ${body}, p: ${value} }`),
		fc.tuple(tie("expression")).map(([value]) => `await ${value}`),
		fc.tuple(tie("body"), tie("expression")).map(([body, value]) => `class { constructor() ${body} f = ${value}; static ${body} }`),
	),
	statement: fc.oneof(
		{ depthSize: "small", withCrossShrink: true },
		fc.constantFrom("import 'r';", "export * from '@s/t/u';", "", ";", "declare function o(): void;", "// comment", "x = ;", "export {};"),
		tie("expression").map((value) => `x = ${value};`),
		tie("body").map((body) => `async function f() ${body}`),
		tie("body").map((body) => `namespace N.M ${body}`),
		fc.tuple(tie("expression"), tie("body"), tie("body")).map(([value, a, b]) => `if (${value}) ${a} else if (b) ${b} else ${a}`),
		tie("body").map((body) => `for (const x of y) try ${body} catch ${body}`),
	),
}));

test("any source is the same folded and whole, errors and top-level await included", () => {
	fc.assert(
		fc.property(fc.array(statement, { maxLength: 6 }), fc.constantFrom(JS, TS, TSX), (statements, script) => {
			const text = statements.join("\n");
			expect(folded(text, script, "x.mts")).toEqual(plain(text, script, "x.mts"));
		}),
		{ numRuns: 1000 },
	);
});
