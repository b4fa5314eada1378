/**
 * The form of udp endpoints: `udp://host:port` and `udp://interface;group:port`.
 *
 * Pure. Source: zmq_udp(7). What stands before the semicolon is the name or an address of the interface to use.
 */
import { type HostPort, malformed, parseHost, parseHostPort } from "./host-port.ts";

export interface UdpEndpoint extends HostPort {
	readonly scheme: "udp";
	/** What the caller wrote. */
	readonly text: string;
	/** Name or address; undefined = whichever the operating system takes. */
	readonly interface?: string;
}

/** @param rest of the text, behind `udp://` @throws ZmqError EINVAL */
export function parseUdp(text: string, rest: string): UdpEndpoint {
	const semicolon = rest.indexOf(";");
	const target = parseHostPort(text, rest.slice(semicolon + 1));
	if (semicolon === -1) return { scheme: "udp", text, ...target };
	const through = parseHost(text, rest.slice(0, semicolon));
	if (through === "") throw malformed(text, "an interface must stand before the semicolon");
	return { scheme: "udp", text, ...target, ...(through !== "*" && { interface: through }) };
}
