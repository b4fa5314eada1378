/**
 * Bare pipes by name, for the runtime: no socket, no pattern, no high-water mark of their own.
 *
 * They share the inproc directory with sockets, under keys that no endpoint can have (sockets' keys start with "s:").
 * Listen and connect work in any order, within a thread and between threads.
 */
import { ZmqError } from "../errors.ts";
import { INPROC_NAME_BYTES_MAX } from "../limits.ts";
import { type Pipe, pipePair } from "../pipe/pipe.ts";
import type { Party } from "./inproc-party.ts";
import { inprocDirectory } from "./inproc-threads.ts";

const UNLIMITED: Party = { type: "", routingId: Buffer.alloc(0), properties: new Map(), sendHighWaterMark: 0, receiveHighWaterMark: 0 };

function pipeKey(name: string): string {
	if (name === "" || Buffer.byteLength(name) > INPROC_NAME_BYTES_MAX)
		throw new ZmqError("ENAMETOOLONG", `A pipe name has 1 to ${INPROC_NAME_BYTES_MAX} bytes, got "${name.slice(0, 80)}"`);
	return `p:${name}`;
}

/**
 * Takes a name; `onPipe` gets the accepting end of every pipe that connects to it, possibly within this very call. It
 * sets the owner, and must look whether the pipe is readable already. Closing frees the name and leaves the pipes alone.
 * @throws ZmqError EADDRINUSE, ENAMETOOLONG, ENOBUFS
 */
export function listenPipes(name: string, onPipe: (pipe: Pipe) => void): { close(): void } {
	const address = `pipe "${name}"`;
	const close = inprocDirectory().bind(pipeKey(name), address, {
		party: () => UNLIMITED,
		admits: () => true,
		accept(pipe) {
			pipe.peerAddress = address;
			onPipe(pipe);
		},
		lingerMs: () => -1,
	});
	return { close };
}

/**
 * Connects to a name that may be taken later; what is written before is kept. Set the owner before the next turn.
 * @throws ZmqError ENAMETOOLONG; ENOBUFS when the name is there and no shared memory is left to reach it
 */
export function connectPipe(name: string): Pipe {
	const key = pipeKey(name);
	const [near, far] = pipePair({ forward: 0, backward: 0 });
	near.peerAddress = `pipe "${name}"`;
	inprocDirectory().connect(key, {
		near,
		far,
		party: () => UNLIMITED,
		joined() {},
		refused() {},
		// The owner hears onClosed.
		failed() {},
		lingerMs: () => -1,
	});
	return near;
}
