/**
 * A file as the walk found it, before it is read: what the facts about it begin with. Its place in the walk stands for it
 * where paths would cost too much.
 */
import type { FileKind } from "./file-kind.ts";

export interface FoundFile {
	/** As printed. */
	readonly path: string;
	readonly index: number;
	readonly kind: FileKind;
}
