/**
 * One life of an actor: from its setup to its end or its restart. It has the handlers, the context that setup got, and all
 * that must not outlast it: open streams, messages in hand, timers, children, the signal.
 *
 * A turn is one message, one step of a stream, one timer or the setup; the next begins when its promise has settled, unless
 * the actor is reentrant. Nothing that a handler does can throw out of here: it fails the life, and the cell decides what follows.
 *
 * Shutdown: `end` is final: whoever waits for a message in hand is told, what still runs is ignored.
 */
import type { ActorDefinition, ActorTimer, CurrentCall } from "../definition/actor-types.ts";
import { checkHandlers, type Handlers, pickHandler } from "../definition/handlers.ts";
import { ActorError } from "../errors.ts";
import type { CallPart, CellPart, LifeOwner, LifePart, OutboundStreamPart, TargetPart } from "../parts.ts";
import { CALLBACK_MARK, SETUP_MARK } from "../turns/heart.ts";
import { Kind } from "../wire/envelope.ts";
import type { ExitHow, ExitReason } from "../wire/exit-reason.ts";
import { CallView } from "./call-view.ts";
import { Context } from "./context.ts";
import { OutboundStream } from "./outbound-stream.ts";

function isThenable(value: unknown): value is PromiseLike<unknown> {
	return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

export class Life implements LifePart {
	readonly cell: CellPart;
	/** Children, the oldest first. */
	readonly children: TargetPart[] = [];
	/** The setup is not done. */
	starting = true;
	over = false;
	readonly #owner: LifeOwner;
	readonly #definition: ActorDefinition;
	readonly #reentrant: boolean;
	readonly #context: Context;
	#handlers: Handlers = {};
	/** Made at need, as most actors have none of them. */
	#streams: Set<OutboundStreamPart> | undefined;
	#inHand: Set<CallPart> | undefined;
	#timers: Set<ActorTimer> | undefined;
	#controller: AbortController | undefined;
	#current: CallPart | undefined;
	/** Turns that wait for a promise. */
	#running = 0;

	constructor(cell: CellPart, owner: LifeOwner) {
		this.cell = cell;
		this.#owner = owner;
		this.#definition = cell.definition;
		this.#reentrant = cell.definition.options.reentrant === true;
		this.#context = new Context(this);
	}

	/** No turn can begin now. */
	get busy(): boolean {
		return this.#running > 0 && (!this.#reentrant || this.starting);
	}

	/** No turn is under way. */
	get idle(): boolean {
		return this.#running === 0;
	}

	get closing(): boolean {
		return this.over || this.cell.closing;
	}

	get signal(): AbortSignal {
		this.#controller ??= new AbortController();
		if (this.closing) this.abort();
		return this.#controller.signal;
	}

	/** Tells the actor's own code that it ends. */
	abort(): void {
		if (this.#controller === undefined || this.#controller.signal.aborted) return;
		const how = this.cell.dead || this.over ? "has ended" : "is stopping";
		this.#controller.abort(new ActorError("ERR_ACTOR_DOWN", `The actor ${this.cell.target.address} ${how}`));
	}

	/** The message in hand. @throws Error when there is none */
	get call(): CurrentCall {
		const call = this.#current;
		if (call === undefined)
			throw new Error(
				`${this.cell.target.address}: ctx.call is there only while a message is in hand; in a reentrant actor, read it before the first await`,
			);
		return new CallView(this.cell, call);
	}

	stash(): void {
		const call = this.#current;
		if (call === undefined)
			throw new Error(
				`${this.cell.target.address}: ctx.stash puts the message in hand aside, and there is none; in a reentrant actor, call it before the first await`,
			);
		if (call.kind === Kind.STREAM)
			throw new ActorError(
				"ERR_WRONG_KIND",
				`${call.method} of ${this.cell.target.address} streams already: stash only what is told or asked`,
			);
		if (!call.stashed) this.cell.stash(call);
	}

	addTask(task: () => unknown): void {
		if (!this.over) this.cell.addTask(task);
	}

	addStep(stream: OutboundStreamPart): void {
		if (!this.over) this.cell.addStep(stream);
	}

	removeStream(stream: OutboundStreamPart): void {
		this.#streams?.delete(stream);
	}

	addTimer(timer: ActorTimer): void {
		this.#timers ??= new Set();
		this.#timers.add(timer);
	}

	removeTimer(timer: ActorTimer): void {
		this.#timers?.delete(timer);
	}

	/** A child lives until its parent's life ends. */
	adopt(child: TargetPart): void {
		if (this.over) {
			void child.kill();
			return;
		}
		this.children.push(child);
		void child.exited.then(() => {
			const at = this.children.indexOf(child);
			if (at !== -1) this.children.splice(at, 1);
		});
	}

	/** Something that belongs to it went wrong beyond mending: it fails. */
	fail(error: unknown): void {
		if (!this.over) this.#owner.onFailed(this, error, "threw");
	}

	log(...parts: unknown[]): void {
		this.cell.host.log(this.cell.target.address, parts);
	}

	/** The first turn. */
	setUp(args: unknown[]): unknown {
		const done = (handlers: unknown): void => {
			this.#handlers = checkHandlers(handlers, this.#definition.name);
			this.starting = false;
			if (!this.over) this.#owner.onReady();
		};
		const failed = (error: unknown, how: ExitHow): void => {
			if (!this.over) this.#owner.onSetupFailed(error, how);
		};
		try {
			const result: unknown = (this.#definition.setup as (...all: unknown[]) => unknown)(this.#context, ...args);
			if (!isThenable(result)) return done(result);
			return result.then(done).then(undefined, (error: unknown) => failed(error, "rejected"));
		} catch (error) {
			return failed(error, "threw");
		}
	}

	/** Setup, a timer or a watch. */
	runTask(task: () => unknown): void {
		this.cell.host.heart.unnamed(this.starting ? SETUP_MARK : CALLBACK_MARK);
		try {
			const result = task();
			if (isThenable(result)) this.#await(result, undefined);
		} catch (error) {
			this.#owner.onFailed(this, error, "threw");
		}
	}

	runStep(step: OutboundStreamPart): void {
		this.cell.host.heart.handler(step.call.method);
		// The generator runs up to its first await in here.
		this.#current = step.call;
		const stepped = step.step();
		this.#current = undefined;
		this.#await(stepped, step.call);
	}

	/** One message. Wrong ones are refused before the handler and never fail the actor. */
	handle(call: CallPart): void {
		if (call.taken) call.stashed = false;
		else call.credit.taken(call.bytes);
		if (call.cancelled || call.settled) return;
		let result: unknown;
		try {
			const handler = pickHandler(this.#handlers, call, this.cell.target.address);
			const args = call.takeArgs(this.cell);
			this.#current = call;
			this.cell.host.heart.handler(call.method);
			try {
				result = Reflect.apply(handler, this.#handlers, args);
			} catch (error) {
				this.#current = undefined;
				this.#failed(call, error, "threw");
				return;
			}
		} catch (refusal) {
			if (call.kind === Kind.TELL) this.cell.host.deadLetter(this.cell.target.address, call.method);
			call.fail(refusal);
			return;
		}
		if (call.kind === Kind.STREAM) {
			this.#current = undefined;
			this.#openStream(call, result);
		} else if (isThenable(result)) this.#awaitAnswer(call, result);
		else {
			this.#current = undefined;
			call.reply(result);
		}
	}

	/** Breaks off the open streams: the actor ends in good order. */
	abandonStreams(): void {
		for (const stream of [...(this.#streams ?? [])]) stream.abandon();
	}

	/**
	 * The end; settles when the children have ended, too.
	 *
	 * @param restarted what callers are told whose message was in hand; undefined: the actor is dead, and they learn it from that
	 */
	end(restarted: ActorError | undefined): Promise<ExitReason[]> {
		this.over = true;
		for (const timer of [...(this.#timers ?? [])]) timer.cancel();
		for (const stream of [...(this.#streams ?? [])]) {
			if (restarted !== undefined) stream.call.fail(restarted);
			stream.abandon();
		}
		for (const call of this.#inHand ?? []) {
			if (restarted !== undefined) call.fail(restarted);
			call.abandon();
		}
		this.#inHand = undefined;
		this.cell.host.requests.closeLent(this.cell);
		const ends = [...this.children].reverse().map((child) => child.kill());
		this.abort();
		return Promise.all(ends);
	}

	/** The turn goes on until the promise settles. */
	#await(result: PromiseLike<unknown>, call: CallPart | undefined): void {
		this.#running += 1;
		if (!this.#reentrant) this.#current = call;
		result.then(
			() => this.#turnOver(),
			(error: unknown) => {
				this.#turnOver();
				this.#owner.onFailed(this, error, "rejected");
			},
		);
	}

	#turnOver(): void {
		this.#running -= 1;
		if (!this.#reentrant) this.#current = undefined;
		if (!this.over) this.#owner.wake();
	}

	#awaitAnswer(call: CallPart, result: PromiseLike<unknown>): void {
		this.#inHand ??= new Set();
		this.#inHand.add(call);
		this.#running += 1;
		if (this.#reentrant) this.#current = undefined;
		result.then(
			(value) => {
				this.#inHand?.delete(call);
				if (!this.over) call.reply(value);
				this.#turnOver();
			},
			(error: unknown) => {
				this.#inHand?.delete(call);
				if (!this.over) this.#failed(call, error, "rejected");
				this.#turnOver();
			},
		);
	}

	/** On an ask the caller gets the error; on a tell nobody would, so the actor fails. */
	#failed(call: CallPart, error: unknown, how: ExitHow): void {
		if (call.stashed) call.abandon();
		if (call.kind === Kind.TELL) this.#owner.onFailed(this, error, how);
		else call.fail(error);
	}

	#openStream(call: CallPart, result: unknown): void {
		const iterable = result as { [Symbol.asyncIterator]?: () => AsyncIterator<unknown> } | null | undefined;
		if (typeof iterable?.[Symbol.asyncIterator] !== "function") {
			const { address } = this.cell.target;
			call.fail(new ActorError("ERR_WRONG_KIND", `${call.method} of ${address} does not stream: use ask.${call.method}`));
			return;
		}
		const stream = new OutboundStream(call, this, (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]());
		call.stream = stream;
		this.#streams ??= new Set();
		this.#streams.add(stream);
		stream.schedule();
	}
}
