/**
 * Sockets and endpoints of the tests of clauses: what a test opens here is closed after it.
 *
 * The sockets are the built ones, as users import them. After each test every opened socket is closed without linger and
 * waited for; temporary folders go.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pull, Push, type Socket } from "@zloom/core";
import { afterEach } from "vitest";
import { freePort } from "../../packages/core/src/transport/fixtures/free-port.ts";
import type { SpecTransport } from "./clause.ts";

const opened: Socket[] = [];
const ends: (() => unknown)[] = [];
const folders: string[] = [];
let count = 0;

afterEach(async () => {
	for (const end of ends.splice(0)) await end();
	const sockets = opened.splice(0);
	for (const socket of sockets) if (!socket.closed) socket.linger = 0;
	for (const socket of sockets) await socket[Symbol.asyncDispose]();
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Notes the socket, so that it is closed after the test. */
export function open<S extends Socket>(socket: S): S {
	opened.push(socket);
	return socket;
}

/** Something else that has to end with the test. */
export function atEnd(end: () => unknown): void {
	ends.push(end);
}

/** What to bind when the address does not matter; the socket's `lastEndpoint` tells where to connect. */
export function anyEndpoint(transport: SpecTransport): string {
	if (transport === "ipc") return "ipc://*";
	if (transport === "inproc") return `inproc://spec-${process.pid}-${count++}`;
	return `${transport}://127.0.0.1:*`;
}

/** An endpoint that is free now, known before it is bound. */
export async function freeEndpoint(transport: SpecTransport): Promise<string> {
	if (transport === "inproc") return anyEndpoint(transport);
	if (transport === "ipc") {
		const folder = mkdtempSync(join(tmpdir(), "zloom-spec-"));
		folders.push(folder);
		return `ipc://${join(folder, "socket")}`;
	}
	return `${transport}://127.0.0.1:${await freePort()}`;
}

/** Binds one socket, connects the others to it, and tells where. */
export async function meet(transport: SpecTransport, bound: Socket, ...connecting: Socket[]): Promise<string> {
	await bound.bind(anyEndpoint(transport));
	const endpoint = bound.lastEndpoint as string;
	for (const socket of connecting) socket.connect(endpoint);
	return endpoint;
}

/** Whole conversations of another pair, as a sign that nothing more is to come from what happened before. */
export async function meanwhile(transport: SpecTransport): Promise<void> {
	const [pull, push] = [open(new Pull()), open(new Push())];
	await meet(transport, pull, push);
	for (let round = 0; round < 3; round++) {
		await push.send("tick");
		await pull.receive();
	}
}

/** The frames as text. */
export function texts(message: readonly Uint8Array[] | undefined): string[] | undefined {
	return message?.map((frame) => Buffer.from(frame).toString());
}

/** Tries until it holds, one turn of the event loop at a time; for what has no event of its own. */
export async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await new Promise((turn) => setImmediate(turn));
}

/** True when the promise has not settled after some turns of the event loop. */
export async function pends(promise: Promise<unknown>): Promise<boolean> {
	let pending = true;
	const settle = (): void => {
		pending = false;
	};
	promise.then(settle, settle);
	for (let count = 0; count < 10; count++) await new Promise((turn) => setImmediate(turn));
	return pending;
}
