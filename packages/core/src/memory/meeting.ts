/**
 * How threads of one process find each other's roots, without anybody passing anything.
 *
 * A thread hands its roots to every worker that it starts from then on, as environment data. A thread that got none (it was
 * started before its parent imported the package, or it is the first) makes a root and says so once on a BroadcastChannel;
 * every thread that hears of a root joins it. So any two threads share the root of whichever came second.
 *
 * **Shutdown**: the channel is unref'd and holds nothing; it ends with the thread.
 */
import { BroadcastChannel, getEnvironmentData, setEnvironmentData, threadId } from "node:worker_threads";
import { Root } from "./root.ts";
import { LAYOUT_VERSION } from "./root-layout.ts";

const KEY = `zloom.core.roots.${LAYOUT_VERSION}`;
/** More roots than this are not joined: each is a thread that started before its parent's first import. */
const ROOTS_MAX = 64;

interface Passed {
	readonly roots: readonly SharedArrayBuffer[];
	readonly threadId: number;
}

function isPassed(value: unknown): value is Passed {
	return (
		typeof value === "object" && value !== null && Array.isArray((value as Passed).roots) && typeof (value as Passed).threadId === "number"
	);
}

/** What the parent handed over; -1 = no parent known. */
export function inherited(): { roots: Root[]; parentThreadId: number } {
	const value: unknown = getEnvironmentData(KEY);
	if (!isPassed(value) || value.threadId === threadId) return { roots: [], parentThreadId: -1 };
	const roots: Root[] = [];
	for (const buffer of value.roots) {
		const root = Root.adopt(buffer);
		if (root !== undefined) roots.push(root);
	}
	return { roots, parentThreadId: value.threadId };
}

/** Hands the roots to every worker started from now on. */
export function bequeath(roots: readonly Root[]): void {
	const passed: Passed = { roots: roots.map((root) => root.buffer), threadId };
	// Structured clone shares the memory of a SharedArrayBuffer; the types know only JSON-like values.
	setEnvironmentData(KEY, passed as never);
}

/** Joins every root that a thread says hello with; with `own`, says hello. */
export function meet(known: () => readonly Root[], own: Root | undefined, join: (root: Root) => void): void {
	const channel = new BroadcastChannel(KEY);
	channel.onmessage = (event: unknown) => {
		const root = Root.adopt((event as { data: unknown }).data);
		if (root === undefined || known().length >= ROOTS_MAX || known().some((each) => each.id === root.id)) return;
		join(root);
	};
	channel.unref();
	if (own !== undefined) channel.postMessage(own.buffer);
}
