/**
 * tcp: binds and connects `tcp://host:port` (zmq_tcp(7)).
 *
 * Bind takes an address, `*`, `localhost` or the name of an interface, never a DNS name; port 0 and `*` mean any free port, to be
 * read from the listener's endpoint. Connect resolves names anew at every attempt. `tcp://source:port;host:port` connects from an
 * own address. `tcp://host:port/resource` shares a port with other sockets of this thread (shared-port.ts). With the option `socksProxy` connections go through a SOCKS5 proxy. IPv6 needs the option `ipv6`.
 *
 * Shutdown: see stream-listener.ts and stream-connector.ts.
 */
import { type AddressInfo, connect as connectStream, type Server, type Socket, type TcpNetConnectOpts } from "node:net";
import { inRanges } from "../endpoint/address-range.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { parseHostPort, printHostPort } from "../endpoint/host-port.ts";
import type { TcpEndpoint } from "../endpoint/tcp-endpoint.ts";
import { ZmqError } from "../errors.ts";
import type { SocketOptions } from "../option/options.ts";
import { checkSecurity } from "../security/make-mechanism.ts";
import { isHostName } from "./host-name.ts";
import { addressFamily, localAddress, requireIpv6 } from "./interface-address.ts";
import { SharedPort } from "./shared-port.ts";
import { negotiateSocks } from "./socks.ts";
import { listen, where } from "./stream-bind.ts";
import { type Dialer, StreamConnector } from "./stream-connector.ts";
import { StreamListener } from "./stream-listener.ts";
import { bindError } from "./system-error.ts";
import type { Connector, Listener, Transport, TransportHost } from "./transport.ts";

function asTcp(endpoint: Endpoint): TcpEndpoint {
	if (endpoint.scheme === "tcp") return endpoint;
	throw new ZmqError("EINVAL", `"${endpoint.text}" is not a tcp endpoint`, { address: endpoint.text });
}

function print(host: string, port: number): string {
	return `tcp://${printHostPort(host, port)}`;
}

/** Node can switch the probes on and set when the first one is sent; how many there are is the operating system's matter. */
export function keepAlive({ tcpKeepalive, tcpKeepaliveIdle }: Readonly<SocketOptions>): {
	keepAlive?: boolean;
	keepAliveInitialDelay?: number;
} {
	if (tcpKeepalive !== 1) return {};
	return { keepAlive: true, ...(tcpKeepaliveIdle > 0 && { keepAliveInitialDelay: tcpKeepaliveIdle * 1000 }) };
}

function peerAddress(stream: Socket): string {
	return print(stream.remoteAddress ?? "?", stream.remotePort ?? 0);
}

function admits(stream: Socket, { options }: TransportHost): boolean {
	const ranges = options.tcpAcceptFilter;
	return ranges === null || inRanges(ranges, stream.remoteAddress ?? "");
}

/** Starts listening; the second part is the endpoint with what is free resolved. */
async function listenAt(address: string, at: TcpEndpoint, options: Readonly<SocketOptions>): Promise<[server: Server, endpoint: string]> {
	const port = at.port === "*" ? 0 : at.port;
	const { backlog, useFd } = options;
	const server = await listen({ ...where(useFd, { host: address, port, ipv6Only: false }), backlog }, keepAlive(options));
	const bound = server.address() as AddressInfo | null;
	if (typeof bound?.port !== "number") {
		server.close();
		throw new ZmqError("EINVAL", `Cannot bind "${at.text}": the descriptor ${useFd} (useFd) is not a socket of tcp`, { address: at.text });
	}
	const zone = address.includes("%") && !bound.address.includes("%") ? address.slice(address.indexOf("%")) : "";
	return [server, print(bound.address + zone, bound.port)];
}

function closedWhileBinding({ text }: TcpEndpoint): ZmqError {
	return new ZmqError("EBADF", `The socket was closed while it was binding "${text}"`, { address: text });
}

async function bindAlone(address: string, at: TcpEndpoint, host: TransportHost): Promise<Listener> {
	const [server, endpoint] = await listenAt(address, at, host.options);
	if (!host.closed) return new StreamListener(server, host, { endpoint, peerAddress, admits: (stream) => admits(stream, host) });
	server.close();
	throw closedWhileBinding(at);
}

/** The ports of this thread that sockets with resources share, by endpoint. */
const sharedPorts = new Map<string, Promise<SharedPort>>();

async function openShared(
	address: string,
	at: TcpEndpoint,
	options: Readonly<SocketOptions>,
): Promise<[port: SharedPort, endpoint: string]> {
	const [server, endpoint] = await listenAt(address, at, options);
	return [new SharedPort(server, { peerAddress, admits }, () => sharedPorts.delete(endpoint)), endpoint];
}

/** @throws ZmqError EINVAL */
function checkShareable({ text }: TcpEndpoint, { type, options }: TransportHost): void {
	if (type === "STREAM")
		throw new ZmqError("EINVAL", `Cannot use "${text}": a STREAM has no handshake that could name a resource`, { address: text });
	const { securityMechanism: mechanism, curveServer, plainServer } = options;
	if (mechanism === null || (mechanism === "curve" ? curveServer : plainServer)) return;
	throw new ZmqError("EINVAL", `Cannot bind "${text}": with ${mechanism} the side that binds a resource must be the server`, {
		address: text,
	});
}

async function bindShared(address: string, at: TcpEndpoint, resource: string, host: TransportHost): Promise<Listener> {
	checkShareable(at, host);
	const free = at.port === "*" || at.port === 0;
	const known = free ? undefined : print(address, at.port as number);
	let opening = known === undefined ? undefined : sharedPorts.get(known);
	let endpoint = known;
	if (opening === undefined) {
		const opened = openShared(address, at, host.options);
		opening = opened.then(([port]) => port);
		if (known !== undefined) {
			sharedPorts.set(known, opening);
			opening.catch(() => sharedPorts.delete(known));
		}
		endpoint = (await opened)[1];
		sharedPorts.set(endpoint, opening);
	}
	const port = await opening;
	// Its last socket may have left meanwhile.
	if (port.closed) {
		if (known !== undefined) sharedPorts.delete(known);
		return bindShared(address, at, resource, host);
	}
	if (!host.closed) return port.join(`${endpoint}/${resource}`, resource, host);
	port.closeUnused();
	throw closedWhileBinding(at);
}

async function bind(endpoint: Endpoint, host: TransportHost): Promise<Listener> {
	const at = asTcp(endpoint);
	if (at.source !== undefined)
		throw new ZmqError("EINVAL", `Cannot bind "${at.text}": a source address belongs to a connect`, { address: at.text });
	checkSecurity(host.options);
	const address = localAddress(at.text, at.host, host.options);
	try {
		return await (at.resource === undefined ? bindAlone(address, at, host) : bindShared(address, at, at.resource, host));
	} catch (cause) {
		const error = cause instanceof ZmqError ? cause : bindError(cause as NodeJS.ErrnoException, at.text);
		host.emit({ type: "bind:error", address: at.text, error });
		throw error;
	}
}

/** The own address and port of a connection, and its family. @throws ZmqError EINVAL, EADDRNOTAVAIL */
function sourceOf({ source, text }: TcpEndpoint, options: Readonly<SocketOptions>): Partial<TcpNetConnectOpts> {
	if (source === undefined) return options.ipv6 ? { autoSelectFamily: true } : { family: 4 };
	const address = localAddress(text, source.host, options);
	const localPort = source.port === "*" ? 0 : source.port;
	const any = source.host === "*";
	return { ...(!any && { localAddress: address, family: addressFamily(address) }), ...(localPort > 0 && { localPort }) };
}

/** Where the proxy is. @throws ZmqError EINVAL */
function proxyOf(options: Readonly<SocketOptions>): { host: string; port: number } | undefined {
	const { socksProxy } = options;
	if (socksProxy === null || socksProxy === "") return undefined;
	const { host, port } = parseHostPort(`socks://${socksProxy}`, socksProxy);
	if (port !== "*" && port > 0 && (addressFamily(host) !== 0 || isHostName(host))) return { host, port };
	throw new ZmqError("EINVAL", `The option socksProxy must be "host:port", got ${JSON.stringify(socksProxy)}`);
}

/** @throws ZmqError EINVAL, EADDRNOTAVAIL */
function dialer(at: TcpEndpoint, port: number, host: TransportHost): Dialer {
	const source = sourceOf(at, host.options);
	const proxy = proxyOf(host.options);
	const next = proxy ?? { host: at.host, port };
	const open = (): Socket => connectStream({ ...next, noDelay: true, ...keepAlive(host.options), ...source });
	const resource = at.resource === undefined ? {} : { resource: at.resource };
	if (proxy === undefined) return { open, ...resource };
	const prepare = (stream: Socket, done: () => void): void => {
		const { socksUsername: username, socksPassword: password, handshakeInterval } = host.options;
		negotiateSocks(stream, { host: at.host, port, username, password }, handshakeInterval, done);
	};
	return { open, prepare, ...resource };
}

/** @throws ZmqError EINVAL, EADDRNOTAVAIL */
function toDial(endpoint: Endpoint, host: TransportHost): Dialer {
	const at = asTcp(endpoint);
	const { port, text } = at;
	if (port === "*" || port === 0)
		throw new ZmqError("EINVAL", `Cannot connect "${text}": the port to connect to must be named`, { address: text });
	if (at.resource !== undefined && host.type === "STREAM") checkShareable(at, host);
	const family = addressFamily(at.host);
	if (family === 6) requireIpv6(text, host.options);
	if (family === 0 && !isHostName(at.host))
		throw new ZmqError("EINVAL", `Cannot connect "${text}": "${at.host}" is neither an address nor a host name`, { address: text });
	return dialer(at, port, host);
}

function connect(endpoint: Endpoint, host: TransportHost): Connector {
	return new StreamConnector(endpoint.text, host, toDial(endpoint, host));
}

function checkConnect(endpoint: Endpoint, host: TransportHost): void {
	toDial(endpoint, host);
	checkSecurity(host.options);
}

export const tcp: Transport = { scheme: "tcp", bind, connect, checkConnect };
