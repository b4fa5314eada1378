/**
 * The rows of `npm run bench`: what is measured, with which arms, in which unit. Ours is always the first arm.
 */
import type { TransportName } from "./arms.ts";
import { type CallArm, callRoundTrip, callsInFlight } from "./calls.ts";
import type { Unit } from "./median.ts";
import type { ArmName } from "./order.ts";
import { roundTrip } from "./round-trip.ts";
import { throughput } from "./throughput.ts";

export interface Row {
	title: string;
	unit: Unit;
	/** One run of each arm, by name; the first is ours. */
	arms: ReadonlyMap<string, () => Promise<number>>;
}

export interface Sizes {
	/** Messages of a throughput run. */
	messages: number;
	/** Round trips of a latency run. */
	roundTrips: number;
}

/** Calls kept under way where a row says "in flight". */
const IN_FLIGHT = 256;

function arms<Name extends string>(
	names: readonly Name[],
	run: (name: Name) => Promise<number>,
): ReadonlyMap<string, () => Promise<number>> {
	return new Map(names.map((name) => [name, () => run(name)]));
}

/** Raw sockets: ours, npm zeromq, and Node's own MessagePort, which has no tcp: beside tcp stands its figure in the process. */
export function socketRows({ messages, roundTrips }: Sizes): Row[] {
	const names: readonly ArmName[] = ["zloom", "zeromq", "MessagePort"];
	const rows: Row[] = [];
	for (const transport of ["inproc", "tcp"] satisfies TransportName[]) {
		for (const [sizeBytes, size] of [
			[64, "64 B"],
			[1024, "1 KiB"],
		] as const) {
			rows.push({
				title: `${transport} between threads, ${size}, send / for await`,
				unit: "msg/s",
				arms: arms(names, (arm) => throughput({ arm, transport, sizeBytes, messages })),
			});
		}
		rows.push({
			title: `${transport} between threads, 64 B, round trip`,
			unit: "us",
			arms: arms(names, (arm) => roundTrip({ arm, transport, sizeBytes: 64, messages: roundTrips })),
		});
	}
	return rows;
}

/** Calls: an ask of an actor beside the libraries that people use for that today. */
export function callRows({ roundTrips }: Sizes): Row[] {
	const names: readonly CallArm[] = ["zloom", "piscina", "comlink"];
	return [
		{ title: "call on another thread, one at a time", unit: "us", arms: arms(names, (arm) => callRoundTrip(arm, roundTrips)) },
		{
			title: `call on another thread, ${IN_FLIGHT} in flight`,
			unit: "calls/s",
			arms: arms(names, (arm) => callsInFlight(arm, roundTrips * 2, IN_FLIGHT)),
		},
	];
}
