/**
 * Folds a CPU profile of V8 (`node --cpu-prof` writes one for each thread): time by function, without what it called.
 *
 * Idle time and garbage collection are told apart from work; shares are of the time that a thread was busy. Pure.
 */

/** What we read of a .cpuprofile file. */
export interface CpuProfile {
	readonly nodes: readonly {
		readonly id: number;
		readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
	}[];
	/** The node on top at each sample. */
	readonly samples: readonly number[];
	/** Microseconds since the sample before, or since the start. */
	readonly timeDeltas: readonly number[];
}

export interface Cost {
	/** Function and file with line, as a reader looks for it. */
	readonly where: string;
	readonly milliseconds: number;
	/** Of the busy time, 0 to 1. */
	readonly share: number;
}

export interface Folded {
	readonly busyMs: number;
	readonly idleMs: number;
	/** Part of the busy time, ms. */
	readonly collectingMs: number;
	/** Dearest first, the garbage collector among them. */
	readonly costs: readonly Cost[];
}

const IDLE = "(idle)";
const COLLECTOR = "(garbage collector)";
const ROOT = "(root)";

/** The last two parts of a path, or the name of a module of Node. */
function fileOf(url: string): string {
	if (url === "") return "native";
	if (url.startsWith("node:")) return url;
	if (url.startsWith("wasm:")) return "WebAssembly";
	return url.split("/").slice(-2).join("/");
}

function whereOf({ functionName, url, lineNumber }: CpuProfile["nodes"][number]["callFrame"]): string {
	if (functionName.startsWith("(") && url === "") return functionName;
	const line = url === "" || url.startsWith("wasm:") ? "" : `:${lineNumber + 1}`;
	return `${functionName === "" ? "(anonymous)" : functionName} ${fileOf(url)}${line}`;
}

export function foldProfile({ nodes, samples, timeDeltas }: CpuProfile): Folded {
	const names = new Map(nodes.map(({ id, callFrame }) => [id, whereOf(callFrame)] as const));
	const times = new Map<string, number>();
	// A sample stands for the time until the next one.
	for (const [index, id] of samples.entries()) {
		const where = names.get(id) ?? ROOT;
		times.set(where, (times.get(where) ?? 0) + (timeDeltas[index + 1] ?? 0) / 1000);
	}
	const idleMs = (times.get(IDLE) ?? 0) + (times.get(ROOT) ?? 0);
	times.delete(IDLE);
	times.delete(ROOT);
	let busyMs = 0;
	for (const time of times.values()) busyMs += time;
	const costs = [...times]
		.filter(([, time]) => time > 0)
		.map(([where, milliseconds]) => ({ where, milliseconds, share: milliseconds / busyMs }))
		.sort((a, b) => b.milliseconds - a.milliseconds);
	return { busyMs, idleMs, collectingMs: times.get(COLLECTOR) ?? 0, costs };
}
