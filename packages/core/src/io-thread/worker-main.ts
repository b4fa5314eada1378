/**
 * The program of an I/O thread: what `new Context({ io: "worker" })` starts. It does nothing when it is loaded in any other way.
 */
import { isMainThread, workerData } from "node:worker_threads";
import { serveIo } from "./io-service.ts";
import { IO_THREAD_VERSION, type IoThreadData } from "./start-worker.ts";

function started(): boolean {
	const data = workerData as IoThreadData | null | undefined;
	if (isMainThread || data?.zloomIoThread === undefined) return false;
	if (data.zloomIoThread !== IO_THREAD_VERSION)
		throw new Error(`This module is of another version of @zloom/core (${IO_THREAD_VERSION}) than its program (${data.zloomIoThread})`);
	serveIo(data);
	return true;
}

/** True in the I/O thread of a context; everywhere else this module does nothing. */
export const isIoThread: boolean = started();
