/**
 * What is known before any file is read: how many files and bytes there are, which are the largest, and where nothing
 * could be listed. Runs on the main thread; bounded: the largest files are a capped list.
 */
import { lstatSync } from "node:fs";
import { largeFileBytes, largeFilesFirstMax, troubleRows } from "./limits.ts";
import { compareText, TopList } from "./top-list.ts";
import { type Root, type UnreadableFolder, type WalkedFile, walk } from "./walk.ts";

export interface LargeFile extends WalkedFile {
	readonly bytes: number;
}

export interface Survey {
	readonly roots: readonly Root[];
	readonly files: number;
	readonly bytes: number;
	/** Largest first. */
	readonly large: readonly LargeFile[];
	readonly unreadableFolders: { readonly count: number; readonly listed: readonly UnreadableFolder[] };
}

export function survey(roots: readonly Root[]): Survey {
	const large = new TopList<LargeFile>(largeFilesFirstMax, (a, b) => b.bytes - a.bytes || a.index - b.index);
	const listed = new TopList<UnreadableFolder>(troubleRows, (a, b) => compareText(a.path, b.path));
	let files = 0;
	let bytes = 0;
	let unreadable = 0;
	const onUnreadable = (folder: UnreadableFolder): void => {
		unreadable++;
		listed.add(folder);
	};
	for (const file of walk(roots, onUnreadable)) {
		const size = sizeOf(file.absolute);
		files++;
		bytes += size;
		if (size >= largeFileBytes) large.add({ ...file, bytes: size });
	}
	return { roots, files, bytes, large: large.rows, unreadableFolders: { count: unreadable, listed: listed.rows } };
}

/** 0 for a file that is gone or out of reach: reading it will tell. */
export function sizeOf(path: string): number {
	try {
		return lstatSync(path).size;
	} catch {
		return 0;
	}
}
