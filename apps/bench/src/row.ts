/**
 * A row of the benchmark: what is measured, with which arms, in which unit, and which bars ours has to reach.
 * Ours is always the first arm. A run of an arm is a program.
 */
import type { Missing } from "./c-peer.ts";
import type { Program } from "./program.ts";

/** How a figure is read: more a second is better, of everything else less. */
export type Unit = "msg/s" | "calls/s" | "topics/s" | "ms" | "us" | "%" | "KB";

export function moreIsBetter(unit: Unit): boolean {
	return unit.endsWith("/s");
}

/** Against a peer, as a ratio in the same run; or a figure of ours that must not be reached. */
export type Bar = { readonly against: string; readonly atLeast: number } | { readonly below: number };

export interface Row {
	/** Short, for `--row`. */
	readonly name: string;
	readonly title: string;
	/** What exactly is measured: who sends what to whom, and what is not counted. */
	readonly measures: string;
	readonly unit: Unit;
	readonly arms: ReadonlyMap<string, Program | Missing>;
	readonly bars: readonly Bar[];
}

export interface Sizes {
	/** Messages of the slowest arms of a throughput row; the others follow from it. */
	readonly messages: number;
	/** Round trips of a latency row. */
	readonly roundTrips: number;
	/** How long the parked row looks, seconds. */
	readonly parkedSeconds: number;
}
