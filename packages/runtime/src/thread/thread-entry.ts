/**
 * What runs inside a worker thread of a system: one host, the pipe name that other threads reach it by, and the way to ask the
 * main thread. Runs as plain JavaScript on every Node (load-module.ts brings TypeScript in for the actors).
 *
 * Shutdown: at "close" the host settles everything, the pipes close, and "closed" is reported; the main thread then ends the worker.
 */
import { parentPort, workerData } from "node:worker_threads";
import { hold, listenPipes, release } from "@zloom/core/internal";
import { importModule } from "../definition/load-module.ts";
import { ActorError } from "../errors.ts";
import { markRuntimeThread } from "../thread-mark.ts";
import { Heart } from "../turns/heart.ts";
import type { ThreadData, ThreadReport } from "./thread.ts";
import { startWorkerHost } from "./worker-services.ts";

async function run(data: ThreadData): Promise<void> {
	const port = parentPort;
	if (port === null || data?.zloomRuntimeThread !== 1) throw new Error("thread-entry.js is started by createSystem, not by hand");
	const report = (message: ThreadReport): void => port.postMessage(message);
	markRuntimeThread();
	const heart = new Heart(data.heart);
	const worker = startWorkerHost(data, heart, listenPipes);
	// The thread lives until it is told to end, whether or not an actor has something pending.
	hold();
	port.on("message", (message: { zloom?: string }) => {
		if (message?.zloom === "beat") heart.beat();
		if (message?.zloom === "letters") report({ zloom: "letters", letters: worker.deadLetters.recent() });
		if (message?.zloom !== "close") return;
		worker.close(new ActorError("ERR_SYSTEM_STOPPED", "The system was stopped"));
		release();
		port.unref();
		report({ zloom: "closed" });
	});
	try {
		for (const url of data.imports) await importModule(url);
		report({ zloom: "ready" });
	} catch (error) {
		report({ zloom: "failed", message: (error as Error).message });
	}
}

void run(workerData as ThreadData);
