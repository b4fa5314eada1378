/**
 * Bad input to the command: said in one line on stderr, without a stack, and the command ends with status 2.
 */

export class CommandError extends Error {
	constructor(message: string, options: { cause?: unknown } = {}) {
		super(message, options);
		this.name = "CommandError";
	}
}

/** True for errors whose message is meant for the person at the keyboard: ours, and those of the packages, which have a code. */
export function isForPeople(error: unknown): error is Error {
	if (error instanceof CommandError) return true;
	return error instanceof Error && (error.name === "ActorError" || error.name === "ZmqError");
}

/** One line, whatever a message holds. */
export function oneLine(text: string): string {
	return text.replace(/\s*\n\s*/g, " ").trim();
}
