/**
 * Runs a built example in a process of its own.
 *
 * Another module can take the place of one that it imports: then its text runs with that one import changed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const SOURCES = new URL("../src/", import.meta.url);

export interface Ran {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

async function started(args: readonly string[], input: string): Promise<Ran> {
	const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"], cwd: fileURLToPath(new URL("..", import.meta.url)) });
	let stdout = "";
	let stderr = "";
	child.stdout.on("data", (chunk) => (stdout += String(chunk)));
	child.stderr.on("data", (chunk) => (stderr += String(chunk)));
	child.stdin.end(input);
	const [code] = await once(child, "close");
	return { code, stdout, stderr };
}

function built(program: string): string {
	return fileURLToPath(new URL(`../dist/${program.replace(/\.ts$/, ".js")}`, import.meta.url));
}

export async function run(program: string): Promise<Ran> {
	return await started([built(program)], "");
}

/** A CommonJS program that is given as text. */
export async function runText(program: string): Promise<Ran> {
	return await started(["--input-type=commonjs", "-"], program);
}

/** @param instead.of the module that is imported there, `instead.take` the one that is imported here */
export async function runWith(program: string, instead: { of: string; take: string }): Promise<Ran> {
	const text = readFileSync(built(program), "utf8");
	return await started(["--input-type=module", "-"], text.replace(`"${instead.of}"`, `"${instead.take}"`));
}
