/**
 * The types that make actors typed end to end: from the handlers that a setup function returns to the `tell`, `ask` and
 * `stream` faces of a ref, and from the children that a supervisor is given to their refs. Types only.
 */

import type { RestartKind, RestartOptions } from "../restart/restart-policy.ts";
import type { ExitReason } from "../wire/exit-reason.ts";
import type { OverflowPolicy } from "./overflow.ts";
import type { OffloadParameters, TaskDefinition } from "./task-types.ts";

type Call = (...args: never[]) => unknown;
type Streamed = AsyncIterable<unknown> | Iterator<unknown>;
/** What a handler that only throws returns fits everything, and is no stream. */
type IsStream<R> = [R] extends [never] ? false : R extends Streamed ? true : false;
type IsAsyncStream<R> = [R] extends [never] ? false : R extends AsyncIterable<unknown> ? true : false;

/** Names of the handlers that answer: everything but generators. */
export type AnsweringNames<H> = {
	[K in keyof H]: H[K] extends Call ? (IsStream<ReturnType<H[K]>> extends true ? never : K) : never;
}[keyof H];
/** Names of the handlers that stream: async generators. */
export type StreamingNames<H> = {
	[K in keyof H]: H[K] extends Call ? (IsAsyncStream<ReturnType<H[K]>> extends true ? K : never) : never;
}[keyof H];

type ParametersOf<F> = F extends (...args: infer A) => unknown ? A : never;
type ResultOf<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;
type ItemOf<F> = F extends (...args: never[]) => AsyncIterable<infer T> ? T : never;

/** Settles when the message was accepted: at once with credit, else when there is some. */
export type TellFace<H> = { readonly [K in AnsweringNames<H>]: (...args: ParametersOf<H[K]>) => Promise<void> };
/** Settles with the answer. */
export type AskFace<H> = { readonly [K in AnsweringNames<H>]: (...args: ParametersOf<H[K]>) => Promise<ResultOf<H[K]>> };
/** Opens at the first `next()`; breaking off ends the generator at the other side. */
export type StreamFace<H> = { readonly [K in StreamingNames<H>]: (...args: ParametersOf<H[K]>) => AsyncIterableIterator<ItemOf<H[K]>> };
/** Returns at once. */
export type TryFace<H> = { readonly [K in AnsweringNames<H>]: (...args: ParametersOf<H[K]>) => TryResult };
/** What became of a message that may not wait: the actor will get it; it has too much to do, and the message is still yours; it is gone. */
export type TryResult = "accepted" | "full" | "down";

/** How long to wait, and what gives the wait up. */
export interface CallOptions {
	/** For an ask: until the answer. For a stream: for each item. For a tell: for credit. */
	readonly timeoutMs?: number;
	/** Aborting rejects the call with ERR_CANCELLED, and tells the handler. */
	readonly signal?: AbortSignal;
}

/** The four ways to talk to an actor or a pool. */
export interface Faces<H> {
	/** Sends, and expects no answer. */
	readonly tell: TellFace<H>;
	/** Sends, and waits for the answer. */
	readonly ask: AskFace<H>;
	/** Receives many answers, as fast as they are taken. */
	readonly stream: StreamFace<H>;
	/** Sends if that is possible at once. */
	readonly try: TryFace<H>;
}

/** A reference to an actor, wherever it lives. Can be sent to other actors. */
export interface ActorRef<H = unknown> extends Faces<H> {
	/** Where the actor lives, for example `inproc://counter`. */
	readonly address: string;
	/** Settles when the actor has ended, with the reason; never rejects. */
	readonly exited: Promise<ExitReason>;
	/** The same faces with another timeout or a signal. */
	with(options: CallOptions): Faces<H>;
	/** The actor takes what it already has, then its children and it end. Settles when it has ended. */
	stop(options?: { timeoutMs?: number }): Promise<ExitReason>;
	/** The actor ends at once; what it has in hand and in its mailbox is lost. */
	kill(): Promise<ExitReason>;
}

/** The call that a handler is working on. Read it before the first `await` of a reentrant actor. */
export interface CurrentCall {
	/** Aborted when the caller gives up or goes away, or the actor is killed or fails. */
	readonly signal: AbortSignal;
	/**
	 * Whether the caller gave up. One atomic load: a loop that never awaits may ask each time round, and learns it while it keeps its thread
	 * from everything else. (Callers of this thread cannot give up meanwhile.)
	 */
	cancelled(): boolean;
	/** When the caller gives up, in ms since the epoch; Infinity when it does not. */
	readonly deadline: number;
	/** The actor that sent the message; undefined when code outside of actors did. */
	readonly sender: ActorRef | undefined;
}

/** Where an actor is to live, and what its setup gets; all of it optional. */
export interface SpawnOptions<Args extends unknown[]> {
	/** Arguments of the setup function, after ctx. */
	readonly args?: Args;
	/** The address, for example `inproc://counter` or `tcp://10.0.0.7:7400/counter`. */
	readonly at?: string;
	/** The node, when the actor needs no name of its own. A list of nodes is taken in turn. */
	readonly on?: string | readonly string[];
	/**
	 * The thread at this node, for life: "main", an index below `system.threads`, or "own": a new thread for this actor and the children that
	 * it spawns beside itself, which ends with it. Default: the one with the fewest actors.
	 */
	readonly thread?: "main" | "own" | number;
	/** How it begins anew after a failure. Default: as it is defined, else "transient", 3 times in 5 s. */
	readonly restart?: RestartKind | RestartOptions;
}

/** `args` may be left out only when setup takes none. */
export type SpawnParameters<Args extends unknown[]> = Args extends []
	? [options?: SpawnOptions<Args>]
	: [
			options: SpawnOptions<Args> & {
				/** Arguments of the setup function, after ctx. */
				readonly args: Args;
			},
		];

/** A timer of an actor; it ends with the actor. */
export interface ActorTimer {
	/** Takes the timer back; nothing happens when it has run. */
	cancel(): void;
}

/** What an actor's setup function gets. */
export interface ActorContext {
	/** This actor, to be given to others. */
	readonly self: ActorRef;
	/** The name in its address. */
	readonly name: string;
	/** Aborted when the actor is told to stop, is killed or fails. */
	readonly signal: AbortSignal;
	/** The message in hand. @throws Error outside of a handler */
	readonly call: CurrentCall;
	/** Creates a child: on this thread unless the options say otherwise. Children end before their parent, the youngest first. */
	spawn<Args extends unknown[], H extends object>(
		definition: ActorDefinition<Args, H>,
		...options: SpawnParameters<Args>
	): Promise<ActorRef<H>>;
	/**
	 * Starts children in their order and starts them again when they fail; when they do so too often, this actor fails with
	 * ERR_RESTARTS_EXCEEDED. Settles when all are ready. A child's refs, messages to it that come meanwhile and its address outlast its restarts.
	 *
	 * @throws ActorError ERR_BAD_OPTION, and as spawn
	 */
	supervise<C extends ChildSpecs>(options: SuperviseOptions<C>): Promise<ChildRefs<C>>;
	/** A ref to an actor that exists. */
	ref<Args extends unknown[], H extends object>(definition: ActorDefinition<Args, H>, at: string): ActorRef<H>;
	/** Calls back, as a turn of this actor, when another has ended. Returns how to take that back. */
	watch(ref: ActorRef<never> | ActorRef, onExit: (reason: ExitReason) => void): () => void;
	/**
	 * Links this actor with another: when either ends other than by being stopped, the other ends with it, with reason "linked"; at once when
	 * the other has ended already. A restart is no end. Returns how to undo it, for both.
	 */
	link(ref: ActorRef<never> | ActorRef): () => void;
	/** Runs once after so many ms, as a turn of this actor. What it throws fails the actor. */
	after(ms: number, run: () => unknown): ActorTimer;
	/** Runs every so many ms, as a turn of this actor; a run that is still waiting is not queued twice. */
	every(ms: number, run: () => unknown): ActorTimer;
	/**
	 * Puts the message in hand aside, to be handled again after `unstash`; what the handler returns is then not the answer. Before the first
	 * `await` in a reentrant actor, and not in a stream.
	 *
	 * @throws ActorError ERR_OVERLOADED when `stashMax` messages, or `highWaterBytes` of them, are put aside already; Error outside of a handler
	 */
	stash(): void;
	/** Puts all stashed messages back, in their order, before all others; returns how many. A restart does the same. */
	unstash(): number;
	/**
	 * Runs a task, which computes without a state, on a thread of the system's task pool: this thread stays free for its actors. The task is
	 * aborted when the actor ends or begins anew; to have the caller's giving up abort it too, pass `signal: ctx.call.signal`.
	 *
	 * Rejects with what the task throws, and with ERR_CANCELLED, ERR_NOT_SENDABLE, ERR_OVERLOADED (10,000 tasks wait or run), ERR_THREAD_DOWN,
	 * ERR_MODULE, ERR_UNKNOWN_DEFINITION, ERR_BAD_OPTION, ERR_SYSTEM_STOPPED.
	 */
	offload<Input, Output>(task: TaskDefinition<Input, Output>, ...parameters: OffloadParameters<Input>): Promise<Output>;
	/** Ends this actor after what is in its mailbox; a permanent one begins anew. */
	stop(): void;
	/** Writes one line to stderr, with the actor's address. */
	log(...parts: unknown[]): void;
}

/** How actors of one kind take their messages; given to defineActor. `Names` are those of the handlers. */
export interface ActorOptions<Names extends string = string> {
	/** Takes the next message before the promise of the last has settled. */
	readonly reentrant?: boolean;
	/** Credit of each sending thread or node, messages. */
	readonly highWaterMark?: number;
	/** The same in encoded bytes. */
	readonly highWaterBytes?: number;
	/** What becomes of a message when its sender has no credit left. Default "wait": `tell` waits. */
	readonly overflow?: OverflowPolicy;
	/** Handlers whose messages are taken before others (above 0) or after them (below): integers from -100 to 100. Default 0. */
	readonly priority?: { readonly [Name in Names]?: number };
	/** How many messages `ctx.stash` may have put aside at a time, 1 to 1,000,000. Default 1000. */
	readonly stashMax?: number;
	/**
	 * From when on a turn of theirs that does not come back counts as blocking its thread, ms; Infinity: never, for actors that compute for
	 * long. Until then it is neither told nor ended. Default: `watchdog.blockedAfterMs` of the system.
	 */
	readonly blockedAfterMs?: number;
	/**
	 * What follows when a tell, a timer or a watch throws. A restart runs setup again and keeps address, refs and mailbox; the message in
	 * hand is lost, children and timers end. Default "transient", 3 times in 5 s.
	 */
	readonly restart?: RestartKind | RestartOptions;
}

/** A kind of actor: made by defineActor, known on every thread by its module and name. */
export interface ActorDefinition<Args extends unknown[] = never[], H extends object = object> {
	/** URL of the module that hosting threads import. */
	readonly module: string;
	/** The name that it was defined with, one of its module's own. */
	readonly name: string;
	/** How its actors take their messages. */
	readonly options: ActorOptions;
	/** @internal */
	readonly setup: (ctx: ActorContext, ...args: Args) => H | Promise<H>;
}

/**
 * Who begins again when a child has failed: that child; all children; or that child and those that were started after it. What has not
 * failed is stopped first, the youngest first, and all are started again in their order.
 */
export type SuperviseStrategy = "oneForOne" | "oneForAll" | "restForOne";

/** How one child is started; all of it optional. */
export interface ChildOptions<Args extends unknown[]> {
	/** Arguments of the setup function, after ctx; the same at each start. */
	readonly args?: Args;
	/** Its address in this process, for example `inproc://store`. */
	readonly at?: string;
	/** "any": the thread with the fewest actors. Default: the thread of the supervisor; for {@link System.supervise} "any". */
	readonly thread?: "any" | Exclude<SpawnOptions<Args>["thread"], undefined>;
	/**
	 * After which ends it is started again: "transient" (default) when it failed or its thread ended, "temporary" never, "permanent" also when it
	 * ended itself. What is stopped or killed by its ref stays ended.
	 */
	readonly restart?: RestartKind;
	/** How long it may drain when it is stopped, ms. Default 5000. */
	readonly stopTimeoutMs?: number;
}

/** A child to start; made by {@link child}. */
export interface ChildSpec<H extends object = object> {
	/** @internal */
	readonly definition: ActorDefinition<never[], H>;
	/** @internal */
	readonly options: ChildOptions<unknown[]>;
}

/** Children by name, in the order in which they are started. */
export type ChildSpecs = Readonly<Record<string, ChildSpec>>;

/** A ref for each child, which finds it through all restarts. */
export type ChildRefs<C extends ChildSpecs> = { readonly [K in keyof C]: C[K] extends ChildSpec<infer H> ? ActorRef<H> : never };

/** What `supervise` takes. */
export interface SuperviseOptions<C extends ChildSpecs> {
	/** Default "oneForOne". */
	readonly strategy?: SuperviseStrategy;
	/** Restarts within {@link periodMs} after which the supervisor gives up. Default 3. */
	readonly intensity?: number;
	/** Default 5000. */
	readonly periodMs?: number;
	/** The wait before a restart, ms; doubles with each restart within the period, and is cut at random by up to a half. Default 0: at once. */
	readonly backoffMs?: number;
	/** Longest wait, ms. Default 30,000. */
	readonly backoffMaxMs?: number;
	/** By name, in the order in which they are started. Names that are whole numbers are refused: objects would reorder them. */
	readonly children: C;
}

/** A supervisor that {@link System.supervise} has started. */
export interface Supervisor<C extends ChildSpecs> {
	/** A ref for each child, which finds it through all restarts. */
	readonly children: ChildRefs<C>;
	/** Settles when the supervisor has ended: it was stopped, or it gave up; never rejects. */
	readonly exited: ActorRef["exited"];
	/** Stops the children, the youngest first, each drains; then the supervisor. */
	stop: ActorRef["stop"];
	/** Ends the children and the supervisor at once. */
	kill: ActorRef["kill"];
}

/** @internal What a supervisor spawns a child with. */
export type SupervisedOptions = Omit<SpawnOptions<unknown[]>, "thread" | "on"> & {
	readonly thread?: "any" | Exclude<SpawnOptions<unknown[]>["thread"], undefined>;
};
