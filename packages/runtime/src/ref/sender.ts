/**
 * The sending half of a ref: from a method name and arguments to a target, for code of an actor or outside of actors.
 *
 * A sender made from an address looks the name up at its first message, and again after the actor it found has ended. Messages
 * given before the look-up is done leave in order once it is.
 */

import { hold, release } from "@zloom/core/internal";
import type { CallOptions, TryResult } from "../definition/actor-types.ts";
import type { MessageTaker } from "../definition/faces.ts";
import { ActorError } from "../errors.ts";
import { STREAM_BYTES, STREAM_ITEMS } from "../limits.ts";
import type { CellPart, HostPart, Outgoing, RequestPart, TargetPart } from "../parts.ts";
import { Kind } from "../wire/envelope.ts";
import { InboundStream, type StreamSource } from "./inbound-stream.ts";

/** The promise of every tell that had credit. */
const ACCEPTED: Promise<void> = Promise.resolve();
const ignore = (): void => {};

/** For envelopes and timers: 0 = no timeout. */
export function timeoutField(timeoutMs: number): number {
	return timeoutMs === Number.POSITIVE_INFINITY ? 0 : Math.ceil(timeoutMs);
}

/** A rejection that nobody has to look at: the message is counted as a dead letter. What cannot be sent is a mistake, and is not hidden. */
function refusedTell(error: unknown): Promise<never> {
	const refused = Promise.reject(error);
	if ((error as ActorError).code !== "ERR_NOT_SENDABLE") refused.catch(ignore);
	return refused;
}

function refuseAskOfItself(cell: CellPart, method: string): void {
	if (cell.definition.options.reentrant === true) return;
	throw new ActorError(
		"ERR_ASK_SELF",
		`${cell.target.address} asks itself for ${method} and would wait for ever: call the function, use tell, or define it with reentrant: true`,
	);
}

export class Sender implements MessageTaker {
	readonly host: HostPart;
	readonly address: string;
	/** The actor that sends, for `ctx.call.sender` and for asks to itself. */
	readonly #cell: CellPart | undefined;
	/** This is the ref that an actor has to itself, and only it. */
	readonly #isSelf: boolean;
	readonly #byAddress: boolean;
	#target: TargetPart | undefined;
	#resolving: Promise<TargetPart> | undefined;
	#waiting = 0;

	constructor(host: HostPart, at: TargetPart | string, cell: CellPart | undefined, isSelf = false) {
		this.host = host;
		this.#cell = cell;
		this.#isSelf = isSelf;
		this.#byAddress = typeof at === "string";
		this.#target = typeof at === "string" ? undefined : at;
		this.address = typeof at === "string" ? at : at.address;
	}

	/** The actor, when it is known and its name need not be looked up again. */
	known(): TargetPart | undefined {
		let target = this.#target;
		if (target === undefined) return undefined;
		while (target.successor !== undefined) {
			target = target.successor;
			this.#target = target;
		}
		if (this.#byAddress && target.exit !== undefined) this.#target = undefined;
		return this.#target;
	}

	/** The actor, looked up at need. */
	async resolve(): Promise<TargetPart> {
		return this.known() ?? this.#lookUp();
	}

	#lookUp(): Promise<TargetPart> {
		this.#resolving ??= this.#resolveNow();
		return this.#resolving;
	}

	async #resolveNow(): Promise<TargetPart> {
		hold();
		try {
			const target = await this.host.services.resolve(this.address);
			this.#target = target;
			return target;
		} finally {
			release();
			this.#resolving = undefined;
		}
	}

	/**
	 * Goes on with the actor: at once when it is known, else when the look-up is done; at most heldMessagesMax messages wait for that.
	 * What `use` throws, and what the look-up fails with, goes to `failed`.
	 */
	#withTarget(method: string, use: (target: TargetPart) => void, failed: (error: unknown) => void): void {
		const known = this.known();
		if (known !== undefined) {
			use(known);
			return;
		}
		if (this.#waiting >= this.host.options.heldMessagesMax) {
			this.host.deadLetter(this.address, method);
			failed(new ActorError("ERR_OVERLOADED", `${this.#waiting} messages wait until ${this.address} is found: await them`));
			return;
		}
		this.#waiting += 1;
		const found = this.#lookUp().finally(() => {
			this.#waiting -= 1;
		});
		found.then(use).catch((error: unknown) => {
			this.host.deadLetter(this.address, method);
			failed(error);
		});
	}

	/** The actor whose code is sending. */
	get #asking(): CellPart | undefined {
		return this.host.current ?? this.#cell;
	}

	tell(method: string, args: unknown[], options: CallOptions | undefined): Promise<void> {
		const message: Outgoing = { kind: Kind.TELL, sender: this.#asking?.number ?? 0, method, args, request: undefined, a: 0, b: 0 };
		const target = this.known();
		if (target !== undefined) return this.#tellTo(target, message, options);
		const told = new Promise<void>((resolve, reject) => {
			this.#withTarget(method, (found) => resolve(this.#tellTo(found, message, options)), reject);
		});
		told.catch(ignore);
		return told;
	}

	#tellTo(target: TargetPart, message: Outgoing, options: CallOptions | undefined): Promise<void> {
		try {
			return target.trySend(message) ? ACCEPTED : this.#tellLater(target, message, options);
		} catch (error) {
			return refusedTell(error);
		}
	}

	/** Waits for credit; a signal or timeout takes the message back. */
	#tellLater(target: TargetPart, message: Outgoing, options: CallOptions | undefined): Promise<void> {
		let timer: NodeJS.Timeout | undefined;
		let onAbort: (() => void) | undefined;
		const signal = options?.signal;
		if (signal?.aborted === true)
			return refusedTell(
				new ActorError("ERR_CANCELLED", `tell.${message.method} of ${target.address} was cancelled`, { cause: signal.reason }),
			);
		const told = new Promise<void>((resolve, reject) => {
			const accepted = (): void => resolve();
			if (target.send(message, accepted, reject)) {
				resolve();
				return;
			}
			const takeBack = (code: "ERR_CANCELLED" | "ERR_TIMEOUT", what: string): void => {
				if (target.withdrawTell(accepted))
					reject(
						new ActorError(
							code,
							`tell.${message.method} of ${target.address} ${what}`,
							signal?.aborted === true ? { cause: signal.reason } : {},
						),
					);
			};
			if (options?.timeoutMs !== undefined && options.timeoutMs !== Number.POSITIVE_INFINITY)
				timer = setTimeout(() => takeBack("ERR_TIMEOUT", `found no credit within ${options.timeoutMs} ms`), options.timeoutMs);
			onAbort = () => takeBack("ERR_CANCELLED", "was cancelled by its signal");
			signal?.addEventListener("abort", onAbort, { once: true });
		}).finally(() => {
			clearTimeout(timer);
			if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
		});
		told.catch(ignore);
		return told;
	}

	ask(method: string, args: unknown[], options: CallOptions | undefined): Promise<unknown> {
		const cell = this.#asking;
		const itself = this.host.current ?? (this.#isSelf ? this.#cell : undefined);
		const timeoutMs = timeoutField(options?.timeoutMs ?? this.host.options.askTimeoutMs);
		const subject = `ask.${method} of ${this.address}`;
		return this.host.requests.open({ subject, timeoutMs, signal: options?.signal, stream: undefined, cell }, (request) => {
			const send = (target: TargetPart): void => {
				// It may have timed out, or been cancelled, while the actor was looked up.
				if (request.settled) return;
				if (itself !== undefined && target.cell === itself) refuseAskOfItself(itself, method);
				target.send({ kind: Kind.ASK, sender: cell?.number ?? 0, method, args, request, a: timeoutMs, b: 0 }, undefined, undefined);
			};
			this.#withTarget(method, send, (error) => request.fail(error));
		});
	}

	stream(method: string, args: unknown[], options: CallOptions | undefined): AsyncIterableIterator<unknown> {
		const timeoutMs = timeoutField(options?.timeoutMs ?? Number.POSITIVE_INFINITY);
		const open = (stream: InboundStream): StreamSource => this.#openStream(method, args, options?.signal, stream);
		return new InboundStream(open, this.host.requests.deadlines, timeoutMs);
	}

	#openStream(method: string, args: unknown[], signal: AbortSignal | undefined, stream: InboundStream): StreamSource {
		const cell = this.#asking;
		const subject = `stream.${method} of ${this.address}`;
		let opened: RequestPart | undefined;
		const settled = this.host.requests.open({ subject, timeoutMs: 0, signal, stream, cell }, (request) => {
			opened = request;
			const send = (target: TargetPart): void => {
				if (request.settled) return;
				const credit = { a: STREAM_ITEMS, b: STREAM_BYTES };
				target.send({ kind: Kind.STREAM, sender: cell?.number ?? 0, method, args, request, ...credit }, undefined, undefined);
			};
			this.#withTarget(method, send, (error) => request.fail(error));
		});
		// A request that could not even be opened has told the stream nothing.
		settled.catch((error: unknown) => stream.finish({ error }));
		return {
			returnCredit: (items, bytes) => {
				if (opened?.settled === false) opened.target?.returnItemCredit(opened, items, bytes);
			},
			breakOff: () => {
				if (opened?.settled !== false) return;
				opened.cancelRemote();
				opened.succeed(undefined);
			},
		};
	}

	try(method: string, args: unknown[]): TryResult {
		const target = this.known();
		if (target === undefined) {
			// The look-up begins; until it is done there is no room. Its failure shows at the next waiting call.
			this.#lookUp().catch(ignore);
			return "full";
		}
		if (target.refusal() !== undefined) {
			this.host.deadLetter(this.address, method);
			return "down";
		}
		const message: Outgoing = { kind: Kind.TELL, sender: this.#asking?.number ?? 0, method, args, request: undefined, a: 0, b: 0 };
		return target.trySend(message) ? "accepted" : "full";
	}
}
