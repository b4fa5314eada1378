/**
 * One living actor: its handlers, its mailbox, its turns and its end.
 *
 * A turn is one message, one step of a stream, one timer or the setup; the next begins when its promise has settled, unless
 * the actor is reentrant. Timers and watches come before messages; messages and stream steps alternate. Everything runs on the thread
 * of its host, through the scheduler; nothing that a handler does can throw out of here.
 *
 * Shutdown: `stop` refuses new messages, takes what is there, stops the children, the youngest first, and dies as "stopped" (as
 * "killed" when that takes too long). `die` ends at once: whoever waits for this actor is told, what runs on is ignored.
 */
import type { ActorDefinition, ActorTimer, CurrentCall } from "./actor-types.ts";
import { anonymousName, joinAddress, LOCAL_NODE } from "./address.ts";
import { CallView } from "./call-view.ts";
import { Context } from "./context.ts";
import { Kind } from "./envelope.ts";
import { ActorError } from "./errors.ts";
import type { ExitReason } from "./exit-reason.ts";
import { checkHandlers, type Handlers, pickHandler } from "./handlers.ts";
import { MAILBOX_BYTES_DEFAULT, STOP_TIMEOUT_MS_DEFAULT } from "./limits.ts";
import { Mailbox } from "./mailbox.ts";
import { OutboundStream } from "./outbound-stream.ts";
import { OwnCredit } from "./own-credit.ts";
import type { CallPart, CellPart, HostPart, InletPart, OutboundStreamPart, TargetPart } from "./parts.ts";
import type { Runnable } from "./scheduler.ts";
import { Target } from "./target.ts";

export interface CellOptions {
	readonly host: HostPart;
	readonly number: number;
	readonly name: string | undefined;
	readonly definition: ActorDefinition<never[], object>;
	readonly args: unknown[];
}

type State = "starting" | "living" | "stopping" | "ending" | "dead";
type Settle = { resolve: () => void; reject: (error: unknown) => void };

function isThenable(value: unknown): value is PromiseLike<unknown> {
	return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

export class Cell implements Runnable, CellPart {
	readonly host: HostPart;
	readonly number: number;
	readonly name: string;
	readonly definition: ActorDefinition<never[], object>;
	/** This host's own way to it; also what refs of this thread share. */
	readonly target: Target;
	readonly windowMessages: number;
	readonly windowBytes: number;
	readonly ownCredit: OwnCredit;
	/** Other hosts that have sent something, or watch. */
	readonly inlets = new Set<InletPart>();
	/** Settles when setup is done. */
	readonly started: Promise<void>;
	/** The oldest first. */
	readonly children: TargetPart[] = [];
	#state: State = "starting";
	#handlers: Handlers = {};
	readonly #context: Context;
	readonly #reentrant: boolean;
	readonly #mailbox = new Mailbox();
	/** Made at need, as most actors have none of them. */
	#streams: Set<OutboundStreamPart> | undefined;
	#inHand: Set<CallPart> | undefined;
	#timers: Set<ActorTimer> | undefined;
	#controller: AbortController | undefined;
	#current: CallPart | undefined;
	/** Turns that wait for a promise. */
	#running = 0;
	#queued = false;
	#stopTimer: NodeJS.Timeout | undefined;
	#stopTimeoutMs = STOP_TIMEOUT_MS_DEFAULT;
	#settleStarted: Settle | undefined;

	constructor(options: CellOptions) {
		const { host, definition } = options;
		this.host = host;
		this.number = options.number;
		this.name = options.name ?? anonymousName(host.thread, options.number);
		this.definition = definition;
		this.#reentrant = definition.options.reentrant === true;
		this.windowMessages = definition.options.highWaterMark ?? host.options.mailboxMessages;
		this.windowBytes = definition.options.highWaterBytes ?? MAILBOX_BYTES_DEFAULT;
		const window = { messages: this.windowMessages, bytes: this.windowBytes };
		this.target = new Target({ host, cell: this, actor: this.number, address: joinAddress(LOCAL_NODE, this.name), window });
		this.ownCredit = new OwnCredit(this.target, window);
		this.#context = new Context(this);
		this.started = new Promise((resolve, reject) => (this.#settleStarted = { resolve, reject }));
		this.#mailbox.tasks.push(() => this.#setUp(options.args));
		this.wake();
	}

	get signal(): AbortSignal {
		this.#controller ??= new AbortController();
		if (this.closing) this.#abort();
		return this.#controller.signal;
	}

	#abort(): void {
		if (this.#controller === undefined || this.#controller.signal.aborted) return;
		this.#controller.abort(new ActorError("ERR_ACTOR_DOWN", `The actor ${this.target.address} ${this.dead ? "has ended" : "is stopping"}`));
	}

	get dead(): boolean {
		return this.#state === "dead";
	}

	/** True once it takes no more messages. */
	get closing(): boolean {
		return this.#state === "stopping" || this.#state === "ending" || this.#state === "dead";
	}

	/** The message in hand. @throws Error when there is none */
	get call(): CurrentCall {
		const call = this.#current;
		if (call === undefined)
			throw new Error(
				`${this.target.address}: ctx.call is there only while a message is in hand; in a reentrant actor, read it before the first await`,
			);
		return new CallView(this, call);
	}

	/** A message has arrived. Its credit was taken by the sender. */
	deliver(call: CallPart): void {
		if (this.closing) {
			this.host.deadLetter(this.target.address, call.method);
			call.fail(new ActorError("ERR_ACTOR_DOWN", `The actor ${this.target.address} is stopping: spawn it again`));
			return;
		}
		this.#mailbox.messages.push(call);
		this.wake();
	}

	/** Something to run as a turn of this actor; what it throws fails the actor. */
	addTask(task: () => unknown): void {
		if (this.#state === "dead") return;
		this.#mailbox.tasks.push(task);
		this.wake();
	}

	addStep(stream: OutboundStreamPart): void {
		this.#mailbox.steps.push(stream);
		this.wake();
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

	/** A child lives until its parent ends. */
	adopt(child: TargetPart): void {
		if (this.#state === "dead" || this.#state === "ending") {
			void child.kill();
			return;
		}
		this.children.push(child);
		void child.exited.then(() => {
			const at = this.children.indexOf(child);
			if (at !== -1) this.children.splice(at, 1);
		});
	}

	log(...parts: unknown[]): void {
		this.host.log(this.target.address, parts);
	}

	/** Ends after what is there; see Shutdown. */
	stop(timeoutMs: number): void {
		if (this.closing) return;
		this.#state = "stopping";
		this.target.closing = true;
		this.#stopTimeoutMs = timeoutMs;
		this.#stopTimer = setTimeout(() => this.die({ kind: "killed" }), timeoutMs);
		this.#stopTimer.unref();
		this.#abort();
		this.wake();
	}

	/** Ends now. */
	die(reason: ExitReason): void {
		if (this.#state === "dead") return;
		const starting = this.#settleStarted;
		this.#state = "dead";
		this.target.closing = true;
		clearTimeout(this.#stopTimer);
		for (const timer of [...(this.#timers ?? [])]) timer.cancel();
		this.#mailbox.clear();
		for (const stream of [...(this.#streams ?? [])]) stream.abandon();
		for (const call of this.#inHand ?? []) call.abandon();
		this.#inHand = undefined;
		for (const child of [...this.children].reverse()) void child.kill();
		this.#abort();
		this.host.buried(this, reason);
		if (starting === undefined) return;
		starting.reject(new ActorError("ERR_ACTOR_DOWN", `The actor ${this.target.address} ended while it was set up`));
	}

	/** The actor failed. */
	fail(error: unknown): void {
		if (this.#state === "dead") return;
		this.log("failed:", error);
		this.die({ kind: "error", error });
	}

	/** Asks the scheduler for a turn when there is one to take. */
	wake(): void {
		if (this.#queued || !this.#ready()) return;
		this.#queued = true;
		this.host.scheduler.enqueue(this);
	}

	runOne(): boolean {
		if (this.#ready()) {
			this.host.current = this;
			this.#takeTurn();
			this.host.current = undefined;
		}
		if (this.#ready()) return true;
		this.#queued = false;
		return false;
	}

	#ready(): boolean {
		if (this.#state === "dead" || this.#state === "ending") return false;
		if (this.#running > 0 && (!this.#reentrant || this.#state === "starting")) return false;
		if (!this.#mailbox.empty) return true;
		return this.#state === "stopping" && this.#running === 0;
	}

	#takeTurn(): void {
		const task = this.#mailbox.tasks.shift();
		if (task !== undefined) {
			this.#runTask(task);
			return;
		}
		const step = this.#mailbox.nextStep();
		if (step !== undefined) {
			this.#await(step.step(), step.call);
			return;
		}
		const call = this.#mailbox.messages.shift();
		if (call !== undefined) this.#handle(call);
		else void this.#end();
	}

	#runTask(task: () => unknown): void {
		try {
			const result = task();
			if (isThenable(result)) this.#await(result, undefined);
		} catch (error) {
			this.fail(error);
		}
	}

	/** The turn goes on until the promise settles. */
	#await(result: PromiseLike<unknown>, call: CallPart | undefined): void {
		this.#running += 1;
		if (!this.#reentrant) this.#current = call;
		result.then(
			() => this.#turnOver(),
			(error: unknown) => {
				this.#turnOver();
				this.fail(error);
			},
		);
	}

	#turnOver(): void {
		this.#running -= 1;
		if (!this.#reentrant) this.#current = undefined;
		this.wake();
	}

	/** One message. Wrong ones are refused before the handler and never fail the actor. */
	#handle(call: CallPart): void {
		call.credit.taken(call.bytes);
		if (call.cancelled) return;
		let result: unknown;
		try {
			const handler = pickHandler(this.#handlers, call, this.target.address);
			const args = call.takeArgs(this);
			this.#current = call;
			try {
				result = Reflect.apply(handler, this.#handlers, args);
			} catch (error) {
				this.#current = undefined;
				this.#threw(call, error);
				return;
			}
		} catch (refusal) {
			if (call.kind === Kind.TELL) this.host.deadLetter(this.target.address, call.method);
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

	#awaitAnswer(call: CallPart, result: PromiseLike<unknown>): void {
		this.#inHand ??= new Set();
		this.#inHand.add(call);
		this.#running += 1;
		if (this.#reentrant) this.#current = undefined;
		result.then(
			(value) => {
				this.#inHand?.delete(call);
				if (this.#state !== "dead") call.reply(value);
				this.#turnOver();
			},
			(error: unknown) => {
				this.#inHand?.delete(call);
				if (this.#state !== "dead") this.#threw(call, error);
				this.#turnOver();
			},
		);
	}

	/** On an ask the caller gets the error; on a tell nobody would, so the actor fails. */
	#threw(call: CallPart, error: unknown): void {
		if (call.kind === Kind.TELL) this.fail(error);
		else call.fail(error);
	}

	#openStream(call: CallPart, result: unknown): void {
		const iterable = result as { [Symbol.asyncIterator]?: () => AsyncIterator<unknown> } | null | undefined;
		if (typeof iterable?.[Symbol.asyncIterator] !== "function") {
			call.fail(new ActorError("ERR_WRONG_KIND", `${call.method} of ${this.target.address} does not stream: use ask.${call.method}`));
			return;
		}
		const stream = new OutboundStream(call, this, (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]());
		call.stream = stream;
		this.#streams ??= new Set();
		this.#streams.add(stream);
		stream.schedule();
	}

	#setUp(args: unknown[]): unknown {
		const done = (handlers: unknown): void => {
			this.#handlers = checkHandlers(handlers, this.definition.name);
			if (this.#state === "starting") this.#state = "living";
			this.#settleStarted?.resolve();
			this.#settleStarted = undefined;
		};
		const failed = (error: unknown): void => {
			const settle = this.#settleStarted;
			this.#settleStarted = undefined;
			this.die({ kind: "error", error });
			const known = error instanceof ActorError && error.code === "ERR_RESERVED_NAME";
			settle?.reject(
				known
					? error
					: new ActorError(
							"ERR_SETUP_FAILED",
							`The setup of ${this.definition.name} threw: ${(error as Error)?.message ?? String(error)}`,
							{ cause: error },
						),
			);
		};
		try {
			const result: unknown = (this.definition.setup as (...all: unknown[]) => unknown)(this.#context, ...args);
			if (!isThenable(result)) return done(result);
			return result.then(done).then(undefined, failed);
		} catch (error) {
			return failed(error);
		}
	}

	/** All messages are taken: streams and children end, then the actor. */
	async #end(): Promise<void> {
		this.#state = "ending";
		for (const stream of [...(this.#streams ?? [])]) stream.abandon();
		for (let child = this.children.at(-1); child !== undefined && !this.dead; child = this.children.at(-1)) {
			await child.stop(this.#stopTimeoutMs);
			const at = this.children.indexOf(child);
			if (at !== -1) this.children.splice(at, 1);
		}
		this.die({ kind: "stopped" });
	}
}
