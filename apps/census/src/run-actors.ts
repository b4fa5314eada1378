/**
 * The census on actors: portions of files flow through a pipeline of parsers, on threads of this process or on other nodes,
 * and end in the aggregator on the main thread. Results come in any order; the fold does not mind. Back-pressure reaches
 * from the aggregator to the walk, so what is under way is a few portions a parser, whatever the size of the tree.
 *
 * A portion that is lost with its thread or node goes to another parser, and the person is told.
 *
 * Shutdown: the system is stopped whether the work ends or fails. No signal handler: nothing of ours lies on disk, threads
 * end with the process, and a node drops the parsers of a peer that is gone. So Ctrl-C ends the process at once.
 */
import { ActorError, createSystem, type System } from "@zloom/runtime";
import { Aggregator } from "./aggregator-actor.ts";
import { batches } from "./batches.ts";
import type { FileFacts } from "./file-facts.ts";
import type { FoldedTotals } from "./fold.ts";
import { Garbage } from "./garbage.ts";
import { aggregatorHeldBytesMax, lookAtHeapEveryBytes, parserStackMb, parsersPerNode, parserYoungGenerationMb } from "./limits.ts";
import type { CensusOptions } from "./options.ts";
import { type ParseItem, Parser } from "./parser-actor.ts";
import type { Progress } from "./progress.ts";
import { readForParsing } from "./read-file.ts";
import type { Survey } from "./survey.ts";
import { UsageError } from "./usage-error.ts";
import { plural } from "./wording.ts";
import type { Work } from "./work.ts";

const here = "inproc://";

/** Starts the threads at once: they load what they need while the caller still surveys. */
export function begin(options: CensusOptions): Work {
	const remote = options.on.filter((node) => node !== here);
	const threads = remote.length === options.on.length && remote.length > 0 ? 0 : options.threads;
	const starting = start(threads, remote.length > 0);
	// Heard of in run(); the survey in between may outlast the failure.
	starting.catch(() => undefined);
	return {
		async run(surveyed, progress) {
			const system = await starting;
			try {
				return await runOn(system, surveyed, progress, options, threads);
			} catch (error) {
				throw explained(error, options);
			} finally {
				await system.stop();
			}
		},
	};
}

async function start(threads: number, isRemote: boolean): Promise<System> {
	return createSystem({
		threads,
		resourceLimits: { maxYoungGenerationSizeMb: parserYoungGenerationMb, stackSizeMb: parserStackMb },
		...(isRemote ? { remote: (await import("@zloom/cluster")).cluster() } : {}),
	});
}

async function runOn(system: System, surveyed: Survey, progress: Progress, options: CensusOptions, threads: number): Promise<FoldedTotals> {
	const aggregator = await system.spawn(Aggregator, { thread: "main" });
	const isRemote = options.on.some((node) => node !== here);
	const unparsed = async (facts: FileFacts): Promise<void> => {
		await aggregator.tell.add([facts]);
		progress.advance(1, facts.bytes);
	};
	const items = isRemote ? itemsWithContents(surveyed, unparsed) : itemsWithPaths(surveyed);
	const parsed = system.pipeline(items).through(Parser, {
		parallel: isRemote ? options.on.length * parsersPerNode : threads,
		ordered: false,
		timeoutMs: Number.POSITIVE_INFINITY,
		// Parsing leaves nothing behind, so what a parser had in hand when its thread or node ended is parsed again.
		onLost({ item, error }) {
			progress.note(
				`a parser ended (${error instanceof ActorError ? error.code : String(error)}); ${plural(item.length, "file")} parsed again`,
			);
			return "retry";
		},
		...(options.on.length > 0 ? { on: options.on } : {}),
	});
	const garbage = new Garbage({ lookEveryBytes: lookAtHeapEveryBytes, heldBytesMax: aggregatorHeldBytesMax });
	for await (const facts of parsed) {
		await aggregator.tell.add(facts);
		const bytes = bytesOf(facts);
		progress.advance(facts.length, bytes);
		garbage.parsed(bytes);
	}
	return aggregator.ask.totals();
}

/** Threads of this process read the files themselves. */
function* itemsWithPaths(surveyed: Survey): Generator<ParseItem[]> {
	for (const { files } of batches(surveyed))
		yield files.map(({ path, index, kind, absolute }) => ({ path, index, kind, source: absolute }));
}

/** Another node may not see our files: it gets the contents. What cannot be parsed needs no node. */
async function* itemsWithContents(surveyed: Survey, unparsed: (facts: FileFacts) => Promise<void>): AsyncGenerator<ParseItem[]> {
	for (const { files } of batches(surveyed)) {
		const items: ParseItem[] = [];
		for (const { path, index, kind, absolute } of files) {
			const read = readForParsing({ path, index, kind }, absolute);
			if ("facts" in read) await unparsed(read.facts);
			else items.push({ path, index, kind, source: read.content });
		}
		if (items.length > 0) yield items;
	}
}

function bytesOf(facts: readonly FileFacts[]): number {
	return facts.reduce((sum, file) => sum + file.bytes, 0);
}

/** What went wrong on another node is something the person can mend; anything else stays what it is. */
function explained(error: unknown, options: CensusOptions): unknown {
	if (!(error instanceof ActorError) || options.on.length === 0) return error;
	const cause = error.code === "ERR_ITEM_LOST" && error.cause instanceof ActorError ? error.cause : error;
	const what = `--on ${options.on.join(", ")}: ${cause.message}`;
	if (cause.code === "ERR_MODULE")
		return new UsageError(`${what}; the node must run in this workspace, or be started with --allow and its path`);
	if (cause.code === "ERR_BAD_ADDRESS") return new UsageError(what);
	if (cause.code !== "ERR_NODE_DOWN" && cause.code !== "ERR_ACTOR_DOWN") return error;
	return new UsageError(`${what}; is a node running there? Start one with: npm run node -- --listen ${options.on[0]}`);
}
