/**
 * The `ctx` of one actor. Everything it starts (children, timers, watches) ends with the actor, and calls back as turns of it.
 */
import type { ActorContext, ActorDefinition, ActorRef, ActorTimer, CurrentCall, SpawnOptions, SpawnParameters } from "./actor-types.ts";
import { ActorError } from "./errors.ts";
import type { ExitReason } from "./exit-reason.ts";
import { TIMEOUT_MS_MAX } from "./limits.ts";
import type { CellPart } from "./parts.ts";
import { Ref } from "./ref.ts";

function checkMs(ms: number, what: string, least: number): void {
	if (typeof ms !== "number" || !(ms >= least) || ms > TIMEOUT_MS_MAX)
		throw new ActorError("ERR_BAD_OPTION", `${what} must be from ${least} to ${TIMEOUT_MS_MAX} ms, got ${String(ms)}`);
}

export class Context implements ActorContext {
	readonly #cell: CellPart;
	#self: ActorRef | undefined;

	constructor(cell: CellPart) {
		this.#cell = cell;
	}

	get self(): ActorRef {
		this.#self ??= Ref.self(this.#cell) as unknown as ActorRef;
		return this.#self;
	}

	get name(): string {
		return this.#cell.name;
	}

	get signal(): AbortSignal {
		return this.#cell.signal;
	}

	get call(): CurrentCall {
		return this.#cell.call;
	}

	async spawn<Args extends unknown[], H extends object>(
		definition: ActorDefinition<Args, H>,
		...parameters: SpawnParameters<Args>
	): Promise<ActorRef<H>> {
		const cell = this.#cell;
		if (cell.closing) throw new ActorError("ERR_ACTOR_DOWN", `${cell.target.address} is stopping and can have no more children`);
		const options = (parameters[0] ?? {}) as SpawnOptions<unknown[]>;
		const elsewhere = options.at !== undefined || options.on !== undefined || options.thread !== undefined;
		const target = elsewhere
			? await cell.host.services.spawn(definition as unknown as ActorDefinition, options)
			: await cell.host.spawnHere(definition as unknown as ActorDefinition, options.args ?? []);
		cell.adopt(target);
		return new Ref(cell.host, target, cell) as unknown as ActorRef<H>;
	}

	ref<Args extends unknown[], H extends object>(_definition: ActorDefinition<Args, H>, at: string): ActorRef<H> {
		return Ref.byAddress(this.#cell.host, at, this.#cell) as unknown as ActorRef<H>;
	}

	watch(ref: ActorRef<never> | ActorRef, onExit: (reason: ExitReason) => void): () => void {
		let watching = true;
		void ref.exited.then((reason) => {
			if (watching) this.#cell.addTask(() => onExit(reason));
		});
		return () => {
			watching = false;
		};
	}

	after(ms: number, run: () => unknown): ActorTimer {
		checkMs(ms, "after", 0);
		const cell = this.#cell;
		const handle = setTimeout(() => {
			cell.removeTimer(timer);
			cell.addTask(() => (cancelled ? undefined : run()));
		}, ms);
		handle.unref();
		let cancelled = false;
		const timer: ActorTimer = {
			cancel: () => {
				cancelled = true;
				clearTimeout(handle);
				cell.removeTimer(timer);
			},
		};
		if (cell.dead) timer.cancel();
		else cell.addTimer(timer);
		return timer;
	}

	every(ms: number, run: () => unknown): ActorTimer {
		checkMs(ms, "every", 1);
		const cell = this.#cell;
		let waiting = false;
		let cancelled = false;
		const handle = setInterval(() => {
			if (waiting) return;
			waiting = true;
			cell.addTask(() => {
				waiting = false;
				return cancelled ? undefined : run();
			});
		}, ms);
		handle.unref();
		const timer: ActorTimer = {
			cancel: () => {
				cancelled = true;
				clearInterval(handle);
				cell.removeTimer(timer);
			},
		};
		if (cell.dead) timer.cancel();
		else cell.addTimer(timer);
		return timer;
	}

	log(...parts: unknown[]): void {
		this.#cell.log(...parts);
	}
}
