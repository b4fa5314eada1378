/**
 * The form of tcp endpoints: `tcp://host:port`, `tcp://source:port;host:port` and `tcp://host:port/resource`.
 *
 * Pure. Source: zmq_tcp(7); RFC 37 §"The Resource Property" for the resource, by which several sockets share a port.
 */

import { RESOURCE_BYTES_MAX } from "../limits.ts";
import { type HostPort, malformed, parseHostPort } from "./host-port.ts";

export interface TcpEndpoint extends HostPort {
	readonly scheme: "tcp";
	/** What the caller wrote. */
	readonly text: string;
	/** The own address and port of a connection; only a connect has it. */
	readonly source?: HostPort;
	/** Which of the sockets that share the port; without the slash before it. */
	readonly resource?: string;
}

const RESOURCE_PATTERN = /^[A-Za-z0-9$\-_@.&+]+(?:\/[A-Za-z0-9$\-_@.&+]+)*$/;

/** @param rest of the text, behind `tcp://` @throws ZmqError EINVAL */
export function parseTcp(text: string, rest: string): TcpEndpoint {
	const semicolon = rest.indexOf(";");
	const source = semicolon === -1 ? undefined : parseHostPort(text, rest.slice(0, semicolon));
	const target = rest.slice(semicolon + 1);
	const slash = target.indexOf("/");
	const { host, port } = parseHostPort(text, slash === -1 ? target : target.slice(0, slash));
	const resource = slash === -1 ? undefined : target.slice(slash + 1);
	if (resource !== undefined && (resource.length > RESOURCE_BYTES_MAX || !RESOURCE_PATTERN.test(resource)))
		throw malformed(
			text,
			`a resource is names with slashes between, of letters, digits and $-_@.&+, at most ${RESOURCE_BYTES_MAX} characters together`,
		);
	return { scheme: "tcp", text, host, port, ...(source && { source }), ...(resource !== undefined && { resource }) };
}
