/**
 * A real process of the node command for tests: started, waited for until it says that it is ready, killed by its id.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../dist/main.js", import.meta.url));
export const FIXTURES = fileURLToPath(new URL("./fixtures/", import.meta.url));

export interface Ended {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

export class NodeProcess {
	readonly child: ChildProcess;
	readonly ended: Promise<Ended>;
	#stdout = "";
	#stderr = "";

	/** @param args what follows `zloom` */
	constructor(args: readonly string[], cwd: string = FIXTURES) {
		this.child = spawn(process.execPath, [COMMAND, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"] });
		this.child.stdout?.on("data", (chunk) => (this.#stdout += String(chunk)));
		this.child.stderr?.on("data", (chunk) => (this.#stderr += String(chunk)));
		this.ended = once(this.child, "close").then(([code, signal]) => ({
			code: code as number | null,
			signal: signal as NodeJS.Signals | null,
			stdout: this.#stdout,
			stderr: this.#stderr,
		}));
	}

	/** The line that says it is ready. Rejects when the process ends before. */
	async ready(): Promise<string> {
		const early = this.ended.then(({ code, stderr }) => {
			throw new Error(`The node ended with status ${code} before it was ready: ${stderr}`);
		});
		early.catch(() => {
			// It ends later as well, when nobody waits for the line any more.
		});
		while (!this.#stdout.includes("\n")) await Promise.race([once(this.child.stdout as NodeJS.ReadableStream as never, "data"), early]);
		return this.#stdout.slice(0, this.#stdout.indexOf("\n"));
	}

	kill(signal: NodeJS.Signals): Promise<Ended> {
		this.child.kill(signal);
		return this.ended;
	}
}

/** A node at this endpoint that may run the fixtures; `endpoint` has its port. */
export async function startNode(listen: string, ...more: string[]): Promise<{ process: NodeProcess; endpoint: string }> {
	const started = new NodeProcess(["node", "--listen", listen, "--threads", "1", ...more]);
	const line = await started.ready();
	const endpoint = /listening on (\S+) with/.exec(line)?.[1];
	if (endpoint === undefined) throw new Error(`Not the line of a ready node: ${line}`);
	return { process: started, endpoint };
}
