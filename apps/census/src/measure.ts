/**
 * Runs one census as a child process and hears from it what it took. The child reports over its IPC channel when it has
 * one (census.ts), so that nothing of it shows in what a person sees.
 *
 * Shutdown: settles when the child has ended; a child that fails rejects with what it said.
 */
import { fork } from "node:child_process";
import { once } from "node:events";

export interface Measured {
	readonly files: number;
	readonly bytes: number;
	/** From the survey to the totals. */
	readonly elapsedMs: number;
	/** Peak resident set of the process. */
	readonly peakKb: number;
}

export async function measure(main: string, args: readonly string[]): Promise<Measured> {
	const child = fork(main, [...args, "--no-html"], { stdio: ["ignore", "ignore", "pipe", "ipc"], execArgv: [] });
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
