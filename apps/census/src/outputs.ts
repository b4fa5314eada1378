/**
 * Where results go: checked before the work begins, so that nobody waits for a census whose result cannot be written.
 * A check leaves nothing behind: it looks, and opens only what exists already.
 */
import { accessSync, constants, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UsageError } from "./usage-error.ts";

/** @throws UsageError */
export function checkWritable(option: string, file: string): void {
	const path = resolve(file);
	try {
		const existing = statSync(path, { throwIfNoEntry: false });
		if (existing?.isDirectory()) throw new UsageError(`${option} ${file}: that is a folder; name a file in it`);
		if (existing !== undefined) accessSync(path, constants.W_OK);
		else accessSync(dirname(path), constants.W_OK | constants.X_OK);
	} catch (error) {
		throw cannotWrite(option, file, error);
	}
}

/** @throws UsageError */
export function write(option: string, file: string, text: string): void {
	try {
		writeFileSync(file, text);
	} catch (error) {
		throw cannotWrite(option, file, error);
	}
}

/** Makes the folder of the default report. @throws UsageError */
export function makeFolderOf(option: string, file: string): void {
	try {
		mkdirSync(dirname(file), { recursive: true });
	} catch (error) {
		throw cannotWrite(option, file, error);
	}
}

function cannotWrite(option: string, file: string, error: unknown): UsageError {
	if (error instanceof UsageError) return error;
	const code = (error as { code?: string }).code;
	const why =
		code === "ENOENT" || code === "ENOTDIR"
			? "its folder does not exist"
			: code === "EACCES" || code === "EROFS"
				? "writing there is not allowed"
				: String(error);
	return new UsageError(`${option} ${file} cannot be written: ${why}; choose another place`);
}
