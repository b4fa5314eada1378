/**
 * The command line: what a person asked for, checked. Everything wrong with it is a UsageError that says what to do;
 * nothing is read or opened here but the folders' existence (walk.ts).
 */
import { availableParallelism } from "node:os";
import { parseNode } from "@zloom/runtime";
import { Command, CommanderError } from "commander";
import { threadsMax } from "./limits.ts";
import { UsageError } from "./usage-error.ts";

export interface CensusOptions {
	/** Empty: the workspace's own node_modules. */
	readonly folders: readonly string[];
	/** 0: on the main thread, without actors. */
	readonly threads: number;
	/** Nodes that parse; empty: this process. */
	readonly on: readonly string[];
	readonly json: string | undefined;
	/** undefined: the default place; false: no report. */
	readonly html: string | false | undefined;
}

const description = `A census of source code: reads every .js .mjs .cjs .jsx .ts .mts .cts .tsx file under the folders, parses each
and counts what is in them. A folder given twice, or inside another one, counts once. Symbolic links are not followed.`;

/** undefined when help was asked for and printed. @throws UsageError */
export function readOptions(args: readonly string[]): CensusOptions | undefined {
	const command = new Command("census")
		.description(description)
		.argument("[FOLDER...]", "folders to read (default: this workspace's node_modules)")
		.option("--threads <N>", "worker threads; 0 does all in the main thread, without actors (default: all cores)")
		.option(
			"--on <ENDPOINT>",
			"parse on this node, for example tcp://127.0.0.1:7400; may be repeated",
			(value: string, before: string[]) => [...before, value],
			[],
		)
		.option("--json <FILE>", "write the totals as JSON; - prints them")
		.option("--html <FILE>", "where to write the HTML report (default: report/census.html in the workspace)")
		.option("--no-html", "write no HTML report")
		.exitOverride()
		.configureOutput({ writeErr: () => undefined });
	try {
		command.parse(args as string[], { from: "user" });
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		if (error.exitCode === 0) return undefined;
		const text = error.message.replace(/^error: /, "").replaceAll("\n", " ");
		throw new UsageError(`${text}; --help lists the options`);
	}
	const given = command.opts<{ threads?: string; on: string[]; json?: string; html?: string | boolean }>();
	for (const endpoint of given.on) checkNode(endpoint);
	const threads = given.threads === undefined ? availableParallelism() : readThreads(given.threads);
	if (threads === 0 && given.on.length > 0)
		throw new UsageError("--threads 0 works without actors and --on needs them: leave one of the two out");
	return {
		folders: command.args,
		threads,
		on: [...new Set(given.on)],
		json: given.json,
		html: typeof given.html === "string" ? given.html : given.html === false ? false : undefined,
	};
}

function readThreads(text: string): number {
	const threads = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
	if (threads >= 0 && threads <= threadsMax) return threads;
	throw new UsageError(`--threads is "${text}": give a whole number from 0 (no actors) to ${threadsMax}`);
}

function checkNode(endpoint: string): void {
	let scheme: string;
	try {
		scheme = parseNode(endpoint).scheme;
	} catch (error) {
		throw new UsageError(`--on: ${(error as Error).message}; a node reads tcp://127.0.0.1:7400 or ipc:///run/app.sock`);
	}
	if (/^tcp:.*:0+$/.test(endpoint)) throw new UsageError(`--on ${endpoint}: give the port that the node listens on`);
	if (scheme !== "tcp" && scheme !== "ipc" && scheme !== "inproc")
		throw new UsageError(`--on: nodes are not reached by "${scheme}": use tcp://host:port, ipc://path or inproc:// (this process)`);
}
