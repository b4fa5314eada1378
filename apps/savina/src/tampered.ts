/**
 * Results with one field changed, to prove that a check can fail: a check that lets one of them pass looks at too little.
 */
import type { Parameters, Program, Result } from "./program.ts";

function changed(value: number | bigint | string): number | bigint | string {
	if (typeof value === "bigint") return value + 1n;
	if (typeof value === "number") return value + Math.max(1, Math.abs(value) / 1024);
	return value.endsWith("0") ? `${value.slice(0, -1)}1` : `${value.slice(0, -1)}0`;
}

/** @throws Error that names a field which the check does not look at */
export function checkTheCheck(program: Pick<Program, "name" | "check">, result: Result, parameters: Parameters): void {
	for (const [field, value] of Object.entries(result)) {
		try {
			program.check({ ...result, [field]: changed(value) }, parameters);
		} catch (error) {
			if ((error as { code?: unknown }).code === "ERR_ASSERTION") continue;
			throw error;
		}
		throw new Error(`the check of ${program.name} does not look at ${field}`);
	}
}
