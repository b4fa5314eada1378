/**
 * Every bound of the census, with its unit and its reason. What is kept per file is capped here, so that memory does not
 * follow the size of the tree; the caps that can shorten a result are printed with it (totals.ts, "caps").
 */

/** Files above this are counted, hashed and listed, not parsed: an AST takes about 40 times the size of its source. */
export const parseBytesMax = 16 * 1024 * 1024;

/** One batch travels to a parser at once: large enough that a message costs nothing beside parsing it (about 25 ms). */
export const batchBytes = 128 * 1024;
export const batchFilesMax = 64;

/** The largest files go first, so that no thread is left alone with one at the end. This many are remembered for it. */
export const largeFilesFirstMax = 1_000;
/** A file below this is no burden at the end of a run. */
export const largeFileBytes = 64 * 1024;

/** Rows in each "top" list of the totals. */
export const topRows = 10;
/** Rows in each list of files that something is wrong with. The counts beside the lists are always complete. */
export const troubleRows = 100;

/** Files, in the order of the walk, whose content hash is compared; 32 bytes each, at a load of 3/4 at most. */
export const hashedFilesMax = 500_000;
/** Distinct imported packages that are counted exactly; beyond, a fixed sample of names is kept (name-counts.ts). */
export const importedNamesMax = 20_000;
/** Distinct packages that one file contributes. */
export const importedNamesPerFileMax = 1_000;
/** npm refuses longer package names; a longer one is no package. */
export const packageNameLengthMax = 214;
/** Function names and error texts are cut to this many characters. */
export const textLengthMax = 120;

/** Passes over the samples that show the parser all of the language (warm-up.ts). */
export const warmUpRounds = 8;

/** Young generation of a parser thread; what lives of a file while it is parsed should not be copied out of it often. */
export const parserYoungGenerationMb = 48;
/** Source parsed from one look at the heap to the next: a look costs some microseconds. */
export const lookAtHeapEveryBytes = 1024 * 1024;
/** What the heap of a parser may hold beyond what lived in it at the last collection, the young generation included (garbage.ts). */
export const heldBytesMax = 48 * 1024 * 1024;
/** The same for the main thread while others parse: it gets their facts, a few kilobytes a portion. */
export const aggregatorHeldBytesMax = 16 * 1024 * 1024;
/** The stack of a parser thread, near that of the main thread, so that "nested too deeply" means the same in both. */
export const parserStackMb = 1;

/** Worker threads; as many as the runtime allows one system. */
export const threadsMax = 512;
/** Parsers on each node named by --on: how many cores it has is not known here, and one too many costs nothing. */
export const parsersPerNode = 8;

/** How often progress is shown: on a terminal, and as plain lines. */
export const barIntervalMs = 100;
export const lineIntervalMs = 2_000;

/** Rounds of `npm run census:speed`. */
export const speedRounds = 3;
/** The smaller tree of `npm run census:memory`; ten of it are the larger one. */
export const memoryTreeBytes = 25_000_000;

if (largeFilesFirstMax < topRows) throw new Error("limits: largeFilesFirstMax must not be below topRows");
if (batchBytes < largeFileBytes) throw new Error("limits: a large file must fit a batch of its own");
