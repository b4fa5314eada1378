import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { batches } from "./batches.ts";
import { fileKinds } from "./file-kind.ts";
import { batchBytes, batchFilesMax, largeFileBytes } from "./limits.ts";
import { survey } from "./survey.ts";
import { rootsOf, walk } from "./walk.ts";

let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "zloom-walk-"));
	for (const name of ["a", "a/deep", ".hidden", "b.js", "b.js/inside", "ab"]) mkdirSync(join(folder, name));
	const files = ["z.js", "a/x.ts", "a/x.d.ts", "a/y.tsx", "a/deep/q.mts", ".hidden/h.cjs", "b.js/inside/i.jsx", "ab/r.mjs", "ab/s.cts"];
	for (const name of files) writeFileSync(join(folder, name), `// ${name}\n`);
	for (const name of ["a/.js", "a/UPPER.JS", "a/js", "a/x.js.map", "a/x.json", "a/é ü.ts", "a/with\nnewline.js", "a/-n.js"])
		writeFileSync(join(folder, name), "1;\n");
	linkSync(join(folder, "z.js"), join(folder, "hard.js"));
	symlinkSync(join(folder, "z.js"), join(folder, "soft.js"));
	symlinkSync(join(folder, "a"), join(folder, "soft"));
	symlinkSync(folder, join(folder, "a", "circle.js"));
	for (let n = 0; n < 200; n++) writeFileSync(join(folder, "ab", `small${n}.ts`), "x".repeat(n * 20));
	for (let n = 0; n < 5; n++) writeFileSync(join(folder, "ab", `large${n}.ts`), "x".repeat(largeFileBytes + n));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function found(where: string): string[] {
	const names = fileKinds.flatMap((kind) => ["-o", "-name", `*${kind}`]).slice(1);
	return execFileSync("find", [where, "-type", "f", "(", ...names, ")", "-print0"], { encoding: "utf8" })
		.split("\0")
		.slice(0, -1);
}

test("the walk finds exactly the files that find finds, hidden ones and hard links included, symbolic links not", () => {
	const walked = [...walk(rootsOf([folder], "/"))].map((file) => file.path);
	expect(walked.toSorted()).toEqual(found(folder).toSorted());
	expect(walked.length).toBeGreaterThan(200);
});

test("the order is the same at every walk, and indexes count it", () => {
	const once = [...walk(rootsOf([folder], "/"))];
	expect([...walk(rootsOf([folder], "/"))]).toEqual(once);
	expect(once.map((file) => file.index)).toEqual(once.map((_, at) => at));
});

test("a folder given twice, inside another, or by a symbolic link counts once", () => {
	const roots = rootsOf([join(folder, "a", "deep"), folder, `${folder}/`, join(folder, "a"), join(folder, "soft")], "/");
	expect(roots).toEqual([{ path: folder, label: folder }]);
});

test("a folder whose name only begins like another's is not inside it", () => {
	expect(rootsOf([join(folder, "a"), join(folder, "ab")], "/").map((root) => root.path)).toEqual([join(folder, "a"), join(folder, "ab")]);
});

test("files are printed under the folder as the person named it", () => {
	const walked = [...walk(rootsOf(["./a/deep/"], folder))];
	expect(walked.map(({ path, absolute }) => ({ path, absolute }))).toEqual([
		{ path: "./a/deep/q.mts", absolute: join(folder, "a", "deep", "q.mts") },
	]);
});

test("a folder that does not exist, and a file in place of a folder, are refused with advice", () => {
	expect(() => rootsOf(["nowhere"], folder)).toThrow(/the folder "nowhere" does not exist: name a folder/);
	expect(() => rootsOf(["z.js"], folder)).toThrow(/"z.js" is a file, not a folder/);
	expect(() => rootsOf(["z.js/further"], folder)).toThrow(/does not exist/);
});

test("batches hold every file once, the largest first and alone, the others packed within bounds", () => {
	const surveyed = survey(rootsOf([folder], "/"));
	const all = [...batches(surveyed)];
	expect(all.flatMap((batch) => batch.files.map((file) => file.path)).toSorted()).toEqual(found(folder).toSorted());
	expect(all.slice(0, 5).map((batch) => batch.files.map((file) => file.path.split("/").at(-1)))).toEqual(
		[4, 3, 2, 1, 0].map((n) => [`large${n}.ts`]),
	);
	for (const batch of all.slice(5)) {
		expect(batch.bytes).toBeLessThanOrEqual(batchBytes);
		expect(batch.files.length).toBeLessThanOrEqual(batchFilesMax);
	}
	expect(all.reduce((sum, batch) => sum + batch.bytes, 0)).toBe(surveyed.bytes);
});
