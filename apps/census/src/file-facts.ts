/**
 * What the census knows of one file: small, and the only thing that travels from a parser to the aggregator. Plain data,
 * no Map and no class, so that any codec carries it.
 */
import type { FileKind } from "./file-kind.ts";

export interface LongestFunction {
	readonly name: string;
	readonly line: number;
	readonly lines: number;
}

export interface SyntaxFault {
	readonly line: number;
	readonly column: number;
	readonly message: string;
}

/** What the syntax tree tells. */
export interface TreeFacts {
	functions: number;
	classes: number;
	/** Functions, classes and block statements inside one another, at most. */
	depth: number;
	longest: LongestFunction | undefined;
	/** `functionLengths[b]`: functions of 2^b up to 2^(b+1) - 1 lines. */
	functionLengths: number[];
	/** Imports of modules of the same package: relative paths and `#private` names. */
	importsWithin: number;
	/** Packages and the number of places that import them. */
	imports: [name: string, count: number][];
}

export interface FileFacts {
	/** As printed. */
	readonly path: string;
	/** Position in the walk. */
	readonly index: number;
	readonly kind: FileKind;
	readonly bytes: number;
	readonly lines: number;
	/** The first 16 bytes of the SHA-256 of the content; undefined when it could not be read. */
	readonly hash: Uint8Array | undefined;
	/** Absent when the file was not parsed; then one of the following says why. */
	readonly tree: TreeFacts | undefined;
	readonly fault: SyntaxFault | undefined;
	readonly tooLarge: boolean;
	/** The system's code, such as EACCES. */
	readonly unreadable: string | undefined;
}
