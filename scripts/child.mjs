/**
 * Runs one child process to its end, without a shell, so that paths with spaces are just paths.
 *
 * Shutdown: a signal that reaches this process is passed on to the child; this process exits after the child did, with
 * 128 + the signal's number, so that an interrupted command leaves no process and no lock behind.
 */
import { spawn } from "node:child_process";
import os from "node:os";
import { root } from "./workspace.mjs";

/** @type {NodeJS.Signals[]} */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * With `quiet` the output is held back and printed only when the child fails.
 * @typedef {{ quiet?: boolean, cwd?: string, env?: NodeJS.ProcessEnv }} RunOptions
 */

/**
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<number>} the exit status
 */
export function run(command, args, { quiet = false, cwd = root, env = process.env } = {}) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, { cwd, env, stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit" });
		/** @type {Buffer[]} */
		const held = [];
		for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => held.push(chunk));
		/** @type {NodeJS.Signals | undefined} */
		let received;
		/** @param {NodeJS.Signals} signal */
		const onSignal = (signal) => {
			received = signal;
			child.kill(signal);
		};
		for (const signal of SIGNALS) process.on(signal, onSignal);
		/** @param {() => void} settleWith */
		const settle = (settleWith) => {
			for (const signal of SIGNALS) process.off(signal, onSignal);
			if (received !== undefined) process.exit(128 + os.constants.signals[received]);
			else settleWith();
		};
		child.on("error", (error) => settle(() => reject(error)));
		child.on("close", (code, signal) => {
			const status = code ?? 128 + (signal === null ? 0 : os.constants.signals[signal]);
			if (quiet && status !== 0 && received === undefined) process.stderr.write(Buffer.concat(held));
			settle(() => resolve(status));
		});
	});
}

/**
 * Runs a JavaScript file with this very Node.
 * @param {string} file
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export function runNode(file, args, options) {
	return run(process.execPath, [file, ...args], options);
}
