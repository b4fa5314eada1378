/**
 * How a pool sends: to the member that the routing picks, to all members, or to all for the first answer.
 */
import type { CallOptions, TryResult } from "../definition/actor-types.ts";
import type { MessageTaker } from "../definition/faces.ts";
import { ActorError } from "../errors.ts";
import type { Ref } from "../ref/ref.ts";
import type { PoolMembers } from "./pool-members.ts";

/** Sends each message to the member that the routing picks. */
export class PickingSender implements MessageTaker {
	readonly #members: PoolMembers;

	constructor(members: PoolMembers) {
		this.#members = members;
	}

	tell(method: string, args: unknown[], options: CallOptions | undefined): Promise<void> {
		const member = this.#members.pick(method, args);
		return member === undefined
			? this.#later(method, args, (ref) => ref.taker.tell(method, args, options))
			: member.taker.tell(method, args, options);
	}

	ask(method: string, args: unknown[], options: CallOptions | undefined): Promise<unknown> {
		const member = this.#members.pick(method, args);
		return member === undefined
			? this.#later(method, args, (ref) => ref.taker.ask(method, args, options))
			: member.taker.ask(method, args, options);
	}

	async *stream(method: string, args: unknown[], options: CallOptions | undefined): AsyncGenerator<unknown> {
		const member = this.#members.pick(method, args) ?? (await this.#later(method, args, async (ref) => ref));
		yield* member.taker.stream(method, args, options);
	}

	try(method: string, args: unknown[]): TryResult {
		return this.#members.pick(method, args)?.taker.try(method, args) ?? "down";
	}

	async #later<T>(method: string, args: unknown[], use: (ref: Ref) => Promise<T>): Promise<T> {
		for (;;) {
			await this.#members.untilChanged();
			const member = this.#members.pick(method, args);
			if (member !== undefined) return use(member);
		}
	}
}

/** Sends each message to all members. */
export class BroadcastSender implements MessageTaker {
	readonly #members: PoolMembers;

	constructor(members: PoolMembers) {
		this.#members = members;
	}

	async tell(method: string, args: unknown[], options: CallOptions | undefined): Promise<void> {
		await Promise.all(this.all().map((ref) => ref.taker.tell(method, args, options)));
	}

	async ask(method: string, args: unknown[], options: CallOptions | undefined): Promise<unknown> {
		return Promise.all(this.all().map((ref) => ref.taker.ask(method, args, options)));
	}

	stream(method: string): never {
		throw new ActorError("ERR_WRONG_KIND", `A pool that sends to all members does not stream: use another routing for stream.${method}`);
	}

	try(method: string, args: unknown[]): TryResult {
		const results = this.#members.all().map((ref) => ref.taker.try(method, args));
		if (results.length === 0 || results.includes("down")) return "down";
		return results.includes("full") ? "full" : "accepted";
	}

	/** @throws ActorError ERR_ACTOR_DOWN */
	protected all(): Ref[] {
		const refs = this.#members.all();
		if (refs.length === 0) throw new ActorError("ERR_ACTOR_DOWN", "The pool has no living members: it was stopped, or all have failed");
		return refs;
	}
}

/** As BroadcastSender, but an ask has the first answer that is no error; the others are cancelled then. */
export class FirstAnswerSender extends BroadcastSender {
	override async ask(method: string, args: unknown[], options: CallOptions | undefined): Promise<unknown> {
		const enough = new AbortController();
		const signal = options?.signal === undefined ? enough.signal : AbortSignal.any([options.signal, enough.signal]);
		try {
			return await Promise.any(this.all().map((ref) => ref.taker.ask(method, args, { ...options, signal })));
		} catch (error) {
			// All have failed. The first of them speaks for all.
			throw error instanceof AggregateError ? error.errors[0] : error;
		} finally {
			enough.abort();
		}
	}
}
