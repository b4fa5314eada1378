/**
 * The actor that waits for the end of a program: it gathers reports, and answers when all are there.
 * Reentrant, because the answer is asked for before the reports have come.
 */
import { defineActor } from "@zloom/runtime";

export interface OutcomeFace<T> {
	report(value: T): void;
	/** Settles when the last report is in: all of them, in the order in which they came. */
	all(): Promise<T[]>;
}

export const Outcome = defineActor(
	import.meta,
	"Outcome",
	(_ctx, expected: number): OutcomeFace<unknown> => {
		const reports: unknown[] = [];
		let complete: (all: unknown[]) => void = () => {};
		const all = new Promise<unknown[]>((resolve) => {
			complete = resolve;
		});
		return {
			report(value) {
				reports.push(value);
				if (reports.length === expected) complete(reports);
			},
			all: () => all,
		};
	},
	{ reentrant: true },
);
