/**
 * The sending half of a socket: hands messages to the pattern at once when it can, and lets sends wait in order when not.
 *
 * Invariants
 * - Messages go out in the order of the calls: while one waits, every later one waits behind it (also on a ROUTER whose
 *   first waiting message is for a full peer).
 * - A send that the pattern accepts at once allocates no promise: all of them share one that is resolved.
 * - A send that rejects has sent nothing; a rejected `sendMany` says how many messages went out.
 *
 * **Shutdown**: `close()` rejects whatever waits with EBADF. Accepted messages are the pipes' matter (linger).
 */
import { ZmqError } from "../errors.ts";
import { arenaUse, dropQueued, lend, takeBack } from "../memory/arena-buffer.ts";
import { overflowGone } from "../memory/arena-overflow.ts";
import { type Message, type MessageLike, toMessage } from "../message.ts";
import type { SocketOptions } from "../option/options.ts";
import type { Pattern, PatternOutcome, SendOutcome } from "../pattern/pattern.ts";
import { mayBeImmediate, nextTurn } from "../wait/fairness.ts";
import { Readiness } from "../wait/readiness.ts";
import { checkWait, closedError, Waiters, type WaitOptions } from "../wait/waiters.ts";

/** One message to send: a frame, or a list of frames. */
export type Content = MessageLike | MessageLike[];

/** Messages of a batch that the pattern gets together: more would only be garbage where a peer takes few. */
const SEND_TOGETHER = 64;

const ACCEPTED: Promise<void> = Promise.resolve();

/** A waiting send: the message whose turn it is, and for `sendMany` the ones behind it. */
class SendJob {
	message: Message;
	readonly rest: readonly Content[];
	/** How many of `rest` are done or in hand. */
	index: number;

	constructor(message: Message, rest: readonly Content[], index: number) {
		this.message = message;
		this.rest = rest;
		this.index = index;
	}
}

const NOTHING: readonly Content[] = [];

function unreachable(message: Message): ZmqError {
	const id = message[0] as Buffer;
	return new ZmqError("EHOSTUNREACH", `No peer has the routing id ${JSON.stringify(id.toString("latin1"))} (hex ${id.toString("hex")})`);
}

function outOfTurn(): ZmqError {
	return new ZmqError("EFSM", "This socket must receive before it may send again: requests and replies alternate");
}

function partial(error: unknown, sent: number, of: number): ZmqError {
	const cause = error instanceof ZmqError ? error : new ZmqError("EINVAL", String(error));
	return new ZmqError(cause.code, `${cause.message}; ${sent} of ${of} messages were sent`, { cause: cause.cause ?? cause });
}

export class Outbox {
	readonly #pattern: Pattern;
	readonly #options: Readonly<SocketOptions>;
	readonly #framesMax: number;
	readonly readiness: Readiness = new Readiness(
		() => this.writable,
		() => this.#pattern.wantRoom(),
	);
	readonly #waiters: Waiters<SendJob, void>;
	#closed = false;
	#pumping = false;

	/**
	 * @param options live: the default time limit is read at every wait
	 * @param framesMax how many frames a message may have
	 */
	constructor(pattern: Pattern, options: Readonly<SocketOptions>, framesMax: number) {
		this.#framesMax = framesMax;
		this.#pattern = pattern;
		this.#options = options;
		this.#waiters = new Waiters({ what: "send", onGivenUp: () => this.pump() });
	}

	get writable(): boolean {
		return !this.#closed && this.#waiters.size === 0 && this.#pattern.writable;
	}

	/** @throws ZmqError EBADF, EFSM, EINVAL; any outcome but "sent" and "dropped" leaves the message with the caller */
	trySend(content: Content): SendOutcome {
		if (this.#closed) throw closedError();
		const message = this.#messageOf(content);
		if (this.#waiters.size > 0) return "full";
		const outcome = this.#offer(message);
		if (outcome === "out-of-turn") throw outOfTurn();
		return outcome;
	}

	send(content: Content, options: WaitOptions | undefined): Promise<void> {
		let timeoutMs: number;
		let message: Message;
		try {
			timeoutMs = this.#check(options);
			message = this.#messageOf(content);
		} catch (error) {
			return Promise.reject(error);
		}
		if (this.#waiters.size === 0) {
			let outcome: PatternOutcome;
			try {
				outcome = this.#offer(message);
			} catch (error) {
				return Promise.reject(error);
			}
			if (outcome === "sent" || outcome === "dropped") {
				const gone = arenaUse.overflow === 0 ? undefined : overflowGone(message);
				if (gone !== undefined) return gone;
				return mayBeImmediate() ? ACCEPTED : nextTurn();
			}
			if (outcome === "unreachable") return Promise.reject(unreachable(message));
			if (outcome === "out-of-turn") return Promise.reject(outOfTurn());
		}
		return this.#waiters.wait(new SendJob(message, NOTHING, 0), timeoutMs, options?.signal);
	}

	sendMany(contents: readonly Content[], options: WaitOptions | undefined): Promise<void> {
		let index = 0;
		let timeoutMs: number;
		let message: Message | undefined;
		try {
			timeoutMs = this.#check(options);
			if (!Array.isArray(contents)) throw new ZmqError("EINVAL", `sendMany takes an array of messages, got ${typeof contents}`);
		} catch (error) {
			return Promise.reject(error);
		}
		try {
			while (this.#waiters.size === 0 && index < contents.length) {
				const messages = this.#messagesOf(contents, index);
				const sent = this.#sendTogether(messages);
				index += sent;
				if (sent === messages.length) continue;
				message = messages[sent] as Message;
				const outcome = this.#offer(message);
				if (outcome === "unreachable") throw unreachable(message);
				if (outcome === "out-of-turn") throw outOfTurn();
				if (outcome !== "sent" && outcome !== "dropped") break;
				message = undefined;
				index += 1;
			}
			if (index === contents.length) return mayBeImmediate(index) ? ACCEPTED : nextTurn();
			message ??= this.#messageOf(contents[index] as Content);
		} catch (error) {
			return Promise.reject(partial(error, index, contents.length));
		}
		const job = new SendJob(message, contents, index + 1);
		return this.#waiters.wait(job, timeoutMs, options?.signal).catch((error: unknown) => {
			throw partial(error, job.index - 1, contents.length);
		});
	}

	/** The pattern may accept more now. */
	pump(): void {
		// Sending can make room, which leads back here: the loop below goes on then by itself.
		if (this.#pumping) return;
		this.#pumping = true;
		try {
			for (let waiter = this.#waiters.first; waiter !== undefined; waiter = this.#waiters.first) {
				let outcome: PatternOutcome;
				try {
					outcome = this.#offer(waiter.job.message);
				} catch (error) {
					// An arena buffer that has ended while it waited.
					this.#waiters.shift();
					waiter.reject(error as Error);
					continue;
				}
				if (outcome === "full" || outcome === "no-peer") return;
				if (outcome === "unreachable" || outcome === "out-of-turn") {
					this.#waiters.shift();
					waiter.reject(outcome === "unreachable" ? unreachable(waiter.job.message) : outOfTurn());
				} else if (!this.#advance(waiter.job)) {
					this.#waiters.shift();
					waiter.resolve();
				}
			}
		} finally {
			this.#pumping = false;
		}
		// Nobody waits to send any more, and there may be room.
		this.readiness.look();
	}

	close(): void {
		this.#closed = true;
		this.readiness.close();
		this.#waiters.endAll((waiter) => waiter.reject(closedError()));
	}

	#check(options: WaitOptions | undefined): number {
		if (this.#closed) throw closedError();
		return options === undefined ? this.#options.sendTimeout : checkWait("send", options, this.#options.sendTimeout);
	}

	/** Offers the message to the pattern, with what it has in the arena. @throws ZmqError EFAULT */
	#offer(message: Message): PatternOutcome {
		if (!arenaUse.ever || !lend(message)) return this.#pattern.trySend(message);
		// Patterns may take frames off a list that they have accepted.
		const outcome = this.#pattern.trySend(message);
		if (outcome === "dropped") dropQueued(message);
		else if (outcome !== "sent") takeBack(message);
		return outcome;
	}

	/** How many the pattern took at once; messages that may lie in the arena are offered one by one. */
	#sendTogether(messages: readonly Message[]): number {
		return arenaUse.ever ? 0 : this.#pattern.sendMany(messages, 0);
	}

	/** @throws ZmqError EINVAL */
	#messageOf(content: Content): Message {
		const message = toMessage(content);
		if (message.length <= this.#framesMax) return message;
		throw new ZmqError("EINVAL", `This socket type has no messages of several frames, got ${message.length}`);
	}

	/** The messages from `start` on, SEND_TOGETHER at most, up to the first one that is malformed. @throws ZmqError EINVAL when that is the first of all */
	#messagesOf(contents: readonly Content[], start: number): Message[] {
		const end = Math.min(contents.length, start + (arenaUse.ever ? 1 : SEND_TOGETHER));
		const messages: Message[] = [];
		try {
			for (let i = start; i < end; i++) messages.push(this.#messageOf(contents[i] as Content));
		} catch (error) {
			if (messages.length === 0) throw error;
		}
		return messages;
	}

	/** Sends what comes next in a batch and takes in hand what is not sent; false when there is no more. A malformed message ends the batch. */
	#advance(job: SendJob): boolean {
		try {
			while (job.index < job.rest.length) {
				const messages = this.#messagesOf(job.rest, job.index);
				const sent = this.#sendTogether(messages);
				job.index += sent;
				if (sent === messages.length) continue;
				job.message = messages[sent] as Message;
				job.index += 1;
				return true;
			}
			return false;
		} catch (error) {
			job.index += 1;
			this.#waiters.shift()?.reject(error as Error);
			return true;
		}
	}
}
