/**
 * Waits for a socket to become readable or writable, without taking or sending anything: for whoever moves messages from one
 * socket to another and must not hold one that the other does not take (proxy.ts).
 *
 * **Shutdown**: `close()` rejects everybody with EBADF.
 */
import { closedError } from "./waiters.ts";

interface Waiting {
	resolve(): void;
	reject(error: Error): void;
}

export class Readiness {
	readonly #isReady: () => boolean;
	readonly #wanted: () => void;
	readonly #waiting = new Set<Waiting>();
	#closed = false;

	/** @param wanted somebody waits, and it is not so: whoever knows is to call {@link look} when it may be */
	constructor(isReady: () => boolean, wanted: () => void = () => {}) {
		this.#isReady = isReady;
		this.#wanted = wanted;
	}

	/** Resolves when it is so, or when the signal fires; look again then. Rejects with EBADF. */
	when(signal: AbortSignal): Promise<void> {
		if (this.#closed) return Promise.reject(closedError());
		if (signal.aborted || this.#isReady()) return Promise.resolve();
		return new Promise((resolve, reject) => {
			const done = (): void => {
				this.#waiting.delete(waiting);
				signal.removeEventListener("abort", waiting.resolve);
			};
			const waiting: Waiting = {
				resolve: () => {
					done();
					resolve();
				},
				reject: (error) => {
					done();
					reject(error);
				},
			};
			this.#waiting.add(waiting);
			this.#wanted();
			signal.addEventListener("abort", waiting.resolve, { once: true });
		});
	}

	/** It may be so now. */
	look(): void {
		if (this.#waiting.size === 0) return;
		if (!this.#isReady()) {
			this.#wanted();
			return;
		}
		for (const waiting of [...this.#waiting]) waiting.resolve();
	}

	close(): void {
		this.#closed = true;
		for (const waiting of [...this.#waiting]) waiting.reject(closedError());
	}
}
