/**
 * The HTTP servers of this thread that sockets are bound to, by address and port: sockets that bind the same port with other paths
 * share one server, be it ours or one that a program has shared.
 *
 * Shutdown: see path-server.ts; a shared server is forgotten when it closes.
 */
import type { AddressInfo } from "node:net";
import type { WebEndpoint } from "../../endpoint/web-endpoint.ts";
import { ZmqError } from "../../errors.ts";
import { TIMER_MS_MAX } from "../../limits.ts";
import type { TransportHost } from "../transport.ts";
import { PathServer, type WebServer } from "./path-server.ts";
import { serverIdentity } from "./tls-identity.ts";

/** How often a server looks for peers that have not asked for anything in time, at most; ms. */
const LATE_PEERS_CHECK_MS = 1000;

/** Those with a port that is known, by {@link keyOf}. */
const servers = new Map<string, Promise<PathServer>>();
/** The keys of those that a program has shared. */
const sharedKeys = new Set<string>();

function keyOf(address: string, port: number): string {
	return `${address === "0.0.0.0" || address === "::" ? "*" : address} ${port}`;
}

/**
 * The server for a bind: one that is there already, or a new one.
 *
 * Rejects with the error of the operating system, and with EADDRINUSE or EINVAL when the one that is there does not fit.
 */
export async function pathServerFor(at: WebEndpoint, address: string, host: TransportHost): Promise<PathServer> {
	const port = at.port === "*" ? 0 : at.port;
	if (port === 0) return await openServer(at, address, host);
	const key = keyOf(address, port);
	for (;;) {
		const known = servers.get(key);
		if (known === undefined) {
			const opening = openServer(at, address, host);
			servers.set(key, opening);
			opening.catch(() => forget(key, opening));
			return await opening;
		}
		const found = await known;
		// It may have gone while we waited for it.
		if (found.closed) {
			forget(key, known);
			continue;
		}
		checkFit(found, at, host);
		return found;
	}
}

/** True when a program has shared a server that listens there. */
export function isShared({ port }: WebEndpoint, address: string): boolean {
	return port !== "*" && sharedKeys.has(keyOf(address, port));
}

function forget(key: string, server: Promise<PathServer>): void {
	if (servers.get(key) === server) servers.delete(key);
}

function checkFit(found: PathServer, at: WebEndpoint, host: TransportHost): void {
	const secure = at.scheme === "wss";
	const { text: address } = at;
	if (found.secure !== secure)
		throw new ZmqError("EADDRINUSE", `Cannot bind "${address}": this port is for ${found.secure ? "wss" : "ws"}`, { address });
	if (!found.own || !secure || found.identity === serverIdentity(host.options).identity) return;
	throw new ZmqError("EINVAL", `Cannot bind "${address}": another socket has bound this port with another wssKeyPem or wssCertPem`, {
		address,
	});
}

async function openServer(at: WebEndpoint, address: string, host: TransportHost): Promise<PathServer> {
	const { backlog, handshakeInterval } = host.options;
	const limit = handshakeInterval === 0 ? 0 : Math.min(handshakeInterval, TIMER_MS_MAX);
	const times = {
		headersTimeout: limit,
		requestTimeout: limit,
		connectionsCheckingInterval: limit === 0 ? LATE_PEERS_CHECK_MS : Math.min(limit, LATE_PEERS_CHECK_MS),
		noDelay: true,
	};
	const secure = at.scheme === "wss";
	let identity = "";
	let server: WebServer;
	if (secure) {
		const material = serverIdentity(host.options);
		identity = material.identity;
		const { createServer } = await import("node:https");
		server = createServer({ ...times, ...material.tls, handshakeTimeout: limit === 0 ? TIMER_MS_MAX : limit });
	} else {
		const { createServer } = await import("node:http");
		server = createServer(times);
	}
	const port = at.port === "*" ? 0 : at.port;
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen({ host: address, port, backlog, exclusive: true }, () => {
			server.off("error", reject);
			resolve();
		});
	});
	const key = keyOf(address, (server.address() as AddressInfo).port);
	const opened: PathServer = new PathServer(server, { own: true, secure, identity, onEmpty: () => servers.delete(key) });
	// Under its real port too: others may bind another path there.
	if (port === 0) servers.set(key, Promise.resolve(opened));
	return opened;
}

/**
 * Lets sockets of this thread bind paths of an HTTP or HTTPS server of the program, which keeps its requests and all other paths.
 *
 * Returns the endpoint to bind, but for the path: `ws://*:8080`, or `wss://…` for https; bind `ws://*:8080/any/path`. The server must
 * be listening; when it closes, nothing more is accepted there, and connections that are made go on.
 * @throws ZmqError EINVAL the server does not listen on a port
 */
export function shareHttpServer(server: WebServer): string {
	const at = server.address();
	if (at === null || typeof at === "string")
		throw new ZmqError("EINVAL", "An HTTP server can be shared once it listens on a port: call listen() and wait for it first");
	const secure = "setSecureContext" in server;
	const key = keyOf(at.address, at.port);
	const shared = Promise.resolve(new PathServer(server, { own: false, secure, identity: "", onEmpty: () => {} }));
	servers.set(key, shared);
	sharedKeys.add(key);
	server.once("close", () => {
		sharedKeys.delete(key);
		forget(key, shared);
	});
	const wildcard = at.address === "0.0.0.0" || at.address === "::";
	const name = wildcard ? "*" : at.address.includes(":") ? `[${at.address}]` : at.address;
	return `${secure ? "wss" : "ws"}://${name}:${at.port}`;
}
