/**
 * The files of a census, in an order that depends on the tree alone: folder by folder, entries by name in code units.
 * Symbolic links are not followed, except that a folder given by name may be one; hidden folders are included; a file with
 * several names counts once a name: the same count as `find FOLDER -type f` with the eight extensions.
 *
 * The walk is lazy and keeps one folder's entries a level, never the tree. It is made twice, once to measure and once to
 * work, so that the remaining time is known and the largest files can go first without remembering all.
 */
import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { fileKindOf } from "./file-kind.ts";
import type { FoundFile } from "./found-file.ts";
import { compareText } from "./top-list.ts";
import { UsageError } from "./usage-error.ts";

/** A folder to walk: `path` is real and absolute, `label` is how the person named it. */
export interface Root {
	readonly path: string;
	readonly label: string;
}

export interface WalkedFile extends FoundFile {
	/** Where it is: absolute. `path` is how it is printed. */
	readonly absolute: string;
}

/** A folder that could not be listed. */
export interface UnreadableFolder {
	readonly path: string;
	readonly code: string;
}

/**
 * The folders to walk, in the order of their names. Each is walked once: one given twice, or inside another, is dropped,
 * because its files are counted there already. Throws a UsageError for what is no folder.
 */
export function rootsOf(folders: readonly string[], from: string): Root[] {
	const roots = folders.map((label) => ({ path: realFolder(label, from), label: label.replace(/(?<=.)\/+$/, "") }));
	roots.sort((a, b) => compareText(a.path, b.path) || compareText(a.label, b.label));
	const kept: Root[] = [];
	for (const root of roots) {
		const inside = kept.some((other) => root.path === other.path || root.path.startsWith(other.path === sep ? sep : other.path + sep));
		if (!inside) kept.push(root);
	}
	return kept;
}

function realFolder(label: string, from: string): string {
	const path = join(label.startsWith(sep) ? label : join(from, label));
	let isFolder: boolean;
	let real: string;
	try {
		real = realpathSync(path);
		isFolder = statSync(real).isDirectory();
	} catch (error) {
		const code = (error as { code?: string }).code;
		const why = code === "ENOENT" || code === "ENOTDIR" ? "does not exist" : `cannot be read (${code ?? String(error)})`;
		throw new UsageError(`the folder "${label}" ${why}: name a folder of source files`);
	}
	if (!isFolder) throw new UsageError(`"${label}" is a file, not a folder: name the folder that holds it`);
	return real;
}

/** Every file of the census under these roots. `onUnreadable` hears of folders that cannot be listed. */
export function* walk(roots: readonly Root[], onUnreadable?: (folder: UnreadableFolder) => void): Generator<WalkedFile> {
	let index = 0;
	for (const root of roots) {
		for (const [absolute, path, name] of filesUnder(root.path, root.label, onUnreadable)) {
			const kind = fileKindOf(name);
			if (kind !== undefined) yield { absolute, path, kind, index: index++ };
		}
	}
}

function* filesUnder(
	folder: string,
	label: string,
	onUnreadable: ((folder: UnreadableFolder) => void) | undefined,
): Generator<[absolute: string, path: string, name: string]> {
	let entries: Dirent[];
	try {
		entries = readdirSync(folder, { withFileTypes: true });
	} catch (error) {
		onUnreadable?.({ path: label, code: (error as { code?: string }).code ?? String(error) });
		return;
	}
	entries.sort((a, b) => compareText(a.name, b.name));
	for (const entry of entries) {
		const path = label === sep ? sep + entry.name : `${label}${sep}${entry.name}`;
		const absolute = folder === sep ? sep + entry.name : `${folder}${sep}${entry.name}`;
		if (entry.isDirectory()) yield* filesUnder(absolute, path, onUnreadable);
		else if (entry.isFile()) yield [absolute, path, entry.name];
	}
}
