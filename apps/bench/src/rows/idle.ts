/**
 * The rows of what idles: processor time of parked threads, memory of connections and lanes. Their bars are figures, not ratios; the
 * peers stand beside them for comparison.
 */
import type { ConnectionsOrder, LanesOrder, ParkedOrder } from "../arms/orders.ts";
import type { Missing } from "../c-peer.ts";
import { nodeProgram, type Program } from "../program.ts";
import type { Row, Sizes } from "../row.ts";

const THREADS = 8;
const CONNECTIONS = 1000;
const LANES = 8;
/** Fills both rings of a lane several times. */
const TRAFFIC_BYTES = 1 << 20;

/** Compilers add to the heap whatever runs often, and drop what does not, at times of their own: several times what a lane takes. */
const CODE_STAYS = ["--no-opt", "--no-sparkplug", "--no-lazy-feedback-allocation", "--no-flush-bytecode"];

function parked(library: ParkedOrder["library"], seconds: number): Program {
	return nodeProgram<ParkedOrder>("parked", { library, threads: THREADS, seconds });
}

function connections(library: ConnectionsOrder["library"]): Program {
	return nodeProgram<ConnectionsOrder>("connections", { library, connections: CONNECTIONS }, ["--expose-gc"]);
}

function lanes(traffic: number): Program | Missing {
	if (process.platform !== "linux") return { missing: "the pages of shared memory are counted on Linux only" };
	return nodeProgram<LanesOrder>("lanes", { lanes: LANES, traffic }, ["--expose-gc", ...CODE_STAYS]);
}

export function idleRows({ parkedSeconds }: Sizes): Row[] {
	const lane = { unit: "KB", bars: [{ below: 300 }] } as const;
	return [
		{
			name: "parked-cpu",
			title: `CPU of ${THREADS} parked threads over ${parkedSeconds} s`,
			measures: "Percent of one core, whole process: each thread waits for a message on a socket that had some; idle Node waits on ports.",
			unit: "%",
			arms: new Map([
				["zloom", parked("zloom", parkedSeconds)],
				["idle Node", parked("MessagePort", parkedSeconds)],
			]),
			bars: [{ below: 0.5 }],
		},
		{
			name: "connection-memory",
			title: "memory of an idle tcp connection",
			measures: `Resident memory of one end, of ${CONNECTIONS} connections with both ends in one process, after a message through each.`,
			unit: "KB",
			arms: new Map([
				["zloom", connections("zloom")],
				["npm zeromq", connections("zeromq")],
			]),
			bars: [{ below: 20 }],
		},
		{
			...lane,
			name: "lane-memory",
			title: "memory of a lane",
			measures: `Resident pages of shared memory and what the heaps of both threads grew by, both directions: the mean of ${LANES} lanes, after one small message there and back.`,
			arms: new Map([["zloom", lanes(0)]]),
		},
		{
			...lane,
			name: "lane-memory-used",
			title: "memory of a lane after traffic",
			measures: `As above, after ${TRAFFIC_BYTES >> 20} MiB there and back.`,
			arms: new Map([["zloom", lanes(TRAFFIC_BYTES)]]),
		},
	];
}
