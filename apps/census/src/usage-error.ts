/**
 * What a person can mend: a wrong option, folder, endpoint or output path. main.ts prints its message as one line and
 * ends with status 2; everything else is a fault of the program and keeps its stack trace.
 */
export class UsageError extends Error {
	override readonly name = "UsageError";
}
