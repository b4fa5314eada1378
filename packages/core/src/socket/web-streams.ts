/**
 * A socket's messages as Web Streams (whatwg Streams; global in Node and in browsers), with the back-pressure of both worlds.
 *
 * - Reading: the stream keeps nothing. A message is taken from the socket in the turn in which it is given to a reader that
 *   waits, so a cancelled stream leaves every message to the socket's other receivers.
 * - Writing: a write settles when the socket has accepted its message. Aborting rejects the write that waits, and those behind
 *   it: what was not accepted was not sent.
 *
 * **Shutdown**: streams never close their socket. Its end closes the one kind, and makes writes on the other reject with EBADF.
 */
import type { ZmqError } from "../errors.ts";
import { consequences, mayBeImmediate, nextTurn } from "../wait/fairness.ts";
import { hold, release } from "../wait/keep-alive.ts";
import type { WaitOptions } from "../wait/waiters.ts";
import type { Inbox, Reading } from "./inbox.ts";

export function readableStreamOf<Message>(inbox: Inbox, reading: Reading<Message>): ReadableStream<Message> {
	const cancelled = new AbortController();
	return new ReadableStream<Message>(
		{
			async pull(controller) {
				hold();
				try {
					const outcome = await take(inbox, reading, cancelled.signal, (message) => controller.enqueue(message));
					if (outcome === "closed") controller.close();
				} finally {
					release();
				}
			},
			cancel() {
				cancelled.abort();
			},
		},
		// The default, 1, would take a message before anybody asks for it.
		{ highWaterMark: 0 },
	);
}

/** Gives one message away, unless the signal fires or the socket is closed first. */
async function take<Message>(
	inbox: Inbox,
	reading: Reading<Message>,
	signal: AbortSignal,
	give: (message: Message) => void,
): Promise<"given" | "cancelled" | "closed"> {
	try {
		while (!signal.aborted) {
			if (!inbox.readable) await inbox.readiness.when(signal);
			// A pipe that was aborted still reads once before it cancels (Node's pipeTo): that cancel must come first.
			await (mayBeImmediate() ? consequences() : nextTurn());
			if (signal.aborted) break;
			const message = inbox.readable ? inbox.tryReceive(reading) : undefined;
			if (message === undefined) continue;
			give(message);
			return "given";
		}
		return "cancelled";
	} catch (error) {
		if ((error as ZmqError).code === "EBADF") return "closed";
		throw error;
	}
}

/** What @types/node leaves out: aborted when the stream is. */
type Abortable = WritableStreamDefaultController & { readonly signal: AbortSignal };

export function writableStreamOf<Message>(send: (message: Message, options: WaitOptions) => Promise<void>): WritableStream<Message> {
	return new WritableStream<Message>({
		write: (message, controller) => send(message, { signal: (controller as Abortable).signal }),
	});
}
