/**
 * The names of a system, on its main thread: from name to actor. A name is taken from the moment its spawn begins until
 * its actor has ended.
 */
import { ActorError } from "../errors.ts";
import type { TargetPart } from "../parts.ts";

export class Registry {
	/** undefined while the actor is being spawned. */
	readonly #names = new Map<string, TargetPart | undefined>();

	/** @throws ActorError ERR_NAME_TAKEN */
	reserve(name: string): void {
		if (this.#names.has(name))
			throw new ActorError(
				"ERR_NAME_TAKEN",
				`The name "${name}" belongs to another actor of this system: choose another, or stop that one first`,
			);
		this.#names.set(name, undefined);
	}

	/** The spawn failed. */
	free(name: string): void {
		this.#names.delete(name);
	}

	/** The spawn succeeded; the name becomes free when the actor ends. */
	assign(name: string, target: TargetPart): void {
		this.#names.set(name, target);
		void target.exited.then(() => {
			if (this.#names.get(name) === target) this.#names.delete(name);
		});
	}

	/** @throws ActorError ERR_UNKNOWN_ACTOR */
	find(name: string): TargetPart {
		const target = this.#names.get(name);
		if (target === undefined)
			throw new ActorError("ERR_UNKNOWN_ACTOR", `No actor has the name "${name}": spawn it first, or look for a typing error`);
		return target;
	}
}
