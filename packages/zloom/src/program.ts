/**
 * The command line of `zloom`: names, options and their checks. What the commands do stands in a file each.
 */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { CommandError, oneLine } from "./command-error.ts";
import { type NodeOptions, runNode } from "./node-command.ts";

interface NodeFlags {
	listen: string[];
	import?: string[];
	allow?: string[];
	threads?: number;
	insecure?: boolean;
}

/**
 * Runs the command that the arguments name. Settles when it is done.
 * @throws CommandError for arguments that make no sense.
 */
export async function runProgram(args: readonly string[]): Promise<void> {
	try {
		await makeProgram().parseAsync(args, { from: "user" });
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		// Help and version are no failures; commander has printed them.
		if (error.exitCode === 0) return;
		const text = oneLine(error.message).replace(/^error: /, "");
		throw new CommandError(text === "(outputHelp)" ? "say what to do: zloom node --listen ENDPOINT" : `${text}; see zloom node --help`);
	}
}

function makeProgram(): Command {
	const program = new Command("zloom").description("Actors on every core and every machine.").version("0.1.0");
	quiet(program);
	const node = program.command("node").description("Hosts actors for other processes: listens and waits until it is stopped.");
	quiet(node);
	node
		.requiredOption("--listen <endpoint>", "where other nodes dial in, for example tcp://127.0.0.1:7400 (repeatable)", collect)
		.option("--threads <number>", "worker threads (default: one per core)", threadCount)
		.option("--import <file>", "a module to import at the start; peers may use its actors (repeatable)", collect)
		.option("--allow <folder>", "peers may run modules below this folder (repeatable; default: the current folder)", collect)
		.option("--insecure", "listen on addresses that other machines reach: no encryption, no authentication yet")
		.action((flags: NodeFlags) => runNode(toOptions(flags)));
	return program;
}

/** Errors are thrown and said by main, in one line. */
function quiet(command: Command): void {
	command.exitOverride().configureOutput({ writeErr: () => {} });
}

function toOptions(flags: NodeFlags): NodeOptions {
	return {
		listen: flags.listen,
		import: flags.import ?? [],
		allow: flags.allow ?? [process.cwd()],
		threads: flags.threads,
		insecure: flags.insecure === true,
	};
}

function collect(value: string, before: string[] | undefined): string[] {
	return [...(before ?? []), value];
}

function threadCount(value: string): number {
	if (!/^[1-9]\d{0,3}$/.test(value)) throw new InvalidArgumentError("It must be a whole number, at least 1.");
	return Number(value);
}
