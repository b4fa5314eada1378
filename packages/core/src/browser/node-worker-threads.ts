/**
 * What keep-alive.ts takes of node:worker_threads, in a browser; the bundler puts this in its place. A page lives as long as it is open,
 * so there is nothing to hold.
 */
class Port {
	on(): this {
		return this;
	}

	ref(): void {
		// Nothing to hold.
	}

	unref(): void {
		// Nothing was held.
	}
}

export class MessageChannel {
	readonly port1 = new Port();
	readonly port2 = new Port();
}
