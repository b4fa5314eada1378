/**
 * Starts the worker thread of an I/O thread, and says clearly why it cannot when it cannot.
 *
 * Its module is the package's own door `@zloom/core/io-worker`, found as any program would find it: so it is the same built from
 * sources, from the published package and from a bundle that lies beside its node_modules. A bundle without them names the file.
 * The worker gets none of the flags of this process (`execArgv`), and its output streams are not tied to those of this process.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { ZmqError } from "../errors.ts";
import { LAYOUT_VERSION } from "../memory/root-layout.ts";

/** What the worker is given. */
export interface IoThreadData {
	/** Both sides must be of one build; see {@link IO_THREAD_VERSION}. */
	readonly zloomIoThread: string;
	/** Where in the shared directory of names the application's thread is to be found. */
	readonly key: string;
	/** See signal.ts. */
	readonly secret: Uint8Array;
}

/** Of what the two threads say to each other, and of the memory they share. */
export const IO_THREAD_VERSION = `1.${LAYOUT_VERSION}`;
const DOOR = "@zloom/core/io-worker";

function moduleUrl(): URL {
	// Bundled as CommonJS there is no import.meta.url.
	const here: string | undefined = import.meta.url;
	const from = here ?? join(process.cwd(), "x.js");
	try {
		return pathToFileURL(createRequire(from).resolve(DOOR));
	} catch (cause) {
		throw new ZmqError(
			"EIO",
			`The I/O thread cannot be started: ${DOOR} is not to be found from ${from}. In a bundle, leave @zloom/core external, or bundle that module too and name the file by the option ioWorker`,
			{ cause },
		);
	}
}

/**
 * Starts it; what becomes of it is told by its events. It keeps nothing alive.
 * @param module the file, where it is not to be looked for
 * @throws ZmqError EIO
 */
export function startWorker(data: IoThreadData, module: URL | string | undefined): Worker {
	const url = module ?? moduleUrl();
	try {
		const worker = new Worker(url, {
			workerData: data,
			name: "zloom I/O",
			// Loaders, preloads and profilers are meant for the program.
			execArgv: [],
			argv: [],
			// Else Node adds listeners to process.stdout and process.stderr. What the worker warns of comes as a report.
			stdout: true,
			stderr: true,
		});
		worker.unref();
		return worker;
	} catch (cause) {
		throw new ZmqError("EIO", `The I/O thread cannot be started: ${(cause as Error).message}`, { cause });
	}
}
