/**
 * The `ctx` of one actor. Everything it starts (children, timers, watches) ends with the actor, and calls back as turns of it.
 */
import type {
	ActorContext,
	ActorDefinition,
	ActorRef,
	ActorTimer,
	ChildRefs,
	ChildSpecs,
	CurrentCall,
	SpawnOptions,
	SpawnParameters,
	SuperviseOptions,
} from "../definition/actor-types.ts";
import type { OffloadParameters, TaskDefinition } from "../definition/task-types.ts";
import { ActorError } from "../errors.ts";
import { STOP_TIMEOUT_MS_DEFAULT, TIMEOUT_MS_MAX } from "../limits.ts";
import type { HostPart, LifePart, TargetPart } from "../parts.ts";
import { Ref } from "../ref/ref.ts";
import { checkRestart } from "../restart/restart-policy.ts";
import { Supervision } from "../supervise/supervision.ts";
import { makeOrder } from "../task/task-order.ts";
import type { ExitReason } from "../wire/exit-reason.ts";

function checkMs(ms: number, what: string, least: number): void {
	if (typeof ms !== "number" || !(ms >= least) || ms > TIMEOUT_MS_MAX)
		throw new ActorError("ERR_BAD_OPTION", `${what} must be from ${least} to ${TIMEOUT_MS_MAX} ms, got ${String(ms)}`);
}

function spawnChild(host: HostPart, definition: ActorDefinition, options: SpawnOptions<unknown[]>): Promise<TargetPart> {
	const restart = options.restart === undefined ? undefined : checkRestart(options.restart);
	return host.spawnHere({ definition, args: host.argsMaker(options.args ?? []), restart });
}

export class Context implements ActorContext {
	readonly #life: LifePart;
	#self: ActorRef | undefined;

	constructor(life: LifePart) {
		this.#life = life;
	}

	get self(): ActorRef {
		this.#self ??= Ref.self(this.#life.cell) as unknown as ActorRef;
		return this.#self;
	}

	get name(): string {
		return this.#life.cell.name;
	}

	get signal(): AbortSignal {
		return this.#life.signal;
	}

	get call(): CurrentCall {
		return this.#life.call;
	}

	async spawn<Args extends unknown[], H extends object>(
		definition: ActorDefinition<Args, H>,
		...parameters: SpawnParameters<Args>
	): Promise<ActorRef<H>> {
		const { cell } = this.#life;
		if (this.#life.closing) throw new ActorError("ERR_ACTOR_DOWN", `${cell.target.address} is stopping and can have no more children`);
		const options = (parameters[0] ?? {}) as SpawnOptions<unknown[]>;
		const elsewhere = options.at !== undefined || options.on !== undefined || options.thread !== undefined;
		const target = elsewhere
			? await cell.host.services.spawn(definition as unknown as ActorDefinition, options)
			: await spawnChild(cell.host, definition as unknown as ActorDefinition, options);
		this.#life.adopt(target);
		return new Ref(cell.host, target, cell) as unknown as ActorRef<H>;
	}

	async supervise<C extends ChildSpecs>(options: SuperviseOptions<C>): Promise<ChildRefs<C>> {
		const refs = await new Supervision(this.#life, options).start(options.children);
		return refs as unknown as ChildRefs<C>;
	}

	ref<Args extends unknown[], H extends object>(_definition: ActorDefinition<Args, H>, at: string): ActorRef<H> {
		return Ref.byAddress(this.#life.cell.host, at, this.#life.cell) as unknown as ActorRef<H>;
	}

	watch(ref: ActorRef<never> | ActorRef, onExit: (reason: ExitReason) => void): () => void {
		let watching = true;
		void ref.exited.then((reason) => {
			if (watching) this.#life.addTask(() => onExit(reason));
		});
		return () => {
			watching = false;
		};
	}

	link(ref: ActorRef<never> | ActorRef): () => void {
		if (!((ref as unknown) instanceof Ref)) throw new ActorError("ERR_BAD_OPTION", "link needs a ref, as spawn and ref give it");
		const life = this.#life;
		const { cell } = life;
		let linked = true;
		const link = (target: TargetPart): void => {
			if (linked && !life.over) cell.link(target, true);
		};
		const found = (ref as unknown as Ref).resolved();
		if (found instanceof Promise)
			found.then(link, (error: unknown) => {
				if (linked && !life.over) cell.die({ kind: "linked", linked: ref.address, error });
			});
		else link(found);
		return () => {
			linked = false;
			const target = (ref as unknown as Ref).resolved();
			if (!(target instanceof Promise)) cell.unlink(target, true);
		};
	}

	after(ms: number, run: () => unknown): ActorTimer {
		checkMs(ms, "after", 0);
		const life = this.#life;
		const handle = setTimeout(() => {
			life.removeTimer(timer);
			life.addTask(() => (cancelled ? undefined : run()));
		}, ms);
		handle.unref();
		let cancelled = false;
		const timer: ActorTimer = {
			cancel: () => {
				cancelled = true;
				clearTimeout(handle);
				life.removeTimer(timer);
			},
		};
		if (life.over) timer.cancel();
		else life.addTimer(timer);
		return timer;
	}

	every(ms: number, run: () => unknown): ActorTimer {
		checkMs(ms, "every", 1);
		const life = this.#life;
		let waiting = false;
		let cancelled = false;
		const handle = setInterval(() => {
			if (waiting) return;
			waiting = true;
			life.addTask(() => {
				waiting = false;
				return cancelled ? undefined : run();
			});
		}, ms);
		handle.unref();
		const timer: ActorTimer = {
			cancel: () => {
				cancelled = true;
				clearInterval(handle);
				life.removeTimer(timer);
			},
		};
		if (life.over) timer.cancel();
		else life.addTimer(timer);
		return timer;
	}

	stash(): void {
		this.#life.stash();
	}

	unstash(): number {
		return this.#life.over ? 0 : this.#life.cell.unstash();
	}

	async offload<Input, Output>(task: TaskDefinition<Input, Output>, ...parameters: OffloadParameters<Input>): Promise<Output> {
		const [input, options = {}] = parameters;
		const { cell } = this.#life;
		const order = makeOrder(task as unknown as TaskDefinition, input, options);
		const ended = new AbortController();
		const end: ActorTimer = {
			cancel: () =>
				ended.abort(new ActorError("ERR_ACTOR_DOWN", `The actor ${cell.target.address} that offloaded ${order.name} has ended`)),
		};
		if (this.#life.over) end.cancel();
		this.#life.addTimer(end);
		const signal = options.signal === undefined ? ended.signal : AbortSignal.any([options.signal, ended.signal]);
		try {
			return (await cell.host.services.offload(order, signal)) as Output;
		} finally {
			this.#life.removeTimer(end);
		}
	}

	stop(): void {
		this.#life.cell.stop(STOP_TIMEOUT_MS_DEFAULT, true);
	}

	log(...parts: unknown[]): void {
		this.#life.log(...parts);
	}
}
