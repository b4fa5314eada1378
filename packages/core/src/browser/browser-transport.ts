/**
 * ws and wss in a browser: the connecting side of ZWS 2.0 over the browser's WebSocket.
 *
 * Why a connection could not be made a browser does not tell: it may be nobody there, another path, another mechanism, a certificate.
 * All of that is tried again. TLS is the browser's matter, and so are cookies and proxies.
 *
 * Shutdown: see transport/reconnecting-connector.ts; an attempt that is given up closes its WebSocket.
 */
import type { Endpoint } from "../endpoint/endpoint.ts";
import { printHostPort } from "../endpoint/host-port.ts";
import type { WebEndpoint } from "../endpoint/web-endpoint.ts";
import { ZmqError } from "../errors.ts";
import { BareZwsHandshake, ZwsHandshake } from "../security/zws-handshake.ts";
import { Engine, type EngineOwner, type ServingEngine } from "../transport/engine.ts";
import { webMechanismFor } from "../transport/host-mechanism.ts";
import { type Attempt, type DialOutcome, ReconnectingConnector } from "../transport/reconnecting-connector.ts";
import type { Connector, Transport, TransportHost } from "../transport/transport.ts";
import { offers } from "../transport/web-socket/connection-terms.ts";
import { isBare } from "../wire/zws.ts";
import { BrowserLink } from "./browser-link.ts";
import { type BrowserWebSocket, openWebSocket } from "./web-socket.ts";

export function browserTransport(scheme: "ws" | "wss"): Transport {
	return {
		scheme,
		bind: ({ text }) =>
			Promise.reject(new ZmqError("EPROTONOSUPPORT", `Cannot bind "${text}": a browser cannot be connected to`, { address: text })),
		connect,
	};
}

function connect(endpoint: Endpoint, host: TransportHost): Connector {
	const at = endpoint as WebEndpoint;
	if (at.port === "*" || at.port === 0 || at.host === "*")
		throw new ZmqError("EINVAL", `Cannot connect "${at.text}": host and port to connect to must be named`, { address: at.text });
	const url = `${at.scheme}://${printHostPort(at.host, at.port)}${at.path}`;
	return new ReconnectingConnector(at.text, host, (outcome) => dial(url, host, outcome));
}

function dial(url: string, host: TransportHost, outcome: DialOutcome): Attempt {
	let webSocket: BrowserWebSocket | undefined;
	const failed = (why: string): void => {
		clearTimeout(timer);
		letGo(webSocket);
		outcome.onFailed(new ZmqError("EPROTO", `The browser did not open a WebSocket to ${url}: ${why}`));
	};
	const limit = host.options.handshakeInterval;
	const timer = limit > 0 ? setTimeout(() => failed(`no answer within ${limit} ms (handshakeInterval)`), limit) : undefined;
	try {
		const opened = openWebSocket(url, offers(host.options, "."));
		webSocket = opened;
		opened.onclose = () => failed("it does not tell pages why; its console may have more");
		opened.onopen = () => {
			clearTimeout(timer);
			outcome.onConnected((owner) => makeBrowserEngine(opened, host, owner));
		};
	} catch (error) {
		// Not from within the call: an insecure address in a secure page, a port that browsers block.
		queueMicrotask(() => failed((error as Error).message));
	}
	return {
		abandon: () => {
			clearTimeout(timer);
			letGo(webSocket);
		},
	};
}

function letGo(webSocket: BrowserWebSocket | undefined): void {
	if (webSocket === undefined) return;
	webSocket.onopen = null;
	webSocket.onclose = null;
	webSocket.close();
}

/** @throws ZmqError EINVAL: the security options do not fit together; the WebSocket is then closed */
function makeBrowserEngine(webSocket: BrowserWebSocket, host: TransportHost, owner: EngineOwner): ServingEngine {
	const mechanism = webMechanismFor(host, () => letGo(webSocket));
	const { routingId } = host.options;
	const bare = isBare(webSocket.protocol);
	const handshake = bare ? new BareZwsHandshake({ socketType: host.type, routingId }) : new ZwsHandshake(mechanism);
	const preparation = bare ? undefined : mechanism.preparation;
	return new Engine(new BrowserLink(webSocket), { handshake, preparation }, host, owner);
}
