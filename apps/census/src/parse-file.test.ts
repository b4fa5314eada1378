import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { FileFacts, TreeFacts } from "./file-facts.ts";
import type { FileKind } from "./file-kind.ts";
import { parseBytesMax } from "./limits.ts";
import { parseFile } from "./parse-file.ts";
import { readForParsing } from "./read-file.ts";
import { readSample, samples } from "./warm-up.ts";

const folder = mkdtempSync(join(tmpdir(), "zloom-parse-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function facts(kind: FileKind, source: string): FileFacts {
	return parseFile({ path: `x${kind}`, index: 0, kind }, Buffer.from(source));
}

function tree(kind: FileKind, source: string): TreeFacts {
	const { tree: found, fault } = facts(kind, source);
	if (found === undefined) throw new Error(`does not parse: ${fault?.message}`);
	return found;
}

test("functions with a body and classes are counted in every language", () => {
	const script =
		"function a() {}\nconst b = () => 1, c = function () {};\nclass D { e() {} get f() { return 1; } constructor() {} }\nx = class {};\n";
	for (const kind of [".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"] as const)
		expect(tree(kind, script)).toMatchObject({ functions: 6, classes: 2 });
});

test("overloads and declarations are types, not functions", () => {
	expect(
		tree(".ts", "export declare function a(): void;\nfunction b(): void;\nfunction b(x?: number) {}\ninterface C { d(): void }\n"),
	).toMatchObject({
		functions: 1,
		classes: 0,
	});
});

test("types, JSX, decorators, enums and generics parse where they belong", () => {
	expect(facts(".tsx", "const a = <T,>(x: T) => <div id={`a`}>{x}</div>;\n").fault).toBeUndefined();
	expect(facts(".jsx", "export default () => <><b/></>;\n").fault).toBeUndefined();
	expect(facts(".js", "export default () => <b>text</b>;\n").fault).toBeUndefined();
	expect(facts(".ts", "@dec() class A<T> { accessor x = <T>y; }\nenum E { A = 1 }\n").fault).toBeUndefined();
	expect(facts(".mts", "import a from 'a' with { type: 'json' };\nawait using b = c();\n").fault).toBeUndefined();
	expect(facts(".cts", "import a = require('a');\nexport = a;\n").fault).toBeUndefined();
});

test("annotations in a .js file, top-level await without import, a hashbang and sloppy code parse", () => {
	expect(
		facts(".js", "// @flow\nfunction f(a: number, b?: string): Array<number> { return (a: any); }\n".replace("(a: any)", "[a]")).fault,
	).toBeUndefined();
	expect(facts(".mjs", "const a = await b;\nfor await (const c of d) e(c);\n").fault).toBeUndefined();
	expect(facts(".cjs", '#!/usr/bin/env node\nwith (a) b = 010 + 08 + "\\1";\nreturn;\n').fault).toBeUndefined();
	expect(facts(".js", "\uFEFFvar a = 1;\n").fault).toBeUndefined();
});

test("a file that does not parse says where and why, and keeps its bytes, lines and hash", () => {
	const source = "var a = 1;\nfunction (] {\n";
	const { fault, tree: none, bytes, lines, hash } = facts(".js", source);
	expect(none).toBeUndefined();
	expect(fault).toEqual({ line: 2, column: 10, message: "Identifier expected." });
	expect({ bytes, lines }).toEqual({ bytes: source.length, lines: 2 });
	expect(hash).toEqual(new Uint8Array(createHash("sha256").update(source).digest().subarray(0, 16)));
});

test.each(samples)("the sample %s parses as %s", (name, kind) => {
	expect(parseFile({ path: name, index: 0, kind }, readSample(name)).fault).toBeUndefined();
});

test("source nested beyond the parser's stack is a fact, never a crash", () => {
	expect(facts(".js", `${"[".repeat(200_000)}`).fault?.message).toBe("nested too deeply for the parser");
});

test("a very long chain that the parser takes does not overflow the walk", () => {
	expect(tree(".js", `a = ${"1 + ".repeat(50_000)}1;\nfunction f() {}\n`)).toMatchObject({ functions: 1, depth: 1 });
});

test("the longest function is found with its name, line and lines, on any of the ways to name one", () => {
	const body = "{\n\n\n}";
	const named: [string, string][] = [
		[`function own() ${body}`, "own"],
		[`const variable = () => ${body};`, "variable"],
		[`x = { property: function () ${body} };`, "property"],
		[`class A { method() ${body} }`, "method"],
		[`class A { field = () => ${body} }`, "field"],
		[`class A { #hidden() ${body} }`, "#hidden"],
		[`class A { constructor() ${body} }`, "constructor"],
		[`a.b.assigned = function () ${body};`, "assigned"],
		[`call(function () ${body});`, ""],
	];
	for (const [source, name] of named) expect(tree(".js", `\n// before\n${source}\n`).longest).toEqual({ name, line: 3, lines: 4 });
});

test("of two longest functions the first one counts, and lengths are counted in columns that double", () => {
	const { longest, functionLengths } = tree(".js", "function a() {\n}\nfunction b() {\n}\nfunction c() {}\n");
	expect(longest).toEqual({ name: "a", line: 1, lines: 2 });
	expect(functionLengths).toEqual([1, 2]);
});

test("nesting counts functions, classes and block statements; else-if chains and object literals do not deepen", () => {
	expect(tree(".js", "a = { b: { c: [] } };").depth).toBe(0);
	expect(tree(".js", "if (a) { } else if (b) { } else if (c) { } else { }").depth).toBe(1);
	expect(tree(".js", "if (a) { if (b) { } }").depth).toBe(2);
	expect(tree(".js", "class A { m() { for (;;) { while (1) { try { switch (x) { } } finally { } } } } }").depth).toBe(6);
	expect(tree(".js", "do with (a) for (b in c) for (d of e); while (0)").depth).toBe(4);
});

test("imports of every form are counted by package, those of the same package apart", () => {
	const source = [
		"import a from 'lodash/fp';",
		"import 'lodash';",
		"import type { T } from '@scope/name/deep';",
		"export * from './near.js';",
		"export { x } from '../up.js';",
		"import '#own';",
		"import fs from 'fs';",
		"import 'node:fs/promises';",
		"import b = require('left-pad');",
		"const c = require('lodash'), d = await import('lodash'), e = require(name), f = import('./' + x);",
		"type U = import('typed').V;",
		"import 'https://example.org/x.js';",
	].join("\n");
	const { imports, importsWithin } = tree(".ts", source);
	expect(Object.fromEntries(imports)).toEqual({ lodash: 4, "@scope/name": 1, "node:fs": 2, "left-pad": 1, typed: 1 });
	expect(importsWithin).toBe(3);
});

test("lines are counted as wc counts them, and an unfinished last line", () => {
	for (const [source, lines] of [
		["", 0],
		["a", 1],
		["a\n", 1],
		["a\nb", 2],
		["\n\n", 2],
		["a\r\nb\r\n", 2],
	] as const)
		expect(facts(".js", source.replaceAll(/[ab]/g, "1;")).lines).toBe(lines);
});

test("a file that is too large to parse is read in pieces: same bytes, lines and hash, no tree", () => {
	const path = join(folder, "large.js");
	const content = Buffer.alloc(parseBytesMax + 1, "123;\n");
	writeFileSync(path, content);
	const read = readForParsing({ path: "large.js", index: 3, kind: ".js" }, path);
	expect(read).toEqual({
		facts: {
			path: "large.js",
			index: 3,
			kind: ".js",
			bytes: content.length,
			lines: Math.ceil(content.length / 5),
			hash: new Uint8Array(createHash("sha256").update(content).digest().subarray(0, 16)),
			tree: undefined,
			fault: undefined,
			tooLarge: true,
			unreadable: undefined,
		},
	});
});

test("what cannot be read is a fact with the system's reason: gone, a symbolic link by now, a pipe by now", () => {
	const file = { path: "gone.js", index: 0, kind: ".js" } as const;
	expect(readForParsing(file, join(folder, "gone.js"))).toMatchObject({ facts: { unreadable: "ENOENT", bytes: 0 } });
	execFileSync("ln", ["-s", "/", join(folder, "link.js")]);
	expect(readForParsing(file, join(folder, "link.js"))).toMatchObject({ facts: { unreadable: "ELOOP" } });
	execFileSync("mkfifo", [join(folder, "pipe.js")]);
	expect(readForParsing(file, join(folder, "pipe.js"))).toMatchObject({ facts: { unreadable: "not a file any more" } });
});
