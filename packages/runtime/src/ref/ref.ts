/**
 * A reference to an actor as users hold it: the four faces, the address and the life of the actor. Can be sent to other actors.
 */

import { parseAddress } from "../address.ts";
import type { CallOptions } from "../definition/actor-types.ts";
import { checkCallOptions, checkTimeout, type MessageTaker, makeFaces, type UntypedFaces } from "../definition/faces.ts";
import type { ActorError } from "../errors.ts";
import { STOP_TIMEOUT_MS_DEFAULT, TIMEOUT_MS_MAX } from "../limits.ts";
import type { CellPart, HostPart, TargetPart } from "../parts.ts";
import type { ExitReason } from "../wire/exit-reason.ts";
import { REF_TO_WIRE } from "../wire/sendable.ts";
import { Sender } from "./sender.ts";

/**
 * What a ref is on the wire. Without thread and actor the address is looked up. `node` is there for actors of other nodes and means something
 * within one process only: what comes from another node with it is looked up too.
 */
export interface RefWire {
	readonly at: string;
	readonly node?: number;
	readonly thread?: number;
	readonly actor?: number;
	readonly messages?: number;
	readonly bytes?: number;
	readonly overflow?: string;
}

export class Ref implements UntypedFaces {
	readonly #sender: Sender;
	#faces: UntypedFaces | undefined;

	/** @param cell the actor that will send through this ref */
	constructor(host: HostPart, at: TargetPart | string, cell?: CellPart, isSelf = false) {
		this.#sender = new Sender(host, at, cell, isSelf);
	}

	/** An actor's ref to itself. */
	static self(cell: CellPart): Ref {
		return new Ref(cell.host, cell.target, cell, true);
	}

	/** @internal The same ref in the hands of another actor, or of code outside of actors. */
	forCell(cell: CellPart | undefined): Ref {
		return new Ref(this.#sender.host, this.#sender.known() ?? this.address, cell);
	}

	/** @throws ActorError ERR_BAD_ADDRESS, ERR_NO_REMOTE */
	static byAddress(host: HostPart, at: string, cell?: CellPart): Ref {
		host.services.checkScheme(parseAddress(at).scheme, at);
		return new Ref(host, at, cell);
	}

	get #made(): UntypedFaces {
		this.#faces ??= makeFaces(this.#sender, undefined);
		return this.#faces;
	}

	get tell(): UntypedFaces["tell"] {
		return this.#made.tell;
	}

	get ask(): UntypedFaces["ask"] {
		return this.#made.ask;
	}

	get stream(): UntypedFaces["stream"] {
		return this.#made.stream;
	}

	get try(): UntypedFaces["try"] {
		return this.#made.try;
	}

	get address(): string {
		return this.#sender.address;
	}

	with(options: CallOptions): UntypedFaces {
		return makeFaces(this.#sender, checkCallOptions(options));
	}

	get exited(): Promise<ExitReason> {
		const known = this.#sender.known();
		if (known !== undefined) return known.exited;
		return this.#sender.resolve().then(
			(target) => target.exited,
			(error: unknown): ExitReason => ({ kind: (error as ActorError).code === "ERR_NODE_DOWN" ? "node" : "unknown", error }),
		);
	}

	/** @internal The actor, looked up at need. */
	resolved(): TargetPart | Promise<TargetPart> {
		return this.#sender.known() ?? this.#sender.resolve();
	}

	/** @internal For pools. */
	get taker(): MessageTaker {
		return this.#sender;
	}

	/** @internal For pools that route to the least loaded. */
	get load(): number {
		return this.#sender.known()?.load ?? 0;
	}

	async stop(options: { timeoutMs?: number } = {}): Promise<ExitReason> {
		checkTimeout(options.timeoutMs, "timeoutMs");
		const target = await this.#sender.resolve();
		return target.stop(Math.min(options.timeoutMs ?? STOP_TIMEOUT_MS_DEFAULT, TIMEOUT_MS_MAX));
	}

	async kill(): Promise<ExitReason> {
		const target = await this.#sender.resolve();
		return target.kill();
	}

	/** @internal */
	[REF_TO_WIRE](): RefWire {
		const target = this.#sender.known();
		if (target === undefined) return { at: this.address };
		const thread = target.peer?.thread ?? this.#sender.host.thread;
		const node = target.peer?.node ?? 0;
		return { at: this.address, ...(node === 0 ? {} : { node }), thread, actor: target.actor, ...target.window };
	}
}
