/**
 * tcp: binds and connects `tcp://host:port` (zmq_tcp(7)).
 *
 * What hosts and ports may be stands in internet-address.ts; the port that a wildcard became is read from the listener's endpoint.
 *
 * Shutdown: see stream-listener.ts and stream-connector.ts.
 */
import { type AddressInfo, connect as connectStream, type Socket } from "node:net";
import { inRanges } from "../address-range.ts";
import type { Endpoint } from "../endpoint.ts";
import { ZmqError } from "../errors.ts";
import { checkSecurity } from "../security/make-mechanism.ts";
import { bindAddress, connectOptions, keepAlive, printAddress } from "./internet-address.ts";
import { listen } from "./stream-bind.ts";
import { StreamConnector } from "./stream-connector.ts";
import { StreamListener } from "./stream-listener.ts";
import { bindError } from "./system-error.ts";
import type { Connector, Listener, Transport, TransportHost } from "./transport.ts";

type TcpEndpoint = Extract<Endpoint, { scheme: "tcp" }>;

function asTcp(endpoint: Endpoint): TcpEndpoint {
	if (endpoint.scheme === "tcp") return endpoint;
	throw new ZmqError("EINVAL", `"${endpoint.text}" is not a tcp endpoint`, { address: endpoint.text });
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
			endpoint: printAddress("tcp", bound.address, bound.port),
			peerAddress: (stream: Socket) => printAddress("tcp", stream.remoteAddress ?? "?", stream.remotePort ?? 0),
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
	const options = connectOptions(at, host.options);
	return new StreamConnector(at.text, host, () => connectStream(options));
}

export const tcp: Transport = { scheme: "tcp", bind, connect };
