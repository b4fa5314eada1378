import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { modulePolicy } from "./module-policy.ts";

let root: string;
const url = (...parts: string[]) => pathToFileURL(join(root, ...parts)).href;

beforeEach(() => {
	root = mkdtempSync(join(realpathSync(tmpdir()), "zloom-policy-"));
	for (const folder of ["app", "app/deep", "apple"]) mkdirSync(join(root, folder));
	for (const file of ["app/a.js", "app/deep/b.ts", "apple/c.js", "single.js"]) writeFileSync(join(root, file), "");
});

afterEach(() => rmSync(root, { recursive: true }));

it("allows what is below a folder, and not a folder whose name merely begins alike", () => {
	const allows = modulePolicy({ folders: [join(root, "app")], files: [] });
	expect([url("app/a.js"), url("app/deep/b.ts"), url("apple/c.js"), url("single.js")].map(allows)).toEqual([true, true, false, false]);
});

it("allows single files", () => {
	const allows = modulePolicy({ folders: [], files: [join(root, "single.js")] });
	expect([url("single.js"), url("app/a.js")].map(allows)).toEqual([true, false]);
});

it("follows symbolic links before it compares", () => {
	symlinkSync(join(root, "apple/c.js"), join(root, "app/out.js"));
	symlinkSync(join(root, "app"), join(root, "link"));
	const allows = modulePolicy({ folders: [join(root, "link")], files: [] });
	expect([url("app/out.js"), url("app/a.js"), url("link/a.js")].map(allows)).toEqual([false, true, true]);
});

it("refuses what is no file or does not exist", () => {
	const allows = modulePolicy({ folders: [join(root, "app")], files: [] });
	const urls = [
		"data:text/javascript,0",
		"https://example.org/a.js",
		"node:fs",
		"",
		`${url("app")}/../apple/c.js`,
		url("app/none.js"),
		"file://%00",
	];
	expect(urls.map(allows)).toEqual(urls.map(() => false));
});

it("says which folder is not there", () => {
	expect(() => modulePolicy({ folders: [join(root, "none")], files: [] })).toThrow(/none: there is no such folder/);
	expect(() => modulePolicy({ folders: [join(root, "single.js")], files: [] })).toThrow(/no such folder/);
});
