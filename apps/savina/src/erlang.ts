/**
 * The Erlang arm: our own modules (apps/savina/erlang), compiled by erlc into dist when they are first needed and whenever a source
 * is newer. Where Erlang is not installed the arm is missing and says so.
 *
 * Erlang runs with as many schedulers as our arm has threads.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Program as Command, Missing } from "@zloom/bench/comparison";
import type { Program } from "./program.ts";
import type { Order } from "./run-program.ts";

const SOURCES = fileURLToPath(new URL("../erlang/", import.meta.url));
const COMPILED = fileURLToPath(new URL("./erlang/", import.meta.url));

let found: Missing | "ready" | undefined;

function stale(name: string): boolean {
	const target = `${COMPILED}${name}.beam`;
	return !existsSync(target) || statSync(target).mtimeMs <= statSync(`${SOURCES}${name}.erl`).mtimeMs;
}

function compile(): Missing | "ready" {
	const modules = readdirSync(SOURCES).flatMap((file) => (file.endsWith(".erl") ? [file.slice(0, -4)] : []));
	mkdirSync(COMPILED, { recursive: true });
	const changed = modules.filter(stale);
	if (changed.length === 0) return erlangVersion() === undefined ? { missing: "no erl: install erlang-base" } : "ready";
	const sources = changed.map((name) => `${SOURCES}${name}.erl`);
	const { error, status, stdout, stderr } = spawnSync("erlc", ["-Wall", "-Werror", "-o", COMPILED, ...sources], { encoding: "utf8" });
	if (error !== undefined) return { missing: "no erlc: install erlang-base" };
	if (status !== 0) throw new Error(`erlc failed:\n${stdout}${stderr}`);
	return "ready";
}

/** A run of the twin of a program, or why there is none. @throws Error when a source does not compile */
export function erlangTwin({ name, sizes }: Program, { size, threads, iterations }: Order): Command | Missing {
	found ??= compile();
	if (found !== "ready") return found;
	const parameters = Object.values(sizes[size]).map(String);
	const schedulers = ["+S", `${threads}:${threads}`];
	const words = [name, String(threads), String(iterations), ...parameters];
	return { command: "erl", args: ["-noshell", ...schedulers, "-pa", COMPILED, "-run", "savina", "main", ...words] };
}

/** `25 (erts 13.1.5)`; undefined where there is no Erlang. */
export function erlangVersion(): string | undefined {
	const program = 'io:format("~s (erts ~s)", [erlang:system_info(otp_release), erlang:system_info(version)]), halt().';
	const { status, stdout } = spawnSync("erl", ["-noshell", "-eval", program], { encoding: "utf8" });
	return status === 0 ? stdout.trim() : undefined;
}
