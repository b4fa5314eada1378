/**
 * tcp: binds and connects `tcp://host:port` (zmq_tcp(7)).
 *
 * Bind takes an address, `*`, `localhost` or the name of an interface, never a DNS name; port 0 and `*` mean any free port, to be
 * read from the listener's endpoint. Connect resolves names anew at every attempt. IPv6 needs the option `ipv6`.
 *
 * Shutdown: see stream-listener.ts and stream-connector.ts.
 */
import { type AddressInfo, connect as connectStream, isIP, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { inRanges } from "../address-range.ts";
import type { Endpoint } from "../endpoint.ts";
import { ZmqError } from "../errors.ts";
import type { SocketOptions } from "../options.ts";
import { checkSecurity } from "../security/make-mechanism.ts";
import { listen } from "./stream-bind.ts";
import { StreamConnector } from "./stream-connector.ts";
import { StreamListener } from "./stream-listener.ts";
import { bindError } from "./system-error.ts";
import type { Connector, Listener, Transport, TransportHost } from "./transport.ts";

type TcpEndpoint = Extract<Endpoint, { scheme: "tcp" }>;

const HOST_NAME_PATTERN = /^(?=.{1,253}\.?$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?$/;

function asTcp(endpoint: Endpoint): TcpEndpoint {
	if (endpoint.scheme === "tcp") return endpoint;
	throw new ZmqError("EINVAL", `"${endpoint.text}" is not a tcp endpoint`, { address: endpoint.text });
}

function print(host: string, port: number): string {
	return host.includes(":") ? `tcp://[${host}]:${port}` : `tcp://${host}:${port}`;
}

function requireIpv6(endpoint: TcpEndpoint, options: Readonly<SocketOptions>): void {
	if (!options.ipv6)
		throw new ZmqError("EINVAL", `"${endpoint.text}" is an IPv6 address: set the option ipv6 to true`, { address: endpoint.text });
}

/** The address to bind: no DNS, as in libzmq. */
function bindAddress(endpoint: TcpEndpoint, options: Readonly<SocketOptions>): string {
	const { host, text } = endpoint;
	if (host === "*") return options.ipv6 ? "::" : "0.0.0.0";
	const address = host.replace(/%.*$/, "");
	if (isIP(address) === 4) return host;
	if (isIP(address) === 6) {
		requireIpv6(endpoint, options);
		return host;
	}
	if (host === "localhost") return "127.0.0.1";
	const addresses = networkInterfaces()[host];
	const chosen = addresses?.find((one) => one.family === "IPv4") ?? (options.ipv6 ? addresses?.[0] : undefined);
	if (chosen !== undefined) return chosen.address;
	throw new ZmqError(
		"EADDRNOTAVAIL",
		`Cannot bind "${text}": "${host}" is neither an address nor an interface of this machine; names are not resolved for a bind, use * or an address`,
		{ address: text },
	);
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
	checkSecurity(host.options);
	const address = bindAddress(at, host.options);
	const port = at.port === "*" ? 0 : at.port;
	const { backlog } = host.options;
	try {
		const server = await listen({ host: address, port, backlog, ipv6Only: false }, keepAlive(host.options));
		if (host.closed) {
			server.close();
			throw new ZmqError("EBADF", `The socket was closed while it was binding "${at.text}"`, { address: at.text });
		}
		const bound = server.address() as AddressInfo;
		return new StreamListener(server, host, {
			endpoint: print(bound.address, bound.port),
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

function connect(endpoint: Endpoint, host: TransportHost): Connector {
	const at = asTcp(endpoint);
	const { port, text } = at;
	if (port === "*" || port === 0)
		throw new ZmqError("EINVAL", `Cannot connect "${text}": the port to connect to must be named`, { address: text });
	const version = isIP(at.host.replace(/%.*$/, ""));
	if (version === 6) requireIpv6(at, host.options);
	if (version === 0 && !HOST_NAME_PATTERN.test(at.host))
		throw new ZmqError("EINVAL", `Cannot connect "${text}": "${at.host}" is neither an address nor a host name`, { address: text });
	const { ipv6 } = host.options;
	const family = ipv6 ? { autoSelectFamily: true } : { family: 4 };
	const open = (): Socket => connectStream({ host: at.host, port, noDelay: true, ...keepAlive(host.options), ...family });
	return new StreamConnector(text, host, open);
}

export const tcp: Transport = { scheme: "tcp", bind, connect };
