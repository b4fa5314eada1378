/**
 * tcp: binds and connects `tcp://host:port` (zmq_tcp(7)).
 *
 * Bind takes an address, `*`, `localhost` or the name of an interface, never a DNS name; port 0 and `*` mean any free port, to be
 * read from the listener's endpoint. Connect resolves names anew at every attempt. `tcp://source:port;host:port` connects from an
 * own address. With the option `socksProxy` connections go through a SOCKS5 proxy. IPv6 needs the option `ipv6`.
 *
 * Shutdown: see stream-listener.ts and stream-connector.ts.
 */
import { type AddressInfo, connect as connectStream, type Socket, type TcpNetConnectOpts } from "node:net";
import { inRanges } from "../address-range.ts";
import type { Endpoint } from "../endpoint.ts";
import { ZmqError } from "../errors.ts";
import { parseHostPort, printHostPort } from "../host-port.ts";
import type { SocketOptions } from "../options.ts";
import { checkSecurity } from "../security/make-mechanism.ts";
import type { TcpEndpoint } from "../tcp-endpoint.ts";
import { isHostName } from "./host-name.ts";
import { addressFamily, localAddress, requireIpv6 } from "./interface-address.ts";
import { negotiateSocks } from "./socks.ts";
import { listen } from "./stream-bind.ts";
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

async function bind(endpoint: Endpoint, host: TransportHost): Promise<Listener> {
	const at = asTcp(endpoint);
	if (at.source !== undefined)
		throw new ZmqError("EINVAL", `Cannot bind "${at.text}": a source address belongs to a connect`, { address: at.text });
	checkSecurity(host.options);
	const address = localAddress(at.text, at.host, host.options);
	const port = at.port === "*" ? 0 : at.port;
	const { backlog } = host.options;
	try {
		const server = await listen({ host: address, port, backlog, ipv6Only: false }, keepAlive(host.options));
		if (host.closed) {
			server.close();
			throw new ZmqError("EBADF", `The socket was closed while it was binding "${at.text}"`, { address: at.text });
		}
		const bound = server.address() as AddressInfo;
		const zone = address.includes("%") && !bound.address.includes("%") ? address.slice(address.indexOf("%")) : "";
		return new StreamListener(server, host, {
			endpoint: print(bound.address + zone, bound.port),
			peerAddress: (stream: Socket) => print(stream.remoteAddress ?? "?", stream.remotePort ?? 0),
			admits: (stream: Socket) => {
				const ranges = host.options.tcpAcceptFilter;
				return ranges === null || inRanges(ranges, stream.remoteAddress ?? "");
			},
		});
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
	if (proxy === undefined) return { open };
	const prepare = (stream: Socket, done: () => void): void => {
		const { socksUsername: username, socksPassword: password, handshakeInterval } = host.options;
		negotiateSocks(stream, { host: at.host, port, username, password }, handshakeInterval, done);
	};
	return { open, prepare };
}

function connect(endpoint: Endpoint, host: TransportHost): Connector {
	const at = asTcp(endpoint);
	const { port, text } = at;
	if (port === "*" || port === 0)
		throw new ZmqError("EINVAL", `Cannot connect "${text}": the port to connect to must be named`, { address: text });
	const family = addressFamily(at.host);
	if (family === 6) requireIpv6(text, host.options);
	if (family === 0 && !isHostName(at.host))
		throw new ZmqError("EINVAL", `Cannot connect "${text}": "${at.host}" is neither an address nor a host name`, { address: text });
	return new StreamConnector(text, host, dialer(at, port, host));
}

export const tcp: Transport = { scheme: "tcp", bind, connect };
