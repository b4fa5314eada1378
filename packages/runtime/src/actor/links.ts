/**
 * The actors that one actor is linked with: when one of them ends other than by being stopped, this one ends with it, as "linked".
 *
 * A link joins two actors, not two of their lives: a restart is no end, and neither is a thread that dies under an actor that comes
 * back; then the link is told anew to what it has come back as. Both sides hold the link: each learns the other's end by watching it.
 * Which side made it makes no difference, and either undoes it for both.
 */
import { nameIn } from "../address.ts";
import type { CellPart, TargetPart } from "../parts.ts";
import { encodeValue } from "../wire/codec.ts";
import { Kind } from "../wire/envelope.ts";
import type { ExitReason } from "../wire/exit-reason.ts";

/** What an actor has become: its last successor. */
function latest(target: TargetPart): TargetPart {
	let last = target;
	while (last.successor !== undefined) last = last.successor;
	return last;
}

export class Links {
	readonly #cell: CellPart;
	readonly #linked = new Set<TargetPart>();

	constructor(cell: CellPart) {
		this.#cell = cell;
	}

	/** @param tell the other side does not know yet */
	add(to: TargetPart, tell: boolean): void {
		const target = latest(to);
		if (target === this.#cell.target || this.#linked.has(target)) return;
		this.#linked.add(target);
		if (target.exit !== undefined) {
			this.#follow(target, target.exit);
			return;
		}
		target.linked ??= new Set();
		target.linked.add(this.#cell);
		if (!tell) return;
		if (target.cell !== undefined) target.cell.link(this.#cell.target, false);
		else {
			const name = encodeValue(nameIn(this.#cell.target.address), "name").frames;
			target.peer?.send({ kind: Kind.LINK, toActor: target.actor, fromActor: this.#cell.number }, name);
		}
	}

	remove(from: TargetPart, tell: boolean): void {
		const target = latest(from);
		if (!this.#linked.delete(target)) return;
		target.linked?.delete(this.#cell);
		if (!tell) return;
		if (target.cell !== undefined) target.cell.unlink(this.#cell.target, false);
		else target.peer?.say({ kind: Kind.UNLINK, toActor: target.actor, fromActor: this.#cell.number });
	}

	/** One of them has ended. */
	ended(target: TargetPart, reason: ExitReason): void {
		if (this.#linked.has(target)) this.#follow(target, reason);
	}

	/** One of them has come back, as another. */
	moved(target: TargetPart, successor: TargetPart): void {
		if (!this.#linked.delete(target)) return;
		this.add(successor, true);
	}

	/** This actor has ended: the others see that by themselves. */
	clear(): void {
		for (const target of this.#linked) target.linked?.delete(this.#cell);
		this.#linked.clear();
	}

	/** In a turn of its own: a chain of links may be longer than a stack is deep. */
	#follow(target: TargetPart, { kind, error }: ExitReason): void {
		queueMicrotask(() => {
			if (!this.#linked.delete(target) || kind === "stopped") return;
			this.#cell.die({ kind: "linked", linked: target.address, ...(error !== undefined && { error }) });
		});
	}
}
