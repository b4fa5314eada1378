/**
 * The children that one life of an actor supervises: started in order, started again by strategy when one has ended, given up when that
 * happens too often; then the actor fails, and whoever supervises it decides.
 *
 * A child that has ended is away for all who have a ref to it: what they send waits until it is back or given up (residents.ts on the
 * main thread knows where it is). Everything here runs on the thread of the supervisor, one restart after the other.
 *
 * Shutdown: children end with the life that started them, like all children; what ends then is given up at once.
 */
import type { ChildSpecs, SuperviseOptions, SuperviseStrategy } from "../definition/actor-types.ts";
import { ActorError } from "../errors.ts";
import { STOP_TIMEOUT_MS_DEFAULT } from "../limits.ts";
import type { LifePart, SuperviseServices, TargetPart } from "../parts.ts";
import { Ref } from "../ref/ref.ts";
import { checkRestart, type RestartKind, RestartPolicy } from "../restart/restart-policy.ts";
import type { ExitReason } from "../wire/exit-reason.ts";
import { checkChildren } from "./child.ts";
import { affected, checkStrategy, comesBack } from "./strategy.ts";

interface Child {
	readonly name: string;
	readonly kind: RestartKind;
	readonly stopTimeoutMs: number;
	/** As it is now. */
	target: TargetPart;
	ended: boolean;
	/** While it is being stopped for a restart of others. */
	onEnded: (() => void) | undefined;
}

interface End {
	readonly child: Child;
	readonly target: TargetPart;
	readonly reason: ExitReason;
	readonly itself: boolean;
}

export class Supervision {
	readonly #life: LifePart;
	readonly #services: SuperviseServices;
	readonly #strategy: SuperviseStrategy;
	readonly #policy: RestartPolicy;
	/** In the order of their start. */
	readonly #children: Child[] = [];
	readonly #ends: End[] = [];
	#working = false;

	constructor(life: LifePart, options: SuperviseOptions<ChildSpecs>) {
		const { intensity, periodMs, backoffMs, backoffMaxMs } = options;
		this.#life = life;
		this.#services = life.cell.host.services;
		this.#strategy = checkStrategy(options.strategy);
		this.#policy = new RestartPolicy(
			checkRestart({
				kind: "permanent",
				...(intensity !== undefined && { intensity }),
				...(periodMs !== undefined && { periodMs }),
				...(backoffMs !== undefined && { backoffMs }),
				...(backoffMaxMs !== undefined && { backoffMaxMs }),
			}),
		);
	}

	/** Starts the children. When one cannot be started, those before it end again. @throws as spawn */
	async start(specs: ChildSpecs): Promise<Record<string, Ref>> {
		const refs: Record<string, Ref> = {};
		const { cell } = this.#life;
		for (const [name, { definition, options }] of checkChildren(specs)) {
			const { restart, stopTimeoutMs, ...spawn } = options;
			try {
				if (this.#life.closing) throw new ActorError("ERR_ACTOR_DOWN", `${cell.target.address} is stopping and can have no more children`);
				const target = await this.#services.spawnSupervised(definition, { ...spawn, restart: "temporary" });
				const kind = checkRestart(restart ?? definition.options.restart).kind;
				const child: Child = {
					name,
					kind,
					stopTimeoutMs: stopTimeoutMs ?? STOP_TIMEOUT_MS_DEFAULT,
					target,
					ended: false,
					onEnded: undefined,
				};
				this.#children.push(child);
				this.#life.adopt(target);
				this.#watch(child);
				refs[name] = new Ref(cell.host, target, cell);
			} catch (error) {
				await this.#stopAll();
				throw error;
			}
		}
		return refs;
	}

	#watch(child: Child): void {
		const { target } = child;
		target.whenLost((reason, itself) => {
			if (child.target !== target) return;
			child.ended = true;
			const { onEnded } = child;
			child.onEnded = undefined;
			if (this.#life.closing) this.#giveUpChild(child);
			else if (onEnded === undefined) this.#ends.push({ child, target, reason, itself });
			onEnded?.();
			void this.#work();
		});
	}

	async #work(): Promise<void> {
		if (this.#working) return;
		this.#working = true;
		for (let end = this.#ends.shift(); end !== undefined; end = this.#ends.shift()) {
			const { child, target, reason, itself } = end;
			// It has begun again with others meanwhile, or was given up.
			if (child.target !== target || !this.#children.includes(child)) continue;
			if (this.#life.closing || !comesBack(child.kind, reason, itself)) this.#giveUpChild(child);
			else await this.#restart(child, reason);
		}
		this.#working = false;
	}

	/** Begins again with the child and those that its end concerns, until that works or was tried too often. */
	async #restart(first: Child, why: ExitReason): Promise<void> {
		let [child, reason] = [first, why];
		for (;;) {
			const wait = this.#policy.failed(performance.now(), Math.random());
			if (wait === undefined) return this.#fail(child, reason);
			this.#life.log(`starts "${child.name}" again by ${this.#strategy}, it ended as ${reason.kind}:`, reason.error ?? reason.how ?? "");
			const concerned = affected(this.#strategy, this.#children, child);
			for (const other of [...concerned].reverse()) await this.#halt(other);
			if (wait > 0) await this.#pause(wait);
			const failure = await this.#startAgain(concerned);
			if (failure === undefined) return;
			[child, reason] = failure;
		}
	}

	/** Undefined when all are there again, or there is no one to start them for. */
	async #startAgain(children: readonly Child[]): Promise<[Child, ExitReason] | undefined> {
		for (const child of children) {
			if (this.#life.closing) {
				for (const other of children) if (other.ended) this.#giveUpChild(other);
				return undefined;
			}
			if (!child.ended || !this.#children.includes(child)) continue;
			if (child.kind === "temporary") {
				this.#giveUpChild(child);
				continue;
			}
			try {
				child.target = await this.#services.startAgain(child.target);
				child.ended = false;
				this.#watch(child);
			} catch (error) {
				if (!this.#life.closing) return [child, { kind: "error", error }];
			}
		}
		return undefined;
	}

	/** Stops a child that lives, and waits for its end. */
	async #halt(child: Child): Promise<void> {
		if (child.ended || !this.#children.includes(child)) return;
		await new Promise<void>((resolve) => {
			child.onEnded = resolve;
			child.target.halt(child.stopTimeoutMs);
		});
	}

	async #stopAll(): Promise<void> {
		for (const child of [...this.#children].reverse()) {
			await this.#halt(child);
			this.#giveUpChild(child);
		}
	}

	/** Too often: the children end, the youngest first, and the actor fails. */
	async #fail(child: Child, reason: ExitReason): Promise<void> {
		const { intensity, periodMs } = this.#policy.options;
		await this.#stopAll();
		const text = `"${child.name}" of ${this.#life.cell.target.address} ended as ${reason.kind}, after ${intensity} restarts within ${periodMs} ms: look for why, or allow more with intensity`;
		const options = reason.error === undefined ? {} : { cause: reason.error };
		this.#life.fail(new ActorError("ERR_RESTARTS_EXCEEDED", text, options));
	}

	/** It does not come back: whoever waits for it is told. */
	#giveUpChild(child: Child): void {
		const at = this.#children.indexOf(child);
		if (at === -1) return;
		this.#children.splice(at, 1);
		this.#services.forgo(child.target);
	}

	/** Ends early with the life. */
	#pause(ms: number): Promise<void> {
		const life = this.#life;
		return new Promise((resolve) => {
			const done = (): void => {
				clearTimeout(timeout);
				life.removeTimer(timer);
				resolve();
			};
			const timeout = setTimeout(done, ms);
			timeout.unref();
			const timer = { cancel: done };
			if (life.over) done();
			else life.addTimer(timer);
		});
	}
}
