/**
 * The sending half of a ref: from a method name and arguments to a target, for code of an actor or outside of actors.
 *
 * A sender made from an address looks the name up at its first message, and again after the actor it found has ended. Messages
 * given before the look-up is done leave in order once it is.
 */

import type { CallOptions, TryResult } from "./actor-types.ts";
import { Kind } from "./envelope.ts";
import { ActorError } from "./errors.ts";
import type { MessageTaker } from "./faces.ts";
import { InboundStream, type StreamSource } from "./inbound-stream.ts";
import { STREAM_BYTES, STREAM_ITEMS } from "./limits.ts";
import type { CellPart, HostPart, Outgoing, RequestPart, TargetPart } from "./parts.ts";
import { workBegun, workDone } from "./pending-work.ts";

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
		const target = this.#target;
		if (target !== undefined && this.#byAddress && target.exit !== undefined) this.#target = undefined;
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
		workBegun();
		try {
			const target = await this.host.services.resolve(this.address);
			this.#target = target;
			return target;
		} finally {
			workDone();
			this.#resolving = undefined;
		}
	}

	/** Goes on with the actor once it is known; at most heldMessagesMax messages wait for that. */
	#later<T>(method: string, use: (target: TargetPart) => Promise<T>): Promise<T> {
		if (this.#waiting >= this.host.options.heldMessagesMax) {
			this.host.deadLetter(this.address, method);
			return Promise.reject(new ActorError("ERR_OVERLOADED", `${this.#waiting} messages wait until ${this.address} is found: await them`));
		}
		this.#waiting += 1;
		return this.#lookUp().then(
			(target) => {
				this.#waiting -= 1;
				return use(target);
			},
			(error: unknown) => {
				this.#waiting -= 1;
				this.host.deadLetter(this.address, method);
				throw error;
			},
		);
	}

	#outgoing(kind: number, method: string, args: unknown[], request: RequestPart | undefined, a: number, b: number): Outgoing {
		return { kind, sender: (this.host.current ?? this.#cell)?.number ?? 0, method, args, request, a, b };
	}

	tell(method: string, args: unknown[], options: CallOptions | undefined): Promise<void> {
		const target = this.known();
		if (target !== undefined) return this.#tellTo(target, method, args, options);
		const told = this.#later(method, (found) => this.#tellTo(found, method, args, options));
		told.catch(ignore);
		return told;
	}

	#tellTo(target: TargetPart, method: string, args: unknown[], options: CallOptions | undefined): Promise<void> {
		const message = this.#outgoing(Kind.TELL, method, args, undefined, 0, 0);
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
		const target = this.known();
		if (target !== undefined) return this.#askOf(target, method, args, options);
		return this.#later(method, (found) => this.#askOf(found, method, args, options));
	}

	#askOf(target: TargetPart, method: string, args: unknown[], options: CallOptions | undefined): Promise<unknown> {
		const asking = this.host.current ?? this.#cell;
		const askingItself = target.cell !== undefined && target.cell === (this.host.current ?? (this.#isSelf ? this.#cell : undefined));
		if (askingItself && target.cell?.definition.options.reentrant !== true)
			return Promise.reject(
				new ActorError(
					"ERR_ASK_SELF",
					`${target.address} asks itself for ${method} and would wait for ever: call the function, use tell, or define it with reentrant: true`,
				),
			);
		const timeoutMs = timeoutField(options?.timeoutMs ?? this.host.options.askTimeoutMs);
		return this.host.requests.open(
			{ subject: `ask.${method} of ${target.address}`, timeoutMs, signal: options?.signal, stream: undefined, cell: asking },
			(request) => {
				target.send(this.#outgoing(Kind.ASK, method, args, request, timeoutMs, 0), undefined, undefined);
			},
		);
	}

	stream(method: string, args: unknown[], options: CallOptions | undefined): AsyncIterableIterator<unknown> {
		const timeoutMs = timeoutField(options?.timeoutMs ?? Number.POSITIVE_INFINITY);
		const open = (stream: InboundStream): Promise<StreamSource> => {
			const target = this.known();
			const opened =
				target === undefined ? this.#later(method, async (found) => this.#streamOf(found, method, args, options, stream)) : undefined;
			return opened ?? Promise.resolve(this.#streamOf(target as TargetPart, method, args, options, stream));
		};
		return new InboundStream(open, this.host.requests.deadlines, timeoutMs);
	}

	#streamOf(target: TargetPart, method: string, args: unknown[], options: CallOptions | undefined, stream: InboundStream): StreamSource {
		let opened: RequestPart | undefined;
		const subject = `stream.${method} of ${target.address}`;
		this.host.requests
			.open({ subject, timeoutMs: 0, signal: options?.signal, stream, cell: this.host.current ?? this.#cell }, (request) => {
				opened = request;
				target.send(this.#outgoing(Kind.STREAM, method, args, request, STREAM_ITEMS, STREAM_BYTES), undefined, undefined);
			})
			.catch((error: unknown) => stream.finish({ error }));
		return {
			returnCredit: (items, bytes) => {
				if (opened !== undefined && !opened.settled) target.returnItemCredit(opened, items, bytes);
			},
			breakOff: () => {
				if (opened === undefined || opened.settled) return;
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
		return target.trySend(this.#outgoing(Kind.TELL, method, args, undefined, 0, 0)) ? "accepted" : "full";
	}
}
