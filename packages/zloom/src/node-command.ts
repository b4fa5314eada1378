/**
 * `zloom node`: a process that hosts actors for others. It listens, says so in one line, and waits.
 *
 * **Shutdown**: SIGINT or SIGTERM stops the system (actors drain, links say BYE, socket files go) and the process exits by
 * itself with status 0; a second signal ends it at once with the signal's usual status. A signal while the node is
 * starting stops it as soon as it has started. Startup that fails stops what had started and rejects.
 */
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { cluster } from "@zloom/cluster";
import { createSystem } from "@zloom/runtime";
import { CommandError } from "./command-error.ts";
import { modulePolicy } from "./module-policy.ts";

export interface NodeOptions {
	/** Endpoints to listen on, at least one. */
	readonly listen: readonly string[];
	/** Modules that every thread imports before the node is ready. */
	readonly import: readonly string[];
	/** Folders whose modules peers may run. */
	readonly allow: readonly string[];
	/** Worker threads; undefined = the runtime's default. */
	readonly threads: number | undefined;
	/** Listen on addresses that other machines reach. */
	readonly insecure: boolean;
}

/** Settles when the node has stopped. */
export async function runNode(options: NodeOptions): Promise<void> {
	const stopAsked = onSignals();
	try {
		const files = options.import.map((file) => resolve(file));
		for (const file of files) if (!existsSync(file)) throw new CommandError(`--import ${file}: there is no such file; check the path`);
		const modules = modulePolicy({ folders: options.allow, files });
		const remote = cluster({ listen: options.listen, insecure: options.insecure });
		const imports = files.map((file) => pathToFileURL(file).href);
		const system = await createSystem({ remote, modules, imports, ...(options.threads !== undefined && { threads: options.threads }) });
		try {
			const threads = `${system.threads} ${system.threads === 1 ? "thread" : "threads"}`;
			process.stdout.write(`zloom node listening on ${remote.endpoints.join(", ")} with ${threads}\n`);
			await stopAsked.promise;
		} finally {
			await system.stop();
		}
	} finally {
		stopAsked.dispose();
	}
}

/** The first signal settles the promise, the second ends the process. */
function onSignals(): { promise: Promise<void>; dispose(): void } {
	let asked = false;
	let settle = (): void => {};
	const promise = new Promise<void>((resolvePromise) => {
		settle = resolvePromise;
	});
	const onSignal = (signal: NodeJS.Signals): void => {
		if (asked) process.exit(128 + constants.signals[signal]);
		asked = true;
		settle();
	};
	process.on("SIGINT", onSignal);
	process.on("SIGTERM", onSignal);
	return {
		promise,
		dispose() {
			process.off("SIGINT", onSignal);
			process.off("SIGTERM", onSignal);
		},
	};
}
