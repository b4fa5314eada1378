/**
 * pyzmq as the other side: libzmq of Debian behind a Python process that is told line by line what to do.
 *
 * Commands are answered in their order, and a pending receive holds up what follows: conversations are lockstep.
 *
 * **Shutdown**: `end()` closes standard input, the process ends by itself, and the promise settles when it has.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Frames, Security, TheirSide, TheirSocket } from "./their-socket.ts";

const PROGRAM = fileURLToPath(new URL("./pyzmq-peer.py", import.meta.url));
/** Debian's own interpreter: another one that comes first in PATH does not see Debian's modules. */
const PYTHON = process.platform === "linux" ? "/usr/bin/python3" : "python3";

interface Waiting {
	resolve(answer: unknown): void;
	reject(error: Error): void;
}

function installed(): boolean {
	const probe = spawnSync(PYTHON, ["-c", "import zmq"], { encoding: "utf8" });
	if (probe.status === 0) return true;
	if (process.env.CI) throw new Error(`pyzmq is missing: apt-get install python3-zmq\n${probe.stderr ?? probe.error}`);
	console.warn("interop with pyzmq is skipped: install it with apt-get install python3-zmq");
	return false;
}

export class Pyzmq implements TheirSide {
	readonly name = "pyzmq";
	readonly available = installed();
	readonly types = new Set(["PAIR", "PUB", "SUB", "REQ", "REP", "DEALER", "ROUTER", "PULL", "PUSH", "XPUB", "XSUB"]);
	readonly transports = new Set(["tcp", "ipc"]);
	readonly #waiting: Waiting[] = [];
	#process: ChildProcess | undefined;
	#sockets = 0;

	async open(type: string, security: Security, routingId: string | undefined): Promise<TheirSocket> {
		this.#sockets += 1;
		const id = this.#sockets;
		await this.#tell("open", { id, type, security, routingId: routingId ?? null });
		const hex = (message: Frames) => message.map((frame) => Buffer.from(frame).toString("hex"));
		return {
			bind: async (endpoint) => (await this.#tell("bind", { id, endpoint })) as string,
			connect: async (endpoint) => void (await this.#tell("connect", { id, endpoint })),
			send: async (message) => void (await this.#tell("send", { id, frames: hex(message) })),
			receive: async () => ((await this.#tell("receive", { id })) as string[]).map((frame) => Buffer.from(frame, "hex")),
			subscribe: async (prefix) => void (await this.#tell("subscribe", { id, prefix })),
			join: async () => {
				throw new Error("pyzmq of Debian has no drafts");
			},
		};
	}

	async closeAll(): Promise<void> {
		if (this.#process !== undefined) await this.#tell("closeAll", {});
	}

	async end(): Promise<void> {
		const child = this.#process;
		if (child === undefined) return;
		this.#process = undefined;
		const exited = once(child, "exit");
		child.stdin?.end();
		await exited;
	}

	#start(): ChildProcess {
		const child = spawn(PYTHON, [PROGRAM], { stdio: ["pipe", "pipe", "inherit"] });
		createInterface({ input: child.stdout }).on("line", (line) => {
			const { ok, error } = JSON.parse(line) as { ok?: unknown; error?: string };
			const waiting = this.#waiting.shift();
			if (error === undefined) waiting?.resolve(ok);
			else waiting?.reject(new Error(`pyzmq: ${error}`));
		});
		child.once("exit", (code) => {
			for (const { reject } of this.#waiting.splice(0)) reject(new Error(`the pyzmq process ended with status ${code}`));
		});
		return child;
	}

	#tell(verb: string, given: Record<string, unknown>): Promise<unknown> {
		this.#process ??= this.#start();
		this.#process.stdin?.write(`${JSON.stringify([verb, given])}\n`);
		return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
	}
}
