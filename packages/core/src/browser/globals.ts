/**
 * What a browser has not, or has otherwise, of Node's globals: Buffer, setImmediate, process.nextTick, and timers that can be unref'd
 * (in a browser nothing is held, so that means nothing). The bundler puts these in the place of the globals.
 */
import { Buffer } from "buffer/";

export { Buffer };

type Callback = (...given: unknown[]) => void;

/** A timer as Node has it. */
class Timer {
	readonly id: unknown;

	constructor(callback: Callback, milliseconds?: number) {
		this.id = globalThis.setTimeout(callback, milliseconds);
	}

	ref(): this {
		return this;
	}

	unref(): this {
		return this;
	}
}

export function setTimeout(callback: Callback, milliseconds?: number): Timer {
	return new Timer(callback, milliseconds);
}

export function clearTimeout(timer: Timer | undefined): void {
	globalThis.clearTimeout(timer?.id as number);
}

const due: Callback[] = [];
const { port1, port2 } = new globalThis.MessageChannel();
// A browser's port, which has no `on`.
(port1 as unknown as { onmessage: () => void }).onmessage = () => due.shift()?.();

/** A task of its own; unlike a timer it is not slowed down in pages that are not seen. */
export function setImmediate(callback: Callback): void {
	due.push(callback);
	port2.postMessage(undefined);
}

export const process = {
	nextTick: (callback: Callback): void => queueMicrotask(callback),
	on(): void {
		// A page has no end that could be waited for.
	},
};

// Browsers that do not know it yet.
for (const name of ["dispose", "asyncDispose"])
	if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) });
