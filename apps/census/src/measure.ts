/**
 * Runs one census as a child process and hears from it what it took. The child reports over its IPC channel when it has
 * one (census.ts), so that nothing of it shows in what a person sees.
 *
 * Shutdown: settles when the child has ended; a child that fails rejects with what it said.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface Measured {
	readonly files: number;
	readonly bytes: number;
	/** From the survey to the totals. */
	readonly elapsedMs: number;
	/** Processor time of the whole process so far, all its threads and V8's. */
	readonly processorMs: number;
	/** Peak resident set of the process. */
	readonly peakKb: number;
}

const main = fileURLToPath(new URL("./main.js", import.meta.url));

/** `pinned`: the words in front of the command that keep it on one core (see {@link oneCore}). */
export async function measure(args: readonly string[], pinned: readonly string[] = []): Promise<Measured> {
	const [program = "", ...rest] = [...pinned, process.execPath, main, ...args, "--no-html"];
	const child: ChildProcess = spawn(program, rest, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
	let said = "";
	child.stderr?.setEncoding("utf8").on("data", (text: string) => {
		said += text;
	});
	let measured: Measured | undefined;
	child.on("message", (message) => {
		measured = message as Measured;
	});
	const [status] = (await once(child, "close")) as [number | null];
	if (status !== 0 || measured === undefined) throw new Error(`census ${args.join(" ")} ended with status ${status}: ${said}`);
	return measured;
}

/** What keeps a command on one core here; undefined where the system has no taskset. */
export function oneCore(): string[] | undefined {
	if (process.platform !== "linux" || spawnSync("taskset", ["--version"]).status !== 0) return undefined;
	const core = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
	return core === undefined ? undefined : ["taskset", "-c", core];
}
