/**
 * One actor under its number and address: its mailbox, whose turn it is, its restarts and its end. What runs its handlers is its
 * life (life.ts); a restart ends one life and begins the next with fresh state, and keeps everything that stands here.
 *
 * Timers and watches come before messages; messages and stream steps alternate. Everything runs on the thread of its host,
 * through the scheduler.
 *
 * Shutdown: `stop` refuses new messages, takes what is there, stops the children, the youngest first, and dies as "stopped" (as
 * "killed" when that takes too long). `die` ends at once: whoever waits for this actor is told, what runs on is ignored.
 */
import { channel } from "node:diagnostics_channel";
import { anonymousName, joinAddress, LOCAL_NODE } from "../address.ts";
import type { ActorDefinition } from "../definition/actor-types.ts";
import { overflowOf } from "../definition/overflow.ts";
import { ActorError } from "../errors.ts";
import { MAILBOX_BYTES_DEFAULT, STASH_MESSAGES_DEFAULT, STOP_TIMEOUT_MS_DEFAULT } from "../limits.ts";
import type {
	CallPart,
	CellPart,
	CreditTaker,
	HostPart,
	InletPart,
	LifeOwner,
	LifePart,
	OutboundStreamPart,
	TargetPart,
} from "../parts.ts";
import { checkRestart, type RestartOptions, RestartPolicy } from "../restart/restart-policy.ts";
import type { Runnable } from "../turns/scheduler.ts";
import { Kind } from "../wire/envelope.ts";
import type { ExitHow, ExitReason } from "../wire/exit-reason.ts";
import { Life } from "./life.ts";
import { Links } from "./links.ts";
import { Mailbox } from "./mailbox.ts";
import { OwnCredit } from "./own-credit.ts";
import { Target } from "./target.ts";

const restarts = channel("zloom:restart");

export interface CellOptions {
	readonly host: HostPart;
	readonly number: number;
	readonly name: string | undefined;
	readonly definition: ActorDefinition<never[], object>;
	/** The arguments of setup, made anew for each life. @throws what makes them impossible */
	readonly args: () => unknown[];
	readonly restart: Required<RestartOptions> | undefined;
	readonly supervised?: boolean | undefined;
}

type State = "living" | "stopping" | "ending" | "dead";
type Settle = { resolve: () => void; reject: (error: unknown) => void };

export class Cell implements Runnable, CellPart, LifeOwner {
	readonly host: HostPart;
	readonly number: number;
	readonly name: string;
	readonly definition: ActorDefinition<never[], object>;
	/** This host's own way to it; also what refs of this thread share. */
	readonly target: Target;
	readonly windowMessages: number;
	readonly windowBytes: number;
	readonly ownCredit: OwnCredit;
	readonly #kindMark: number;
	/** Other hosts that have sent something, or watch. */
	readonly inlets = new Set<InletPart>();
	readonly supervised: boolean;
	/** Settles when the setup of the first life is done. */
	readonly started: Promise<void>;
	readonly #args: () => unknown[];
	readonly #mailbox: Mailbox;
	readonly #restart: Required<RestartOptions> | undefined;
	/** Made at the first failure. */
	#policy: RestartPolicy | undefined;
	/** Made at the first link. */
	#links: Links | undefined;
	#state: State = "living";
	#life: Life;
	#queued = false;
	#stopTimer: NodeJS.Timeout | undefined;
	#restartTimer: NodeJS.Timeout | undefined;
	#stopTimeoutMs = STOP_TIMEOUT_MS_DEFAULT;
	stoppedItself = false;
	#settleStarted: Settle | undefined;

	constructor(options: CellOptions) {
		const { host, definition } = options;
		this.host = host;
		this.number = options.number;
		this.name = options.name ?? anonymousName(host.thread, options.number);
		this.definition = definition;
		this.#mailbox = new Mailbox(definition.options.priority);
		this.#kindMark = host.heart.kindMark(definition, definition.name, definition.options.blockedAfterMs);
		this.supervised = options.supervised === true;
		this.#args = options.args;
		this.#restart = options.restart;
		this.windowMessages = definition.options.highWaterMark ?? host.options.mailboxMessages;
		this.windowBytes = definition.options.highWaterBytes ?? MAILBOX_BYTES_DEFAULT;
		const window = { messages: this.windowMessages, bytes: this.windowBytes, ...overflowOf(definition.options.overflow) };
		this.target = new Target({ host, cell: this, actor: this.number, address: joinAddress(LOCAL_NODE, this.name), window });
		this.ownCredit = new OwnCredit(this, this.target, window);
		this.started = new Promise((resolve, reject) => (this.#settleStarted = { resolve, reject }));
		this.#life = new Life(this, this);
		this.addTask(() => this.#life.setUp(this.#args()));
	}

	get dead(): boolean {
		return this.#state === "dead";
	}

	/** True once it takes no more messages. */
	get closing(): boolean {
		return this.#state !== "living";
	}

	/** A message has arrived. Its credit was taken by the sender. */
	deliver(call: CallPart): void {
		if (this.closing) {
			this.host.deadLetter(this.target.address, call.method);
			call.fail(new ActorError("ERR_ACTOR_DOWN", `The actor ${this.target.address} is stopping: spawn it again`));
			return;
		}
		this.#mailbox.push(call);
		this.wake();
	}

	dropOldest(credit: CreditTaker): CallPart | undefined {
		const call = this.#mailbox.dropOldest(credit);
		if (call === undefined) return undefined;
		this.host.deadLetter(this.target.address, call.method, true);
		call.fail(
			new ActorError(
				"ERR_OVERLOADED",
				`The mailbox of ${this.target.address} was full: this message made room for a newer one of its sender`,
			),
		);
		return call;
	}

	stash(call: CallPart): void {
		this.#mailbox.stash(call, this.definition.options.stashMax ?? STASH_MESSAGES_DEFAULT, this.windowBytes);
	}

	unstash(): number {
		if (this.dead) return 0;
		const messages = this.#mailbox.unstash();
		this.wake();
		return messages;
	}

	/** Something to run as a turn of this life; what it throws fails the actor. */
	addTask(task: () => unknown): void {
		if (this.dead) return;
		this.#mailbox.tasks.push(task);
		this.wake();
	}

	/** A stream has a step to take. */
	addStep(stream: OutboundStreamPart): void {
		this.#mailbox.steps.push(stream);
		this.wake();
	}

	/** Ends after what is there; see Shutdown. */
	stop(timeoutMs: number, byItself = false): void {
		if (this.closing) return;
		this.#state = "stopping";
		this.stoppedItself = byItself;
		this.target.closing = true;
		this.#stopTimeoutMs = timeoutMs;
		this.#stopTimer = setTimeout(() => this.die({ kind: "killed" }), timeoutMs);
		this.#stopTimer.unref();
		this.#life.abort();
		this.wake();
	}

	link(target: TargetPart, tell: boolean): void {
		if (this.dead) return;
		this.#links ??= new Links(this);
		this.#links.add(target, tell);
	}

	unlink(target: TargetPart, tell: boolean): void {
		this.#links?.remove(target, tell);
	}

	linkDown(target: TargetPart, reason: ExitReason): void {
		this.#links?.ended(target, reason);
	}

	linkMoved(target: TargetPart, successor: TargetPart): void {
		this.#links?.moved(target, successor);
	}

	/** Ends now, for good. */
	die(reason: ExitReason): void {
		if (this.dead) return;
		const starting = this.#settleStarted;
		this.#settleStarted = undefined;
		this.#state = "dead";
		this.target.closing = true;
		clearTimeout(this.#stopTimer);
		clearTimeout(this.#restartTimer);
		for (const call of this.#mailbox.clear()) if (call.kind === Kind.TELL) this.host.deadLetter(this.target.address, call.method);
		this.#links?.clear();
		void this.#life.end(undefined);
		this.host.buried(this, reason);
		starting?.reject(new ActorError("ERR_ACTOR_DOWN", `The actor ${this.target.address} ended while it was set up`));
	}

	/** Asks the scheduler for a turn when there is one to take. */
	wake(): void {
		if (this.#queued || !this.#ready()) return;
		this.#queued = true;
		this.host.scheduler.enqueue(this);
	}

	runOne(): boolean {
		if (this.#ready()) {
			const { host } = this;
			host.heart.begin(this.number, this.#kindMark);
			host.current = this;
			this.#takeTurn();
			host.current = undefined;
			host.heart.end();
		}
		if (this.#ready()) return true;
		this.#queued = false;
		return false;
	}

	/** Setup is done. */
	onReady(): void {
		this.#settleStarted?.resolve();
		this.#settleStarted = undefined;
	}

	/** Setup threw. The first time it is the spawn that fails; later it is one more failure. */
	onSetupFailed(error: unknown, how: ExitHow): void {
		const settle = this.#settleStarted;
		if (settle === undefined) {
			this.onFailed(this.#life, error, how);
			return;
		}
		this.#settleStarted = undefined;
		this.die({ kind: "error", how, error });
		const known = error instanceof ActorError && error.code === "ERR_RESERVED_NAME";
		const text = `The setup of ${this.definition.name} threw: ${(error as Error)?.message ?? String(error)}`;
		settle.reject(known ? error : new ActorError("ERR_SETUP_FAILED", text, { cause: error }));
	}

	/** A tell, a timer, a watch or a later setup threw: begins anew, or ends. */
	onFailed(life: LifePart, error: unknown, how: ExitHow): void {
		if (this.dead || life !== this.#life) return;
		const wait = this.closing || this.#settleStarted !== undefined ? undefined : this.#policyNow.failed(performance.now(), Math.random());
		if (wait !== undefined) {
			this.host.log(this.target.address, ["failed, and begins anew:", error]);
			this.#beginAnew(wait, error);
			return;
		}
		this.host.log(this.target.address, ["failed:", error]);
		this.die({ kind: "error", how, error });
	}

	get #policyNow(): RestartPolicy {
		this.#policy ??= new RestartPolicy(this.#restart ?? checkRestart(this.definition.options.restart));
		return this.#policy;
	}

	/**
	 * The next life, with fresh state: its first turn waits for the end of the old one's children, whose names it may need, and for
	 * the back-off. Messages that are in the mailbox stay there; the one in hand is lost, and its caller is told.
	 */
	#beginAnew(waitMs: number, error: unknown): void {
		const { address } = this.target;
		if (restarts.hasSubscribers) restarts.publish({ address, error });
		this.#mailbox.tasks.clear();
		this.#mailbox.steps.clear();
		this.#mailbox.unstash();
		const lost = new ActorError("ERR_ACTOR_DOWN", `The actor ${address} failed with this call in hand, and began anew: ask again`, {
			cause: error,
		});
		const ended = this.#life.end(lost);
		const life = new Life(this, this);
		this.#life = life;
		this.addTask(async () => {
			await ended;
			if (waitMs > 0) await new Promise<void>((resolve) => (this.#restartTimer = setTimeout(resolve, waitMs)));
			if (!life.over) await life.setUp(this.#args());
		});
	}

	#ready(): boolean {
		if (this.#state === "dead" || this.#state === "ending" || this.#life.busy) return false;
		return !this.#mailbox.empty || (this.#state === "stopping" && this.#life.idle);
	}

	#takeTurn(): void {
		const life = this.#life;
		const task = this.#mailbox.tasks.shift();
		if (task !== undefined) {
			life.runTask(task);
			return;
		}
		const step = this.#mailbox.nextStep();
		if (step !== undefined) {
			life.runStep(step);
			return;
		}
		const call = this.#mailbox.nextMessage();
		if (call !== undefined) life.handle(call);
		else void this.#end();
	}

	/** All messages are taken: streams and children end, then the actor. */
	async #end(): Promise<void> {
		this.#state = "ending";
		const { children } = this.#life;
		this.#life.abandonStreams();
		for (let child = children.at(-1); child !== undefined && !this.dead; child = children.at(-1)) {
			await child.stop(this.#stopTimeoutMs);
			const at = children.indexOf(child);
			if (at !== -1) children.splice(at, 1);
		}
		if (this.dead) return;
		const wait = this.stoppedItself ? this.#policyNow.ended(performance.now(), Math.random()) : undefined;
		if (wait === undefined) {
			this.die({ kind: "stopped" });
			return;
		}
		clearTimeout(this.#stopTimer);
		this.#state = "living";
		this.target.closing = false;
		this.#beginAnew(wait, undefined);
	}
}
