/**
 * Runs the built census, and nodes for it, as real processes. Each run has a folder of its own as working and temporary
 * folder, so that what it leaves behind can be seen.
 *
 * Shutdown: `stopAll` kills what a failed test left running.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const workspace = fileURLToPath(new URL("../../..", import.meta.url));
const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const node = fileURLToPath(new URL("../../../packages/zloom/dist/main.js", import.meta.url));

const running = new Set<ChildProcess>();

export interface Ended {
	readonly status: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

export class Program {
	readonly child: ChildProcess;
	readonly ended: Promise<Ended>;
	stdout = "";
	stderr = "";

	constructor(file: string, args: readonly string[], cwd: string, tmp: string, env: NodeJS.ProcessEnv = {}) {
		this.child = spawn(process.execPath, [file, ...args], {
			cwd,
			env: { ...process.env, ...env, TMPDIR: tmp },
			stdio: ["ignore", "pipe", "pipe"],
		});
		running.add(this.child);
		this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
			this.stdout += text;
		});
		this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
			this.stderr += text;
		});
		this.ended = once(this.child, "close").then(([status, signal]) => {
			running.delete(this.child);
			return { status: status as number | null, signal: signal as NodeJS.Signals | null, stdout: this.stdout, stderr: this.stderr };
		});
	}

	/** Settles when the program has said this; rejects when it ends without. */
	async said(pattern: RegExp): Promise<RegExpExecArray> {
		for (;;) {
			const found = pattern.exec(this.stdout + this.stderr);
			if (found !== null) return found;
			const streams = [this.child.stdout, this.child.stderr].map((stream) => once(stream as NodeJS.ReadableStream, "data"));
			const next = await Promise.race([...streams, this.ended]);
			if (!Array.isArray(next)) throw new Error(`ended without saying ${pattern}: ${this.stdout}${this.stderr}`);
		}
	}
}

export function census(args: readonly string[], folder: string, env?: NodeJS.ProcessEnv): Program {
	return new Program(main, args, folder, folder, env);
}

/** A node for parsers, listening; `endpoint` is where. */
export async function startNode(listen: string, folder: string): Promise<{ program: Program; endpoint: string }> {
	const program = new Program(node, ["node", "--listen", listen, "--threads", "2"], workspace, folder);
	const [, endpoint = ""] = await program.said(/listening on (\S+) with/);
	return { program, endpoint };
}

export function stopAll(): void {
	for (const child of running) child.kill("SIGKILL");
}
