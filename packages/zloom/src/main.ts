#!/usr/bin/env node
/**
 * The program `zloom`. Bad input ends it with one line on stderr and status 2; anything else unexpected is a bug, and shown
 * whole, with status 1.
 */
import { isForPeople, oneLine } from "./command-error.ts";
import { runProgram } from "./program.ts";

runProgram(process.argv.slice(2)).catch((error: unknown) => {
	if (isForPeople(error)) {
		process.stderr.write(`zloom: ${oneLine(error.message)}\n`);
		process.exitCode = 2;
	} else {
		process.stderr.write(`zloom: ${error instanceof Error ? error.stack : String(error)}\n`);
		process.exitCode = 1;
	}
});
