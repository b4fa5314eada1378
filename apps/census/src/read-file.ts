/**
 * Reads a file for the census: its content when it is small enough to parse, else its facts, made here in pieces without
 * ever holding it. Synchronous on purpose: a parser thread has nothing else to do, and at these sizes the asynchronous calls
 * cost more than the reading. Owns one file descriptor for the time of a call.
 */
import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { FileFacts } from "./file-facts.ts";
import type { FoundFile } from "./found-file.ts";
import { parseBytesMax } from "./limits.ts";
import { newlinesIn } from "./line-starts.ts";

const pieceBytes = 1024 * 1024;

/** `path` is where the file is; `file.path` is how it is printed. */
export function readForParsing(file: FoundFile, path: string): { content: Uint8Array } | { facts: FileFacts } {
	let descriptor: number | undefined;
	try {
		// Non-blocking: what was a file in the walk and is a FIFO by now must not hang the census.
		descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
		const { size, isFile } = described(descriptor);
		if (!isFile) return { facts: { ...withoutTree(file), unreadable: "not a file any more" } };
		return size > parseBytesMax ? { facts: factsOfLarge(file, descriptor) } : { content: readAll(descriptor, size) };
	} catch (error) {
		return { facts: { ...withoutTree(file), unreadable: codeOf(error) } };
	} finally {
		if (descriptor !== undefined) closeSync(descriptor);
	}
}

function described(descriptor: number): { size: number; isFile: boolean } {
	const stats = fstatSync(descriptor);
	return { size: stats.size, isFile: stats.isFile() };
}

function readAll(descriptor: number, size: number): Uint8Array {
	const content = Buffer.allocUnsafe(size);
	let filled = 0;
	while (filled < size) {
		const count = readSync(descriptor, content, filled, size - filled, null);
		if (count === 0) break;
		filled += count;
	}
	return content.subarray(0, filled);
}

function factsOfLarge(file: FoundFile, descriptor: number): FileFacts {
	const piece = Buffer.allocUnsafe(pieceBytes);
	const hash = createHash("sha256");
	let bytes = 0;
	let lines = 0;
	let last = 0x0a;
	for (let count = readSync(descriptor, piece); count > 0; count = readSync(descriptor, piece)) {
		const part = piece.subarray(0, count);
		hash.update(part);
		bytes += count;
		lines += newlinesIn(part);
		last = part[count - 1] as number;
	}
	if (last !== 0x0a) lines++;
	return { ...withoutTree(file), bytes, lines, hash: new Uint8Array(hash.digest()).subarray(0, 16), tooLarge: true };
}

function withoutTree(file: FoundFile): FileFacts {
	return {
		path: file.path,
		index: file.index,
		kind: file.kind,
		bytes: 0,
		lines: 0,
		hash: undefined,
		tree: undefined,
		fault: undefined,
		tooLarge: false,
		unreadable: undefined,
	};
}

function codeOf(error: unknown): string {
	const code = (error as { code?: unknown } | null)?.code;
	return typeof code === "string" ? code : String(error);
}
