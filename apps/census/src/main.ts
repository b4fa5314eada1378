/**
 * The census as a program: `npm start -- [FOLDER…] [--threads N] [--on ENDPOINT…] [--json FILE] [--html FILE]`.
 *
 * Exit status: 0 done, 1 a fault of ours (with its stack), 2 something the person can mend (one line), 130 Ctrl-C.
 * Progress and messages go to standard error, tables to standard output.
 */
import { census } from "./census.ts";
import { readOptions } from "./options.ts";
import { UsageError } from "./usage-error.ts";

try {
	const options = readOptions(process.argv.slice(2));
	if (options !== undefined) await census(options);
} catch (error) {
	if (!(error instanceof UsageError)) throw error;
	process.stderr.write(`census: ${error.message}\n`);
	process.exitCode = 2;
}
