/**
 * Measures one program: ours on one and on two threads and its Erlang twin on as many schedulers, in alternation, and what follows:
 * how many times faster ours is, side by side and best against best.
 */

import { fileURLToPath } from "node:url";
import { type ArmResult, type Program as Command, type Missing, measure, medianOf, ratioTo } from "@zloom/bench/comparison";
import { erlangTwin } from "./erlang.ts";
import type { Program } from "./program.ts";
import type { Order } from "./run-program.ts";

/** Threads of our system, schedulers of Erlang. */
export const THREADS = [1, 2] as const;

export interface Comparison {
	readonly threads: number;
	readonly ours: ArmResult;
	/** Undefined for programs that have no twin. */
	readonly erlang: ArmResult | undefined;
	/** The median of the rounds' ratios, above 1 when ours is faster. */
	readonly ratio: number | undefined;
}

export interface ProgramResult {
	readonly name: string;
	readonly title: string;
	readonly stresses: string;
	readonly parameters: Program["sizes"]["full"];
	readonly comparisons: readonly Comparison[];
	/** Our faster arm against the faster one of Erlang, by their medians. */
	readonly best: number | undefined;
}

const oursName = (threads: number): string => `zloom ${threads}`;
const erlangName = (threads: number): string => `Erlang ${threads}`;

function ourArm({ name }: Program, order: Order): Command {
	const file = fileURLToPath(new URL("./arm.js", import.meta.url));
	return { command: process.execPath, args: [file, JSON.stringify({ program: name, ...order })] };
}

function armsOf(program: Program, twin: boolean, size: Order["size"], iterations: number): Map<string, Command | Missing> {
	const arms = new Map<string, Command | Missing>();
	for (const threads of THREADS) {
		const order = { size, threads, iterations };
		arms.set(oursName(threads), ourArm(program, order));
		if (twin) arms.set(erlangName(threads), erlangTwin(program, order));
	}
	return arms;
}

/** The lowest median of some arms; undefined when one of them has none. */
function fastest(arms: readonly (ArmResult | undefined)[]): number | undefined {
	const medians = arms.map(medianOf);
	return medians.some((ms) => ms === undefined) ? undefined : Math.min(...(medians as number[]));
}

export async function measureProgram(
	program: Program,
	options: { twin: boolean; size: Order["size"]; rounds: number; iterations: number },
): Promise<ProgramResult> {
	const { name, title, stresses } = program;
	const arms = armsOf(program, options.twin, options.size, options.iterations);
	const result = await measure({ name, title, measures: stresses, unit: "ms", arms, bars: [] }, options.rounds);
	const comparisons = THREADS.map((threads): Comparison => {
		const ours = result.arms[oursName(threads)] as ArmResult;
		const erlang = result.arms[erlangName(threads)];
		const ratio = erlang === undefined ? undefined : ratioTo({ ours, erlang }, "erlang", "ms");
		return { threads, ours, erlang, ratio };
	});
	const ours = fastest(comparisons.map((comparison) => comparison.ours));
	const theirs = fastest(comparisons.map(({ erlang }) => erlang));
	const best = ours === undefined || theirs === undefined ? undefined : theirs / ours;
	return { name, title, stresses, parameters: program.sizes[options.size], comparisons, best };
}

/** Programs with an arm that failed, each with what it said. */
export function failures(results: readonly ProgramResult[]): string[] {
	return results.flatMap(({ name, comparisons }) =>
		comparisons.flatMap(({ threads, ours, erlang }) => [
			...("failed" in ours ? [`${name}, zloom, ${threads}: ${ours.failed}`] : []),
			...(erlang !== undefined && "failed" in erlang ? [`${name}, Erlang, ${threads}: ${erlang.failed}`] : []),
		]),
	);
}

/** Why Erlang is missing; undefined when it is there, or nothing asked for it. */
export function missingErlang(results: readonly ProgramResult[]): string | undefined {
	for (const { comparisons } of results)
		for (const { erlang } of comparisons) if (erlang !== undefined && "missing" in erlang) return erlang.missing;
	return undefined;
}
