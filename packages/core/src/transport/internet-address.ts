/**
 * Hosts and ports of endpoints that go over tcp, be it bare or under HTTP: what may be bound, what may be connected to, and with
 * which options of the operating system.
 *
 * Bind takes an address, `*`, `localhost` or the name of an interface, never a DNS name; port 0 and `*` mean any free port. Connect
 * resolves names anew at every attempt. IPv6 needs the option `ipv6`. Pure, but for the list of interfaces.
 */
import { isIP, type TcpNetConnectOpts } from "node:net";
import { networkInterfaces } from "node:os";
import { ZmqError } from "../errors.ts";
import type { SocketOptions } from "../options.ts";

/** The parts of an endpoint. */
export interface InternetEndpoint {
	readonly text: string;
	readonly host: string;
	readonly port: number | "*";
}

const HOST_NAME_PATTERN = /^(?=.{1,253}\.?$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?$/;

/** As it stands in an endpoint; IPv6 in brackets. */
export function printAddress(scheme: string, host: string, port: number): string {
	return host.includes(":") ? `${scheme}://[${host}]:${port}` : `${scheme}://${host}:${port}`;
}

function requireIpv6(endpoint: InternetEndpoint, options: Readonly<SocketOptions>): void {
	if (!options.ipv6)
		throw new ZmqError("EINVAL", `"${endpoint.text}" is an IPv6 address: set the option ipv6 to true`, { address: endpoint.text });
}

/** The address to bind: no DNS, as in libzmq. @throws ZmqError EINVAL, EADDRNOTAVAIL */
export function bindAddress(endpoint: InternetEndpoint, options: Readonly<SocketOptions>): string {
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

/** How to connect to it with node:net. @throws ZmqError EINVAL it can never work */
export function connectOptions(endpoint: InternetEndpoint, options: Readonly<SocketOptions>): TcpNetConnectOpts {
	const { host, port, text } = endpoint;
	if (port === "*" || port === 0)
		throw new ZmqError("EINVAL", `Cannot connect "${text}": the port to connect to must be named`, { address: text });
	const version = isIP(host.replace(/%.*$/, ""));
	if (version === 6) requireIpv6(endpoint, options);
	if (version === 0 && !HOST_NAME_PATTERN.test(host))
		throw new ZmqError("EINVAL", `Cannot connect "${text}": "${host}" is neither an address nor a host name`, { address: text });
	const family = options.ipv6 ? { autoSelectFamily: true } : { family: 4 };
	return { host, port, noDelay: true, ...keepAlive(options), ...family };
}

/** Node can switch the probes on and set when the first one is sent; how many there are is the operating system's matter. */
export function keepAlive(options: Readonly<SocketOptions>): { keepAlive?: boolean; keepAliveInitialDelay?: number } {
	const { tcpKeepalive, tcpKeepaliveIdle } = options;
	if (tcpKeepalive !== 1) return {};
	return { keepAlive: true, ...(tcpKeepaliveIdle > 0 && { keepAliveInitialDelay: tcpKeepaliveIdle * 1000 }) };
}
