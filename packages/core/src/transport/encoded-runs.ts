/**
 * What connections of this thread have encoded in this turn of the event loop and others are likely to send as well: a message that is
 * published goes to all its subscribers, and they are flushed one after the other. The first one encodes, the others write the same memory.
 *
 * A run is what lies in one chunk: messages that one connection had in its queue, in their order. Whoever has the first of them in its
 * queue looks how far its own queue is the same. Messages are known by their identity: nobody who publishes knows of this.
 *
 * Bounded by ENCODED_RUNS_MAX chunks, and by time: at the end of the turn all is forgotten. A connection that is behind encodes for itself.
 */
import { ENCODED_RUNS_MAX } from "../limits.ts";
import type { Message } from "../message.ts";
import type { SocketTypeName } from "../socket-type.ts";
import type { SendChunk } from "./send-chunk.ts";

/** Oldest first. */
const runs: SendChunk[] = [];

/** True when such a socket sends one message to many peers. */
export function sendsToMany(type: SocketTypeName): boolean {
	return type === "PUB" || type === "XPUB" || type === "XSUB" || type === "RADIO";
}

/** The newest run that begins with this message. */
export function runFrom(message: Message): SendChunk | undefined {
	for (let i = runs.length - 1; i >= 0; i--) {
		const run = runs[i] as SendChunk;
		if (run.messages[0] === message) return run;
	}
	return undefined;
}

/** Whether a message that lies at `start` of the chunk can be added to its run, or begin one. */
export function isRunAt(chunk: SendChunk, start: number): boolean {
	const { ends } = chunk;
	if (ends.length > 0) return ends[ends.length - 1] === start;
	if (runs.length === ENCODED_RUNS_MAX) return false;
	if (runs.length === 0) setImmediate(forget);
	runs.push(chunk);
	chunk.hold();
	chunk.start = start;
	return true;
}

function forget(): void {
	for (const chunk of runs) {
		chunk.messages.length = 0;
		chunk.ends.length = 0;
		chunk.outlying = false;
		chunk.release();
	}
	runs.length = 0;
}
