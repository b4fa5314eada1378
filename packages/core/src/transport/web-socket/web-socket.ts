/**
 * ws and wss: binds and connects `ws://host:port/path` (ZWS 2.0, RFC 45), wss over TLS.
 *
 * Sockets of one thread that bind the same port with other paths share one HTTP server (path-servers.ts). HTTP, TLS and the library
 * for WebSockets are loaded by the first endpoint that needs them.
 *
 * Shutdown: see web-socket-listener.ts and reconnecting-connector.ts.
 */
import type { AddressInfo } from "node:net";
import type { Endpoint } from "../../endpoint/endpoint.ts";
import { printHostPort } from "../../endpoint/host-port.ts";
import type { WebEndpoint } from "../../endpoint/web-endpoint.ts";
import { ZmqError } from "../../errors.ts";
import { checkSecurity } from "../../security/make-mechanism.ts";
import { localAddress } from "../interface-address.ts";
import { type Dial, ReconnectingConnector } from "../reconnecting-connector.ts";
import { bindError } from "../system-error.ts";
import type { Connector, Listener, Transport, TransportHost } from "../transport.ts";
import { isShared, pathServerFor } from "./path-servers.ts";
import { WebSocketAttempt } from "./web-socket-attempt.ts";
import { WebSocketListener } from "./web-socket-listener.ts";
import { streamMaker } from "./web-stream.ts";

function asWeb(endpoint: Endpoint): WebEndpoint {
	if (endpoint.scheme === "ws" || endpoint.scheme === "wss") return endpoint;
	throw new ZmqError("EINVAL", `"${endpoint.text}" is not a WebSocket endpoint`, { address: endpoint.text });
}

async function bind(endpoint: Endpoint, host: TransportHost): Promise<Listener> {
	const at = asWeb(endpoint);
	if (at.path.includes("?")) throw new ZmqError("EINVAL", `Cannot bind "${at.text}": a query belongs to a connect`, { address: at.text });
	checkSecurity(host.options);
	const address = localAddress(at.text, at.host, host.options);
	try {
		const { WebSocketServer: Upgrader } = await import("ws");
		const server = await pathServerFor(at, address, host);
		if (host.closed) {
			server.closeIfEmpty();
			throw new ZmqError("EBADF", `The socket was closed while it was binding "${at.text}"`, { address: at.text });
		}
		const { port } = server.server.address() as AddressInfo;
		return new WebSocketListener(server, host, {
			endpoint: `${at.scheme}://${printHostPort(address, port)}${at.path}`,
			path: at.path,
			Upgrader,
		});
	} catch (cause) {
		const error = cause instanceof ZmqError && cause.address !== undefined ? cause : bindError(cause as NodeJS.ErrnoException, at.text);
		host.emit({ type: "bind:error", address: at.text, error });
		throw error;
	}
}

function connect(endpoint: Endpoint, host: TransportHost): Connector {
	const at = asWeb(endpoint);
	const open = streamMaker(at, host.options);
	const dial: Dial = (outcome) => new WebSocketAttempt(urlOf(at), host, open, outcome);
	return new ReconnectingConnector(at.text, host, dial);
}

function checkConnect(endpoint: Endpoint, host: TransportHost): void {
	streamMaker(asWeb(endpoint), host.options);
	checkSecurity(host.options);
}

/** A server of the program's own lives in the thread that shares it. */
function bindsHereOnly(endpoint: Endpoint, host: TransportHost): boolean {
	const at = asWeb(endpoint);
	return isShared(at, localAddress(at.text, at.host, host.options));
}

/** For the request line and the Host header; the stream is made from the endpoint itself. */
function urlOf({ scheme, host, port, path }: WebEndpoint): string {
	return `${scheme}://${printHostPort(host.replace(/%.*$/, ""), Number(port))}${path}`;
}

const make = (scheme: "ws" | "wss"): Transport => ({ scheme, bind, connect, checkConnect, bindsHereOnly });

export const ws: Transport = make("ws");
export const wss: Transport = make("wss");
