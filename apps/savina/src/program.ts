/**
 * A program of the Savina suite (Imam and Sarkar, AGERE 2014): its parameters in two sizes, how it is run on a stage, and how its
 * result is checked. Parameters are the published defaults; a small size shows that the program works.
 *
 * A result is flat, and `check` looks at every field of it: run-program.ts changes each in turn and expects to be told.
 */
import type { Stage } from "./stage.ts";

/** In the order in which the Erlang program of the same name takes them. */
export type Parameters = Readonly<Record<string, number>>;
export type Result = Readonly<Record<string, number | bigint | string>>;

export interface Program<P extends Parameters = Parameters, R extends Result = Result> {
	/** As its folder in Savina is called; its actors stand in the file of that name, and its Erlang twin too. */
	readonly name: string;
	readonly title: string;
	/** What of an actor library it is hard on. */
	readonly stresses: string;
	readonly sizes: { readonly full: P; readonly small: P };
	/** Spawns the actors, lets them work, and gathers what they found. All of it is measured. */
	readonly run: (stage: Stage, parameters: P) => Promise<R>;
	/** @throws AssertionError when the result is not the right one */
	readonly check: (result: R, parameters: P) => void;
}

/** Types a program by its own parameters and result. */
export function program<P extends Parameters, R extends Result>(definition: Program<P, R>): Program {
	return definition as unknown as Program;
}
