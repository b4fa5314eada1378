/**
 * Runs one program that measures, to its end, and returns the figure that it prints: one line of JSON, `{"value": …}`.
 *
 * Each run is a process of its own, Node's and C's alike: no garbage, compiled code or open socket of one run meets another, and a peer
 * that crashes or hangs ends its own run only.
 *
 * **Shutdown**: programs end by themselves, and bound their own time (figure.ts, bench.h). One that is still there after
 * {@link PROGRAM_MS_MAX} is killed; one whose starter is ended is killed with it.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Longest run, ms; a little more than what programs allow themselves. */
const PROGRAM_MS_MAX = 120_000;

export interface Program {
	readonly command: string;
	readonly args: readonly string[];
}

/** A Node program beside the arms of this package. @param name file name without extension */
export function nodeProgram<Order>(name: string, order: Order, flags: readonly string[] = []): Program {
	const file = fileURLToPath(new URL(`./arms/${name}.js`, import.meta.url));
	return { command: process.execPath, args: [...flags, file, JSON.stringify(order)] };
}

/** Of what a program wrote about its failure, the line that names the error. */
function reasonIn(errors: string): string | undefined {
	const lines = errors.split("\n").filter((line) => line.trim() !== "");
	return (lines.find((line) => /^\w*Error\b/.test(line)) ?? lines[0])?.slice(0, 300);
}

/** @throws Error with what the program said when it printed no figure */
export async function figureOf({ command, args }: Program): Promise<number> {
	// As programs are run where speed counts: checks that are meant for development are off, in every library.
	const env = { ...process.env, NODE_ENV: "production" };
	const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env });
	const kill = () => child.kill("SIGKILL");
	process.once("exit", kill);
	const timer = setTimeout(kill, PROGRAM_MS_MAX);
	let output = "";
	let errors = "";
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		output += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		errors += text;
	});
	try {
		const ended = await new Promise<string>((resolve, reject) => {
			child.once("error", reject);
			child.once("close", (code, signal) => resolve(signal ?? `status ${code}`));
		});
		const line = output.trim().split("\n").at(-1) ?? "";
		if (ended === "status 0" && line.startsWith("{")) return (JSON.parse(line) as { value: number }).value;
		throw new Error(`ended with ${ended} and no figure: ${reasonIn(errors) ?? "it said nothing"}`);
	} finally {
		clearTimeout(timer);
		process.off("exit", kill);
	}
}
