/**
 * How the parts of a host see each other: the contracts between actor (cell), message (call), sending side (target), waiting side
 * (request), other host (peer) and the host that holds them. Types only; each class imports this file instead of its neighbours,
 * so that no two files need each other.
 */
import type { ActorDefinition, ActorRef, ActorTimer, CurrentCall, SpawnOptions, SupervisedOptions } from "./definition/actor-types.ts";
import type { Overflow } from "./definition/overflow.ts";
import type { ActorError } from "./errors.ts";
import type { RestartOptions } from "./restart/restart-policy.ts";
import type { TaskOrder } from "./task/task-order.ts";
import type { Deadlines } from "./turns/deadlines.ts";
import type { Heart } from "./turns/heart.ts";
import type { Scheduler } from "./turns/scheduler.ts";
import type { EncodedValue } from "./wire/codec.ts";
import type { HeaderFields } from "./wire/envelope.ts";
import type { ExitHow, ExitReason } from "./wire/exit-reason.ts";
import type { RefReader } from "./wire/revive.ts";

/** What all hosts of a system share. */
export interface HostOptions {
	readonly askTimeoutMs: number;
	readonly checked: boolean;
	readonly mailboxMessages: number;
	readonly heldMessagesMax: number;
	/** Shared by all threads: which calls were given up (turns/cancel-words.ts). */
	readonly cancelWords: Int32Array;
}

/** Credit of one sending host towards one actor. */
export interface Window {
	readonly messages: number;
	readonly bytes: number;
	/** What becomes of a message without credit; absent: it waits. */
	readonly overflow?: Overflow;
}

/** Where an actor is, and the credit that each sending host has with it, where that is known already. */
export interface Route {
	/** 0 = this process; else the number of the link to a node. */
	readonly node: number;
	readonly thread: number;
	readonly actor: number;
	readonly address: string;
	readonly window: Window | undefined;
}

/** What a host is to spawn. */
export interface SpawnOrder {
	readonly definition: ActorDefinition;
	/** The arguments of setup, made anew for each life. */
	readonly args: () => unknown[];
	readonly name?: string | undefined;
	/** Its end is not the end: its supervisor may start it again. */
	readonly supervised?: boolean | undefined;
	readonly restart?: Required<RestartOptions> | undefined;
}

/** The host of one thread. */
export interface HostPart {
	readonly thread: number;
	readonly options: HostOptions;
	readonly scheduler: Scheduler;
	/** Where the main thread reads what this thread is at. */
	readonly heart: Heart;
	readonly requests: RequestsPart;
	readonly services: HostServices;
	/** The actor whose code runs right now, up to its next await. */
	current: CellPart | undefined;
	/** Set once the system is stopped: what everything is refused with. */
	readonly stopped: ActorError | undefined;
	peer(node: number, thread: number): PeerPart;
	target(route: Route): TargetPart;
	/** How each life of an actor gets its arguments. */
	argsMaker(args: unknown[]): () => unknown[];
	spawnHere(order: SpawnOrder): Promise<TargetPart>;
	buried(cell: CellPart, reason: ExitReason): void;
	hostDown(node: number, thread: number, reason: ExitReason): void;
	/** The actor that sent a message, as a ref. */
	refOf(peer: PeerPart | undefined, actor: number, cell: CellPart): ActorRef;
	/** Makes refs of what arrives from a peer (undefined: from this host), for an actor to send through. */
	refReader(peer: PeerPart | undefined, cell: CellPart | undefined, call?: CallPart): RefReader;
	/** Undoes an encoding that never left this host. */
	decodeOwn(encoded: EncodedValue, cell: CellPart | undefined): unknown;
	/** @param overflow it was dropped because the mailbox was full */
	deadLetter(address: string, method: string, overflow?: boolean): void;
	log(address: string, parts: unknown[]): void;
}

/** What a supervisor needs done by the main thread of its system. */
export interface SuperviseServices {
	/** Creates an actor that is away when it has ended, until it is started again or forgone. */
	spawnSupervised(definition: ActorDefinition, options: SupervisedOptions): Promise<TargetPart>;
	/** Starts it again where it is to be, under its address; settles when its setup is done. */
	startAgain(target: TargetPart): Promise<TargetPart>;
	/** It does not come back, or was stopped or killed while it was away. */
	forgo(target: TargetPart): void;
}

/** What a host needs done by the main thread of its system. */
export interface HostServices extends SuperviseServices {
	spawn(definition: ActorDefinition, options: SpawnOptions<unknown[]>): Promise<TargetPart>;
	resolve(address: string): Promise<TargetPart>;
	/** @throws ActorError ERR_NO_REMOTE */
	checkScheme(scheme: string, text: string): void;
	/** The endpoint of a node, for addresses. */
	nodeText(node: number): string;
	/** Where an actor lives now whose thread has ended, once it is back. Rejects when it does not come back; undefined: known already. */
	home(target: TargetPart): Promise<TargetPart> | undefined;
	/** A thread or node has ended, says a peer; `node` as this process numbers it. */
	hostDown(node: number, thread: number, reason: ExitReason): void;
	/** Runs a task in the pool of the system. */
	offload(order: TaskOrder, signal: AbortSignal | undefined): Promise<unknown>;
	/** An envelope for the host itself (SPAWN, RESOLVE, OFFLOAD) has come. */
	onRequest(peer: PeerPart, kind: number, request: number, frames: readonly Uint8Array[], tagged: boolean): void;
}

/** Another host. */
export interface PeerPart {
	readonly node: number;
	readonly thread: number;
	readonly gone: ActorError | undefined;
	readonly targets: Map<number, TargetPart>;
	readonly calls: Map<number, Cancellable>;
	say(fields: HeaderFields): void;
	send(fields: HeaderFields, value: readonly Uint8Array[] | undefined): void;
}

/** What takes credit for items. */
export interface CreditedStream {
	addCredit(items: number, bytes: number): void;
}

/** Something in hand for another host, by its request id. */
export interface Cancellable {
	readonly stream: CreditedStream | undefined;
	/** The other host gave up, or is gone. */
	cancel(): void;
}

/** Who gets the credit of a message back. */
export interface CreditTaker {
	taken(bytes: number): void;
}

/** Who gets the credit of messages of the actor's own host back. */
export interface OwnCreditPart extends CreditTaker {
	/** See {@link InletPart.makeRoom}. */
	makeRoom(messages: number, bytes: number): void;
}

/** The relation of one sending host to one actor here. */
export interface InletPart extends CreditTaker {
	readonly peer: PeerPart & { readonly inlets: Map<number, InletPart> };
	readonly cell: CellPart;
	/** The sender wants room for so much: its oldest messages are dropped. */
	makeRoom(messages: number, bytes: number): void;
}

/** An actor as this host sends to it. */
export interface TargetPart {
	readonly host: HostPart;
	readonly peer: PeerPart | undefined;
	readonly cell: CellPart | undefined;
	readonly actor: number;
	readonly address: string;
	/** Undefined until the other host has told. */
	readonly window: Window | undefined;
	readonly exit: ExitReason | undefined;
	readonly exited: Promise<ExitReason>;
	readonly load: number;
	/** Actors of this host that are linked with it. */
	linked: Set<CellPart> | undefined;
	/** What it has become: its thread had ended, and it came back elsewhere. */
	readonly successor: TargetPart | undefined;
	/** Itself or its last successor; settles when it is not away. */
	found(): Promise<TargetPart>;
	/** Takes a message over that waited for another target of the same actor. */
	take(held: Held): void;
	refusal(): ActorError | undefined;
	send(message: Outgoing, accepted: (() => void) | undefined, refused: ((error: unknown) => void) | undefined): boolean;
	trySend(message: Outgoing): boolean;
	withdrawTell(accepted: () => void): boolean;
	setWindow(window: Window): void;
	addCredit(messages: number, bytes: number): void;
	returnItemCredit(request: RequestPart, items: number, bytes: number): void;
	/** Takes a request back, or tells the actor that its answer is not wanted any more. */
	cancel(request: RequestPart): void;
	/** A request to it has settled. */
	forget(): void;
	stop(timeoutMs: number): Promise<ExitReason>;
	kill(): Promise<ExitReason>;
	down(reason: ExitReason): void;
	/** It, or its thread, has ended; it may come back. @param itself it ended itself */
	lost(reason: ExitReason, itself?: boolean): void;
	/** Calls back once, when it has ended and may come back: at once when it has already. */
	whenLost(told: (reason: ExitReason, itself: boolean) => void): void;
	/** Stops it; nobody waits for that here. */
	halt(timeoutMs: number): void;
}

/** A message that waits for credit. */
export interface Held {
	readonly message: Outgoing;
	readonly encoded: EncodedValue | undefined;
	readonly bytes: number;
	readonly accepted: (() => void) | undefined;
	readonly refused: ((error: unknown) => void) | undefined;
}

/** One message on its way out. */
export interface Outgoing {
	readonly kind: number;
	/** Number of the sending actor, 0 when it is not one. */
	readonly sender: number;
	readonly method: string;
	readonly args: unknown[];
	/** For TELL undefined. */
	readonly request: RequestPart | undefined;
	/** ASK: timeout in ms. STREAM: items and bytes of credit. */
	readonly a: number;
	readonly b: number;
}

/** An actor, through all its lives. */
export interface CellPart {
	readonly number: number;
	readonly name: string;
	readonly host: HostPart;
	readonly definition: ActorDefinition;
	readonly target: TargetPart;
	readonly windowMessages: number;
	readonly windowBytes: number;
	readonly inlets: Set<InletPart>;
	/** For messages of its own host. */
	readonly ownCredit: OwnCreditPart;
	readonly dead: boolean;
	/** Its supervisor may start it again. */
	readonly supervised: boolean;
	/** Its end was its own doing. */
	readonly stoppedItself: boolean;
	readonly closing: boolean;
	deliver(call: CallPart): void;
	/** Drops the oldest message that came by this credit, and tells who waits for its answer; undefined when there is none. */
	dropOldest(credit: CreditTaker): CallPart | undefined;
	/** Puts the message in hand aside. @throws ActorError ERR_OVERLOADED */
	stash(call: CallPart): void;
	/** Puts all of them back, before all other messages. */
	unstash(): number;
	addTask(task: () => unknown): void;
	addStep(stream: OutboundStreamPart): void;
	stop(timeoutMs: number, byItself?: boolean): void;
	/** Ends with another actor from here on, and that one with this. @param tell the other does not know yet */
	link(target: TargetPart, tell: boolean): void;
	unlink(target: TargetPart, tell: boolean): void;
	/** A linked actor has ended. */
	linkDown(target: TargetPart, reason: ExitReason): void;
	/** A linked actor has come back as another. */
	linkMoved(target: TargetPart, successor: TargetPart): void;
	die(reason: ExitReason): void;
}

/** One life of an actor: what its context and its streams see of it. After its end all of it does nothing. */
export interface LifePart {
	readonly cell: CellPart;
	readonly signal: AbortSignal;
	readonly call: CurrentCall;
	/** Puts the message in hand aside. @throws Error when there is none, ActorError ERR_OVERLOADED, ERR_WRONG_KIND */
	stash(): void;
	readonly over: boolean;
	/** It is over, or the actor takes no more messages. */
	readonly closing: boolean;
	addTask(task: () => unknown): void;
	addStep(stream: OutboundStreamPart): void;
	removeStream(stream: OutboundStreamPart): void;
	addTimer(timer: ActorTimer): void;
	removeTimer(timer: ActorTimer): void;
	adopt(child: TargetPart): void;
	/** Something that belongs to it went wrong beyond mending. */
	fail(error: unknown): void;
	log(...parts: unknown[]): void;
}

/** Who is told what becomes of a life. */
export interface LifeOwner {
	onReady(): void;
	onSetupFailed(error: unknown, how: ExitHow): void;
	onFailed(life: LifePart, error: unknown, how: ExitHow): void;
	wake(): void;
}

/** One message to an actor of this host, until it is settled. */
export interface CallPart extends Cancellable {
	readonly kind: number;
	readonly method: string;
	readonly sender: number;
	readonly bytes: number;
	readonly items: number;
	readonly itemBytes: number;
	readonly deadline: number;
	readonly cancelled: boolean;
	/** The same, also when the news could not arrive yet. */
	readonly givenUp: boolean;
	readonly settled: boolean;
	/** It was in hand once: its credit is back, its arguments are decoded. */
	readonly taken: boolean;
	/** It was put aside; what its handler returns is not the answer. */
	stashed: boolean;
	readonly signal: AbortSignal;
	readonly peer: PeerPart | undefined;
	/** Told when the actor takes the message. */
	readonly credit: CreditTaker;
	stream: OutboundStreamPart | undefined;
	takeArgs(cell: CellPart): unknown[];
	reply(value: unknown): void;
	fail(error: unknown): void;
	item(value: unknown): number;
	/** A streaming argument of this call, by its number. */
	borrow(number: unknown, cell: CellPart): AsyncIterableIterator<unknown>;
	abandon(): void;
}

/** The producing end of a stream. */
export interface OutboundStreamPart extends CreditedStream {
	readonly call: CallPart;
	step(): Promise<void>;
	end(): void;
	abandon(): void;
}

/** The consuming end of a stream. */
export interface InboundStreamPart {
	/** False when there was no credit for the item. */
	push(value: unknown, bytes: number): boolean;
	finish(failure?: { error: unknown }): void;
}

/** Who takes the items of a streaming argument. */
export interface Puller {
	/** An item; returns what it weighs. @throws ActorError ERR_NOT_SENDABLE */
	item(value: unknown): number;
	/** The end, with an error when there is one. */
	end(failure: { readonly error: unknown } | undefined): void;
}

/** The producing end of a streaming argument. */
export interface LentPart extends CreditedStream {
	readonly number: number;
	readonly iterable: AsyncIterable<unknown>;
	/** Neither at its end nor broken off. */
	readonly open: boolean;
	/** The request that it was passed with. */
	readonly request: RequestPart;
	/** Somebody takes the items from here on. False when somebody has already, or it is over. */
	pull(puller: Puller, items: number, bytes: number): boolean;
	/** Ends it, with an error for who pulls. */
	close(failure: { readonly error: unknown } | undefined): void;
}

/** Something of this host that waits for its answer. */
export interface RequestPart {
	readonly id: number;
	readonly stream: InboundStreamPart | undefined;
	readonly settled: boolean;
	/** The actor that asked. */
	readonly cell: CellPart | undefined;
	peer: PeerPart | undefined;
	target: TargetPart | undefined;
	call: CallPart | undefined;
	succeed(value: unknown): void;
	fail(error: unknown): void;
	cancelRemote(): void;
	/** An async iterable travels with it: returns the number by which the other side pulls it. */
	lend(iterable: AsyncIterable<unknown>): number;
}

export interface RequestOptions {
	/** For errors: `ask.top of inproc://counter`. */
	readonly subject: string;
	/** 0 = no timeout. */
	readonly timeoutMs: number;
	readonly signal: AbortSignal | undefined;
	/** The stream that items go to. */
	readonly stream: InboundStreamPart | undefined;
	/** The actor that asks. */
	readonly cell: CellPart | undefined;
}

export interface RequestsPart {
	readonly deadlines: Deadlines;
	lateReplies: number;
	/** Streaming arguments of requests in flight. */
	readonly lent: Map<number, LentPart>;
	/** The actor that passed them has ended, or begins anew. */
	closeLent(cell: CellPart): void;
	get(id: number): RequestPart | undefined;
	open(options: RequestOptions, send: (request: RequestPart) => void): Promise<unknown>;
	failWhere(test: (request: RequestPart) => boolean, error: (request: RequestPart) => unknown): void;
}
