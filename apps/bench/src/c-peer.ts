/**
 * The peer in C: libzmq itself, driven by two small programs of ours (apps/bench/c). Compiled when they are first needed and
 * whenever their source is newer, into dist.
 *
 * Where there is no compiler or no header of libzmq, the peer is missing and says why: rows go on without it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Program } from "./program.ts";

const SOURCES = fileURLToPath(new URL("../c/", import.meta.url));
const COMPILED = fileURLToPath(new URL("./c/", import.meta.url));
const HEADER = `${SOURCES}bench.h`;

export type CProgramName = "throughput" | "round-trip";

/** A program that cannot be had, and what to do about it. */
export interface Missing {
	readonly missing: string;
}

const reasons = new Map<CProgramName, string | undefined>();

function changedMs(file: string): number {
	return statSync(file).mtimeMs;
}

/** Why the program cannot be had; undefined: it is there. */
function compile(name: CProgramName): string | undefined {
	const source = `${SOURCES}${name}.c`;
	const target = `${COMPILED}${name}`;
	if (existsSync(target) && changedMs(target) > Math.max(changedMs(source), changedMs(HEADER))) return undefined;
	mkdirSync(COMPILED, { recursive: true });
	const { error, status, stderr } = spawnSync("gcc", ["-O2", "-Wall", "-o", target, source, "-lzmq", "-lpthread"], { encoding: "utf8" });
	if (error !== undefined) return `no gcc (${error.message}): install gcc and libzmq3-dev`;
	if (status === 0) return undefined;
	return /zmq\.h|-lzmq/.test(stderr) ? "no headers of libzmq: install libzmq3-dev" : `gcc failed: ${stderr.slice(0, 300)}`;
}

/** The program on its arguments, or why there is none. */
export function cProgram(name: CProgramName, ...args: readonly (string | number)[]): Program | Missing {
	if (!reasons.has(name)) reasons.set(name, compile(name));
	const missing = reasons.get(name);
	return missing === undefined ? { command: `${COMPILED}${name}`, args: args.map(String) } : { missing };
}

/** The version of libzmq that programs in C are linked with; undefined where it cannot be had. */
export function cLibraryVersion(): string | undefined {
	const { status, stdout } = spawnSync("gcc", ["-E", "-dM", "-include", "zmq.h", "-x", "c", "/dev/null"], { encoding: "utf8" });
	if (status !== 0) return undefined;
	const part = (name: string) => new RegExp(`#define ZMQ_VERSION_${name} (\\d+)`).exec(stdout)?.[1];
	return `${part("MAJOR")}.${part("MINOR")}.${part("PATCH")}`;
}
