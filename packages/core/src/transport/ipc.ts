/**
 * ipc: binds and connects `ipc://path` over Unix domain sockets (zmq_ipc(7)).
 *
 * - `ipc://*` binds a fresh path under the temporary folder.
 * - A socket file that nobody listens on any more is taken over; one that answers is EADDRINUSE. (libzmq takes over in both
 *   cases.) Two processes that take over the same stale file at the same moment race, as with every unlink.
 * - `ipc://@name` is Linux's abstract namespace; Node below 22 pads such names, so that no other program finds them.
 *
 * Shutdown: the socket file goes away when the listener closes and at the latest when the thread exits; a process killed by a
 * signal leaves it, and the next bind takes it over.
 */
import { lstatSync, mkdtempSync, rmSync, unlinkSync } from "node:fs";
import { connect as connectStream, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { ZmqError } from "../errors.ts";
import { checkSecurity } from "../security/make-mechanism.ts";
import { listen, where } from "./stream-bind.ts";
import { type Dialer, StreamConnector } from "./stream-connector.ts";
import { StreamListener } from "./stream-listener.ts";
import { bindError } from "./system-error.ts";
import type { Connector, Listener, Transport, TransportHost } from "./transport.ts";

type IpcEndpoint = Extract<Endpoint, { scheme: "ipc" }>;

/** Node versions from this one on use the exact length of an abstract name. */
const ABSTRACT_NODE_MAJOR = 22;

/** What to remove for each path that this thread listens on. */
const bound = new Map<string, () => void>();
let exitHooked = false;

function removeAtExit(path: string, remove: () => void): void {
	bound.set(path, remove);
	if (exitHooked) return;
	exitHooked = true;
	process.on("exit", () => {
		for (const one of bound.values()) one();
	});
}

function asIpc(endpoint: Endpoint): IpcEndpoint {
	if (endpoint.scheme !== "ipc") throw new ZmqError("EINVAL", `"${endpoint.text}" is not an ipc endpoint`, { address: endpoint.text });
	if (process.platform === "win32")
		throw new ZmqError("EPROTONOSUPPORT", `Cannot use "${endpoint.text}": ipc needs Unix domain sockets, use tcp on Windows`, {
			address: endpoint.text,
		});
	return endpoint;
}

/** The path as node:net wants it. */
function netPath({ path, text }: IpcEndpoint): string {
	if (!path.startsWith("@")) return path;
	const major = Number(process.versions.node.split(".")[0]);
	if (process.platform !== "linux" || major < ABSTRACT_NODE_MAJOR)
		throw new ZmqError(
			"EPROTONOSUPPORT",
			`Cannot use "${text}": abstract names need Linux and Node ${ABSTRACT_NODE_MAJOR} or later; use a path, or ipc://*`,
			{ address: text },
		);
	return `\0${path.slice(1)}`;
}

/** True when somebody accepts connections at this path. */
function answers(path: string): Promise<boolean> {
	return new Promise((settle) => {
		const probe = connectStream({ path });
		probe.once("connect", () => {
			probe.destroy();
			settle(true);
		});
		// Refused or gone: nobody listens. Anything else (permission, backlog full): somebody may.
		probe.once("error", (error: NodeJS.ErrnoException) => settle(error.code !== "ECONNREFUSED" && error.code !== "ENOENT"));
	});
}

function isSocketFile(path: string): boolean {
	return lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}

async function listenTakingOver(path: string, backlog: number): Promise<Server> {
	try {
		return await listen({ path, backlog });
	} catch (error) {
		const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
		if (!taken || path.startsWith("\0") || !isSocketFile(path) || (await answers(path))) throw error;
		rmSync(path, { force: true });
		return await listen({ path, backlog });
	}
}

function remover(path: string, folder: string | undefined): () => void {
	return () => {
		if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
		else if (isSocketFile(path)) unlinkSync(path);
	};
}

async function bind(endpoint: Endpoint, host: TransportHost): Promise<Listener> {
	const at = asIpc(endpoint);
	checkSecurity(host.options);
	const folder = at.path === "*" ? mkdtempSync(join(tmpdir(), "zloom-")) : undefined;
	const path = folder === undefined ? netPath(at) : join(folder, "socket");
	try {
		const { backlog, useFd } = host.options;
		const server = await (useFd < 0 ? listenTakingOver(path, backlog) : listen({ ...where(useFd, { path }), backlog }));
		if (host.closed) {
			server.close();
			throw new ZmqError("EBADF", `The socket was closed while it was binding "${at.text}"`, { address: at.text });
		}
		const text = folder === undefined ? at.text : `ipc://${path}`;
		const absolute = path.startsWith("\0") ? path : resolve(path);
		// What was given to this process belongs to who gave it.
		const remove = path.startsWith("\0") || useFd >= 0 ? () => {} : remover(absolute, folder === undefined ? undefined : dirname(absolute));
		removeAtExit(absolute, remove);
		const afterClose = (): void => {
			bound.delete(absolute);
			remove();
		};
		return new StreamListener(server, host, { endpoint: text, peerAddress: () => text, afterClose });
	} catch (cause) {
		if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
		const error = cause instanceof ZmqError ? cause : bindError(cause as NodeJS.ErrnoException, at.text);
		host.emit({ type: "bind:error", address: at.text, error });
		throw error;
	}
}

/** @throws ZmqError EINVAL, EPROTONOSUPPORT */
function toDial(endpoint: Endpoint): Dialer {
	const at = asIpc(endpoint);
	if (at.path === "*")
		throw new ZmqError("EINVAL", `Cannot connect "${at.text}": name the path that the peer is bound to`, { address: at.text });
	const path = netPath(at);
	return { open: () => connectStream({ path }) };
}

function connect(endpoint: Endpoint, host: TransportHost): Connector {
	return new StreamConnector(endpoint.text, host, toDial(endpoint));
}

function checkConnect(endpoint: Endpoint, host: TransportHost): void {
	toDial(endpoint);
	checkSecurity(host.options);
}

/**
 * The file of an endpoint that another thread of this process listens on goes away at the latest when this thread exits, which
 * that thread may not live to see. Returns what ends that.
 * @param endpoint with wildcards resolved
 * @param folder true: the file lies in a folder of its own
 */
export function removeAtExitHere(endpoint: string, folder: boolean): () => void {
	const path = endpoint.slice("ipc://".length);
	if (path.startsWith("@")) return () => {};
	const absolute = resolve(path);
	const remove = remover(absolute, folder ? dirname(absolute) : undefined);
	removeAtExit(absolute, remove);
	return () => {
		bound.delete(absolute);
		// Another thread may have taken the place of the one that made it, and knows of the file only.
		if (folder) remove();
	};
}

export const ipc: Transport = { scheme: "ipc", bind, connect, checkConnect };
