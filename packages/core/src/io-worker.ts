/**
 * The program of an I/O thread: what `new Context({ io: "worker" })` starts. It does nothing when it is loaded in any other way.
 *
 * A program that is bundled without node_modules bundles this module into a file of its own, and names it by the option `ioWorker`.
 */
import { isMainThread, workerData } from "node:worker_threads";
import { serveIo } from "./io-thread/io-service.ts";
import { IO_THREAD_VERSION, type IoThreadData } from "./io-thread/start-worker.ts";

const data = workerData as IoThreadData | null | undefined;

if (!isMainThread && data?.zloomIoThread !== undefined) {
	if (data.zloomIoThread !== IO_THREAD_VERSION)
		throw new Error(`This module is of another version of @zloom/core (${IO_THREAD_VERSION}) than its program (${data.zloomIoThread})`);
	serveIo(data);
}
