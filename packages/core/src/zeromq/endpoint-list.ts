/**
 * What a socket of the drop-in door is bound and connected to, as its owner may name it.
 *
 * It decides whether an option still takes effect (the warning), whether a proxy may run, and what `unbindSync` may end.
 */
export class EndpointList {
	/** Each bound endpoint, as it reads with its wildcard resolved, and as it was asked for. */
	readonly #bound = new Map<string, string>();
	readonly #connected = new Map<string, number>();

	get isEmpty(): boolean {
		return this.#bound.size === 0 && this.#connected.size === 0;
	}

	bound(address: string, resolved: string): void {
		this.#bound.set(resolved, address);
	}

	/** The resolved endpoint that is meant; undefined when none is. A wildcard means none. */
	find(address: string): string | undefined {
		if (this.#bound.has(address)) return address;
		if (/\*|:0$/.test(address)) return undefined;
		for (const [resolved, asked] of this.#bound) if (asked === address) return resolved;
		return undefined;
	}

	unbound(resolved: string): void {
		this.#bound.delete(resolved);
	}

	connected(address: string): void {
		this.#connected.set(address, (this.#connected.get(address) ?? 0) + 1);
	}

	/** Core ends all connections to an endpoint at once. */
	disconnected(address: string): void {
		this.#connected.delete(address);
	}
}
