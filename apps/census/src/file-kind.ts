/**
 * Which files the census counts: those whose name ends in one of eight extensions, exactly as
 * `find FOLDER -type f \( -name '*.js' -o … \)` picks them (so `.js` alone is a file name that counts).
 */
export const fileKinds = [".cjs", ".cts", ".js", ".jsx", ".mjs", ".mts", ".ts", ".tsx"] as const;

export type FileKind = (typeof fileKinds)[number];

const known: ReadonlySet<string> = new Set(fileKinds);

export function fileKindOf(name: string): FileKind | undefined {
	const dot = name.lastIndexOf(".");
	if (dot < 0) return undefined;
	const extension = name.slice(dot);
	return known.has(extension) ? (extension as FileKind) : undefined;
}
