/**
 * Sending and receiving by zeromq.js's rules over the two halves of a core socket.
 *
 * - While a socket cannot send or receive for its state (a REQ that has sent, a ROUTER with `mandatory` and no peer), an operation
 *   waits like any other; only when its time is over, or when it may not wait, it rejects with the reason: EFSM, EHOSTUNREACH.
 * - Time limits are those of the socket's options when the operation begins.
 * - A wait holds the event loop (keep-alive.ts).
 *
 * **Shutdown**: the end of the core socket rejects what waits with EAGAIN.
 */
import { ZmqError } from "../errors.ts";
import type { Message } from "../message.ts";
import type { Inbox, Reading } from "../socket/inbox.ts";
import type { Outbox } from "../socket/outbox.ts";
import { mayBeImmediate, nextTurn } from "../wait/fairness.ts";
import { hold, release } from "../wait/keep-alive.ts";
import type { Readiness } from "../wait/readiness.ts";
import { errnoError, translated } from "./errno-error.ts";

const ACCEPTED: Promise<void> = Promise.resolve();

function hasCode(error: unknown, code: string): boolean {
	return error instanceof ZmqError && error.code === code;
}

/** Who waits when the socket closes is told that it was not possible. */
function waitError(error: unknown): unknown {
	return hasCode(error, "EBADF") ? errnoError("EAGAIN") : translated(error);
}

/** Waits until the socket is ready, at most so long; false when time is over. Rejects when the socket is closed. */
async function ready(readiness: Readiness, timeoutMs: number): Promise<boolean> {
	const over = new AbortController();
	const timer = timeoutMs > 0 ? setTimeout(() => over.abort(), timeoutMs) : undefined;
	hold();
	try {
		await readiness.when(over.signal);
		return !over.signal.aborted;
	} finally {
		clearTimeout(timer);
		release();
	}
}

/** Where messages go, and what is special about it (dialect.ts). */
export interface Sending {
	readonly outbox: Outbox;
	readonly alwaysWritable?: true;
	readonly toNobody?: string;
}

/** Undefined when it was accepted, else why not. */
function attempt({ outbox, toNobody = "EHOSTUNREACH" }: Sending, frames: Message): "full" | Error | undefined {
	try {
		const outcome = outbox.trySend(frames);
		if (outcome === "sent" || outcome === "dropped") return undefined;
		return outcome === "unreachable" ? errnoError(toNobody) : "full";
	} catch (error) {
		return translated(error) as Error;
	}
}

/** Settles at once when the message was accepted at once: then `mark` was not called. @param mark called with true, and false when it is over */
export function sendBy(sending: Sending, frames: Message, timeoutMs: number, mark: (waits: boolean) => void): Promise<void> {
	const { outbox } = sending;
	const problem = attempt(sending, frames);
	if (problem === undefined) return mayBeImmediate() ? ACCEPTED : nextTurn();
	if (problem !== "full") {
		const mayChange = problem instanceof Error && /EFSM|EHOSTUNREACH/.test((problem as { code?: string }).code ?? "");
		if (timeoutMs === 0 || !mayChange || sending.alwaysWritable || outbox.writable) return Promise.reject(problem);
		mark(true);
		return sendWhenReady(sending, frames, timeoutMs).finally(() => mark(false));
	}
	if (timeoutMs === 0) return Promise.reject(errnoError("EAGAIN"));
	mark(true);
	return outbox.send(frames, { timeoutMs }).then(
		() => mark(false),
		(error: unknown) => {
			mark(false);
			throw waitError(error);
		},
	);
}

async function sendWhenReady(sending: Sending, frames: Message, timeoutMs: number): Promise<void> {
	for (;;) {
		const inTime = await ready(sending.outbox.readiness, timeoutMs).catch((error: unknown) => {
			throw waitError(error);
		});
		const problem = attempt(sending, frames);
		if (problem === undefined) return;
		if (problem !== "full") throw problem;
		if (!inTime) throw errnoError("EAGAIN");
	}
}

/** As {@link sendBy}, for one message to receive. */
export function receiveBy<Result>(
	inbox: Inbox,
	reading: Reading<Result>,
	timeoutMs: number,
	mark: (waits: boolean) => void,
): Promise<Result> {
	try {
		const result = inbox.tryReceive(reading);
		if (result !== undefined) return mayBeImmediate() ? Promise.resolve(result) : nextTurn().then(() => result);
	} catch (error) {
		if (!hasCode(error, "EFSM") || timeoutMs === 0) return Promise.reject(translated(error));
		mark(true);
		return receiveWhenReady(inbox, reading, timeoutMs).finally(() => mark(false));
	}
	if (timeoutMs === 0) return Promise.reject(errnoError("EAGAIN"));
	mark(true);
	return inbox.receive(reading, { timeoutMs }).then(
		(result) => {
			mark(false);
			return result;
		},
		(error: unknown) => {
			mark(false);
			throw waitError(error);
		},
	);
}

async function receiveWhenReady<Result>(inbox: Inbox, reading: Reading<Result>, timeoutMs: number): Promise<Result> {
	for (;;) {
		try {
			const inTime = await ready(inbox.readiness, timeoutMs);
			const result = inbox.tryReceive(reading);
			if (result !== undefined) return result;
			if (!inTime) throw errnoError("EAGAIN");
		} catch (error) {
			throw waitError(error);
		}
	}
}
