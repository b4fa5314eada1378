/**
 * The least that can stand where a system stands: it takes links and keeps what arrives on them, so that links can be
 * tested without actors. Waiting is for events, never for time.
 */
import type { Link, LinkOwner, RemoteHost } from "@zloom/runtime";

export class BareHost implements RemoteHost, LinkOwner {
	readonly links: Link[] = [];
	readonly envelopes: Uint8Array[][] = [];
	readonly ends: { link: Link; reason: Error & { code?: string } }[] = [];
	/** Called with every envelope, when set. */
	onArrival: ((link: Link, frames: Uint8Array[]) => void) | undefined;
	#waiting: { holds: () => boolean; resolve: () => void }[] = [];

	accept(link: Link): void {
		this.take(link);
		this.links.push(link);
		this.#check();
	}

	/** Becomes the owner of a link. */
	take(link: Link): Link {
		link.owner = this;
		return link;
	}

	onEnvelope(link: Link, frames: Uint8Array[]): void {
		this.envelopes.push(frames);
		this.onArrival?.(link, frames);
		this.#check();
	}

	onClosed(link: Link, reason: Error): void {
		this.ends.push({ link, reason });
		this.#check();
	}

	/** Resolves when the condition holds; it is looked at after every event. */
	until(holds: () => boolean): Promise<void> {
		if (holds()) return Promise.resolve();
		return new Promise((resolve) => {
			this.#waiting.push({ holds, resolve });
		});
	}

	#check(): void {
		this.#waiting = this.#waiting.filter(({ holds, resolve }) => {
			if (!holds()) return true;
			resolve();
			return false;
		});
	}
}
