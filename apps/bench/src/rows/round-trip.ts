/**
 * The rows of latency: one message to another thread and back, one at a time; medians of each run. Hot, parked, over tcp, and calls
 * of functions, which are round trips with values.
 */
import type { LibraryName } from "../arms/library.ts";
import type { CallsOrder, RoundTripOrder, TcpBesideOrder } from "../arms/orders.ts";
import { cProgram } from "../c-peer.ts";
import { freshEndpoint } from "../endpoint.ts";
import { nodeProgram, type Program } from "../program.ts";
import type { Row, Sizes } from "../row.ts";

const BYTES = 64;
/** Pause before a trip between parked threads, ms: many times what a thread stays awake for more. */
const PARKED_MS = 3;
/** One trip in so many is made between parked threads: each takes its pause. */
const PARKED_SHARE = 40;
/** Trips after which all that they run is compiled; what comes first is not counted, in any arm. */
const WARM_UP_TRIPS = 20_000;
/** Calls kept under way where a row says "in flight". */
const IN_FLIGHT = 256;

/** How much slower tcp may be beside hot lanes. */
const TCP_BESIDE_MAX = 1.3;

type Trip = Pick<RoundTripOrder, "sockets" | "roundTrips" | "pauseMs" | "warmUp">;

function node(library: LibraryName, transport: "inproc" | "tcp", trip: Trip): Program {
	return nodeProgram<RoundTripOrder>("round-trip", { library, endpoint: freshEndpoint(transport), bytes: BYTES, ...trip });
}

function port(trip: Trip): Program {
	return nodeProgram<RoundTripOrder>("round-trip", { library: "MessagePort", endpoint: "", bytes: BYTES, ...trip });
}

function tcpBeside(roundTrips: number, lanes: boolean): Program {
	return nodeProgram<TcpBesideOrder>("tcp-beside", { endpoint: freshEndpoint("inproc"), roundTrips: Math.ceil(roundTrips / 4), lanes });
}

export function roundTripRows({ roundTrips }: Sizes): Row[] {
	// V8 compiles on threads of its own, which on two cores are in the way of the two that talk: that is over before trips count.
	const hot: Trip = { sockets: "pair", roundTrips, pauseMs: 0, warmUp: Math.max(roundTrips, WARM_UP_TRIPS) };
	const parked: Trip = { ...hot, roundTrips: Math.ceil(roundTrips / PARKED_SHARE), pauseMs: PARKED_MS };
	const request: Trip = { ...hot, sockets: "req" };
	return [
		{
			name: "round-trip-hot",
			title: "round trip between hot threads, inproc 64 B",
			measures: "PAIR and PAIR, each trip begins when the last one has ended: `await send`, `await receive`; C blocks in zmq_recv.",
			unit: "us",
			arms: new Map([
				["zloom", node("zloom", "inproc", hot)],
				["MessagePort", port(hot)],
				["libzmq C", cProgram("round-trip", "pair", freshEndpoint("inproc"), BYTES, roundTrips)],
				["npm zeromq", node("zeromq", "inproc", hot)],
			]),
			bars: [
				{ against: "MessagePort", atLeast: 10 },
				{ against: "libzmq C", atLeast: 5 },
			],
		},
		{
			name: "round-trip-parked",
			title: "round trip between parked threads, inproc 64 B",
			measures: `As between hot threads, with ${PARKED_MS} ms before each trip in which both threads have nothing to do and sleep; hot trips come first, so that code is compiled.`,
			unit: "us",
			arms: new Map([
				["zloom", node("zloom", "inproc", parked)],
				["MessagePort", port(parked)],
			]),
			bars: [{ against: "MessagePort", atLeast: 1 }],
		},
		{
			name: "tcp-beside-hot",
			title: "round trip of Node's tcp beside hot lanes",
			measures:
				"One byte by plain net sockets to another thread and back, while both threads answer each other by inproc without a pause; alone, they sleep in between.",
			unit: "us",
			arms: new Map([
				["beside hot lanes", tcpBeside(roundTrips, true)],
				["tcp alone", tcpBeside(roundTrips, false)],
			]),
			bars: [{ against: "tcp alone", atLeast: Number((1 / TCP_BESIDE_MAX).toFixed(2)) }],
		},
		{
			name: "round-trip-tcp",
			title: "round trip tcp REQ/REP, 64 B",
			measures: "REQ in one thread, REP in another; each trip begins when the last one has ended.",
			unit: "us",
			arms: new Map([
				["zloom", node("zloom", "tcp", request)],
				["npm zeromq", node("zeromq", "tcp", request)],
				["libzmq C", cProgram("round-trip", "req", freshEndpoint("tcp"), BYTES, roundTrips)],
			]),
			bars: [
				{ against: "npm zeromq", atLeast: 1.5 },
				{ against: "libzmq C", atLeast: 1 },
			],
		},
	];
}

/** An ask of an actor beside the libraries that people use for that today. */
export function callRows({ roundTrips }: Sizes): Row[] {
	const callees: readonly CallsOrder["callee"][] = ["zloom", "piscina", "comlink"];
	const arms = (calls: number, inFlight: number) =>
		new Map(callees.map((callee) => [callee, nodeProgram<CallsOrder>("calls", { callee, calls, inFlight })] as const));
	const measures =
		"A function on one worker thread gets a small object and returns it: an ask of an actor, `piscina.run`, a call by comlink.";
	return [
		{ name: "call", title: "call on another thread, one at a time", measures, unit: "us", arms: arms(roundTrips, 1), bars: [] },
		{
			name: "calls-in-flight",
			title: `call on another thread, ${IN_FLIGHT} in flight`,
			measures,
			unit: "calls/s",
			arms: arms(roundTrips * 5, IN_FLIGHT),
			bars: [],
		},
	];
}
