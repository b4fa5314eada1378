/**
 * Turns what a call did into plain data that can be compared: its value, or what it threw or rejected with.
 *
 * Ports, paths and keys differ from run to run and are masked.
 */

export interface Observed {
	readonly how: "returned" | "threw" | "resolved" | "rejected" | "pending";
	readonly what: unknown;
}

/** An error as its caller can see it: class, text, and enumerable fields in order. */
export function shownError(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const fields = Object.keys(error).map((key) => [key, masked((error as unknown as Record<string, unknown>)[key])]);
	return { class: error.constructor.name, message: masked(error.message), fields };
}

export function masked(value: unknown): unknown {
	if (typeof value !== "string") return value;
	return value.replace(/(127\.0\.0\.1|0\.0\.0\.0):\d{4,5}/g, "$1:PORT").replace(/ipc:\/\/.*socket$/, "ipc://PATH");
}

/** What a call did at once. */
export function did(call: () => unknown): Observed {
	try {
		return { how: "returned", what: masked(call()) };
	} catch (error) {
		return { how: "threw", what: shownError(error) };
	}
}

/** What became of a call and its promise; it is "pending" when neither has happened after some turns of the event loop. */
export async function became(call: () => Promise<unknown>, turns = Number.POSITIVE_INFINITY): Promise<Observed> {
	let promise: Promise<unknown>;
	try {
		promise = call();
	} catch (error) {
		return { how: "threw", what: shownError(error) };
	}
	const settled = promise.then(
		(value): Observed => ({ how: "resolved", what: frames(value) }),
		(error: unknown): Observed => ({ how: "rejected", what: shownError(error) }),
	);
	if (turns === Number.POSITIVE_INFINITY) return settled;
	const waited = (async (): Promise<Observed> => {
		for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
		return { how: "pending", what: undefined };
	})();
	return Promise.race([settled, waited]);
}

/** Received frames as text. */
export function frames(value: unknown): unknown {
	if (Buffer.isBuffer(value)) return `<${value.toString("latin1")}>`;
	return Array.isArray(value) ? value.map(frames) : masked(value);
}
