/**
 * What `bindSync` must know before it returns: whether the endpoint can be bound, and what it is with its wildcard resolved.
 *
 * Node tells the outcome of a bind only in a later turn of the event loop. So a thread of its own tries the bind, while this one
 * waits; then the address is free again and core binds it for good. Between the two another process could take it: `bindSync` is for
 * programs that begin. It costs the start of a thread, some 30 ms; `bind` costs nothing of this.
 *
 * **Shutdown**: the thread ends by itself when its answer is written.
 */
import { mkdtempSync } from "node:fs";
import { isIP } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { blockingAnswer } from "../memory/blocking-answer.ts";
import type { Socket as CoreSocket } from "../socket/socket.ts";
import { socketKey } from "../transport/inproc-directory.ts";
import { inprocDirectory } from "../transport/inproc-threads.ts";
import { checkBindable } from "./endpoint-errors.ts";
import { errnoError } from "./errno-error.ts";

/** In a thread: listens, answers with the port or the code of the error, and stops listening. */
const TRIAL = `
const net = require("node:net");
const server = net.createServer();
server.once("error", (error) => {
	if (error.code !== "EADDRINUSE" || !data.path) return answer(error.code);
	const probe = net.connect(data.path);
	probe.once("connect", () => { probe.destroy(); answer("EADDRINUSE"); });
	probe.once("error", ({ code }) => answer(code === "ECONNREFUSED" ? "" : "EADDRINUSE"));
});
server.listen(data, () => {
	const port = data.path ? "" : String(server.address().port);
	server.close(() => answer(port));
});
`;

interface Trial {
	readonly host?: string;
	readonly port?: number;
	readonly path?: string;
	readonly ipv6Only?: boolean;
	readonly exclusive: true;
}

/** The port, or nothing; a code of letters is an error. */
function tryToListen(listen: Trial): string {
	return blockingAnswer(TRIAL, listen);
}

function failed(answer: string): boolean {
	return /^[A-Z]/.test(answer);
}

/** As core resolves it for a bind: no DNS. */
function bindHost(host: string, ipv6: boolean): string | undefined {
	if (host === "*") return ipv6 ? "::" : "0.0.0.0";
	const bare = host.replace(/^\[|\]$/g, "");
	const version = isIP(bare.replace(/%.*$/, ""));
	if (version !== 0) return version === 6 && !ipv6 ? undefined : bare;
	if (host === "localhost") return "127.0.0.1";
	const addresses = networkInterfaces()[host];
	return addresses?.find((one) => one.family === "IPv4")?.address ?? (ipv6 ? addresses?.[0]?.address : undefined);
}

/** Endpoints that this thread has been promised and core does not listen on yet. */
const promised = new Set<string>();

/** The bind that a promise was for is over. */
export function fulfilled(endpoint: string): void {
	promised.delete(endpoint);
}

/** A wildcard takes the port of all addresses. */
function isPromised(host: string, port: string): boolean {
	const wild = (text: string): boolean => text === "0.0.0.0" || text === "::";
	for (const endpoint of promised) {
		const [, theirs, taken] = /^\w+:\/\/\[?(.+?)\]?:(\d+)(?:\/|$)/.exec(endpoint) ?? [];
		if (taken === port && theirs !== undefined && (theirs === host || wild(theirs) || wild(host))) return true;
	}
	return false;
}

function reservePort(address: string, [scheme, host, port, path]: readonly string[], ipv6: boolean): string {
	const at = bindHost(host as string, ipv6);
	if (at === undefined) throw errnoError("ENODEV", { address });
	if (isPromised(at, port as string)) throw errnoError("EADDRINUSE", { address });
	const answer = tryToListen({ host: at, port: port === "*" ? 0 : Number(port), ipv6Only: false, exclusive: true });
	if (failed(answer)) throw errnoError(answer, { address });
	const resolved = `${scheme}://${at.includes(":") ? `[${at}]` : at}:${answer}${path}`;
	promised.add(resolved);
	return resolved;
}

function reservePath(address: string, path: string): string {
	if (path === "*") return `ipc://${join(mkdtempSync(join(tmpdir(), "zloom-")), "socket")}`;
	// Abstract names leave nothing behind, and core refuses them itself where Node cannot.
	if (path.startsWith("@")) return address;
	if (promised.has(address)) throw errnoError("EADDRINUSE", { address });
	const answer = tryToListen({ path, exclusive: true });
	if (failed(answer)) throw errnoError(answer, { address });
	promised.add(address);
	return address;
}

/**
 * The endpoint that a bind of `address` will have.
 * @throws ZmqError EINVAL, EPROTONOSUPPORT, ENOCOMPATPROTO; Error with the code of the operating system, ENODEV, EADDRINUSE
 */
export function reserve(core: CoreSocket, address: string, at: { ipv6: boolean; namespace: string }): string {
	const scheme = checkBindable(core, address);
	const rest = address.slice(scheme.length + "://".length);
	if (scheme === "inproc") {
		if (inprocDirectory().find(socketKey(at.namespace, rest)) !== undefined) throw errnoError("EADDRINUSE", { address });
		return address;
	}
	if (scheme === "ipc") return reservePath(address, rest);
	const [, host = "", port = "", path = ""] = /^(.+):(\*|\d+)(\/.*)?$/s.exec(rest) ?? [];
	return scheme === "udp" ? address : reservePort(address, [scheme, host, port, path], at.ipv6);
}
