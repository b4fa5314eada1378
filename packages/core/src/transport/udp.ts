/**
 * udp: a DISH binds and a RADIO connects `udp://host:port` or a multicast group, a DGRAM binds and talks with anybody (zmq_udp(7)).
 *
 * `udp://interface;group:port` names the interface for multicast; without it the operating system chooses. Several sockets may bind
 * one group; an address of this machine has one owner (libzmq lets a second one take it over). A RADIO resolves a name once, when it
 * connects, and tries again while that fails. IPv6 needs the option `ipv6`.
 *
 * Shutdown: see udp-end.ts. A RADIO that is still resolving stops at close.
 */
import { createSocket, type Socket, type SocketOptions as UdpOptions } from "node:dgram";
import { lookup } from "node:dns/promises";
import type { DatagramAddress } from "../endpoint/datagram-address.ts";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { printHostPort } from "../endpoint/host-port.ts";
import type { UdpEndpoint } from "../endpoint/udp-endpoint.ts";
import { ZmqError } from "../errors.ts";
import type { SocketOptions } from "../option/options.ts";
import { isHostName } from "./host-name.ts";
import { addressFamily, localAddress, requireIpv6 } from "./interface-address.ts";
import { Backoff } from "./reconnect.ts";
import { bindError } from "./system-error.ts";
import type { Connector, Listener, Transport, TransportHost } from "./transport.ts";
import { UdpEnd } from "./udp-end.ts";
import { datagramForm, dishForm, radioForm } from "./udp-forms.ts";

function asUdp(endpoint: Endpoint): UdpEndpoint {
	if (endpoint.scheme === "udp") return endpoint;
	throw new ZmqError("EINVAL", `"${endpoint.text}" is not a udp endpoint`, { address: endpoint.text });
}

function isMulticast(host: string): boolean {
	if (addressFamily(host) === 6) return /^ff/i.test(host);
	return addressFamily(host) === 4 && Number.parseInt(host, 10) >= 224 && Number.parseInt(host, 10) <= 239;
}

/** What Node wants to be told of the interface: an address of IPv4, or `::%name`. */
function multicastInterface(at: UdpEndpoint, family: 4 | 6, options: Readonly<SocketOptions>): string | undefined {
	if (at.interface === undefined) return undefined;
	if (family === 4) return localAddress(at.text, at.interface, options);
	if (addressFamily(at.interface) === 0) return `::%${at.interface}`;
	return at.interface;
}

/** Rejects with the error of the operating system. */
function bound(options: UdpOptions, address: string, port: number): Promise<Socket> {
	return new Promise((resolve, reject) => {
		const socket = createSocket(options);
		const failed = (error: Error): void => {
			socket.close();
			reject(error);
		};
		socket.once("error", failed);
		socket.bind({ address, port, exclusive: true }, () => {
			socket.off("error", failed);
			resolve(socket);
		});
	});
}

async function bindSocket(at: UdpEndpoint, options: Readonly<SocketOptions>): Promise<{ socket: Socket; family: 4 | 6; text: string }> {
	const port = at.port === "*" ? 0 : at.port;
	const group = isMulticast(at.host);
	if (group && port === 0)
		throw new ZmqError("EINVAL", `Cannot bind "${at.text}": a multicast group needs a port that its senders know`, { address: at.text });
	const address = group ? at.host : localAddress(at.text, at.host, options);
	const family = addressFamily(address) as 4 | 6;
	if (family === 6) requireIpv6(at.text, options);
	const through = group ? multicastInterface(at, family, options) : undefined;
	// Windows cannot bind a group, others get its datagrams only.
	const any = family === 6 ? "::" : "0.0.0.0";
	const scoped = family === 6 && through?.startsWith("::%") === true ? `${address}${through.slice(2)}` : address;
	const own = group && process.platform === "win32" ? any : scoped;
	const socket = await bound({ type: family === 6 ? "udp6" : "udp4", reuseAddr: group }, own, port);
	try {
		if (group) socket.addMembership(at.host, through);
		prepare(socket, options);
	} catch (error) {
		socket.close();
		throw error;
	}
	const text = group ? at.text : `udp://${printHostPort(socket.address().address, socket.address().port)}`;
	return { socket, family, text };
}

function prepare(socket: Socket, { multicastHops, multicastLoop, sendBufferSize, receiveBufferSize }: Readonly<SocketOptions>): void {
	if (sendBufferSize >= 0) socket.setSendBufferSize(sendBufferSize);
	if (receiveBufferSize >= 0) socket.setRecvBufferSize(receiveBufferSize);
	socket.setMulticastTTL(multicastHops);
	socket.setMulticastLoopback(multicastLoop);
}

function mismatch(text: string, host: TransportHost, can: string): ZmqError {
	return new ZmqError("ENOCOMPATPROTO", `Cannot use "${text}": over udp ${can}, not ${host.type}`, { address: text });
}

async function bind(endpoint: Endpoint, host: TransportHost): Promise<Listener> {
	const at = asUdp(endpoint);
	if (host.type !== "DISH" && host.type !== "DGRAM") throw mismatch(at.text, host, "DISH and DGRAM bind");
	try {
		const { socket, family, text } = await bindSocket(at, host.options);
		if (host.closed) {
			socket.close();
			throw new ZmqError("EBADF", `The socket was closed while it was binding "${at.text}"`, { address: at.text });
		}
		const end = new UdpEnd(text, host, host.type === "DISH" ? dishForm() : datagramForm(family));
		end.start(socket);
		if (end.ended) throw new ZmqError("EINVAL", `Cannot bind "${at.text}": a DGRAM socket is bound to one endpoint`, { address: at.text });
		host.emit({ type: "bind", address: text });
		return end;
	} catch (cause) {
		const error = cause instanceof ZmqError ? cause : bindError(cause as NodeJS.ErrnoException, at.text);
		host.emit({ type: "bind:error", address: at.text, error });
		throw error;
	}
}

/** Resolves the name and makes the socket of a RADIO; once. */
async function openRadio(at: UdpEndpoint, options: Readonly<SocketOptions>): Promise<{ socket: Socket; address: string }> {
	const known = addressFamily(at.host);
	const { address } = known !== 0 ? { address: at.host } : await lookup(at.host, { family: options.ipv6 ? 0 : 4 });
	const family = addressFamily(address) as 4 | 6;
	const group = isMulticast(address);
	const any = family === 6 ? "::" : "0.0.0.0";
	const own = group || at.interface === undefined ? any : localAddress(at.text, at.interface, options);
	const socket = await bound({ type: family === 6 ? "udp6" : "udp4" }, own, 0);
	try {
		const through = group ? multicastInterface(at, family, options) : undefined;
		if (through !== undefined) socket.setMulticastInterface(through);
		prepare(socket, options);
	} catch (error) {
		socket.close();
		throw error;
	}
	return { socket, address };
}

/** @throws ZmqError ENOCOMPATPROTO, EINVAL */
function toSend(endpoint: Endpoint, host: TransportHost): UdpEndpoint & { readonly port: number } {
	const at = asUdp(endpoint);
	const { port, text } = at;
	if (host.type !== "RADIO") throw mismatch(text, host, "RADIO connects");
	if (port === "*" || port === 0)
		throw new ZmqError("EINVAL", `Cannot connect "${text}": the port to send to must be named`, { address: text });
	if (addressFamily(at.host) === 6) requireIpv6(text, host.options);
	else if (addressFamily(at.host) === 0 && !isHostName(at.host))
		throw new ZmqError("EINVAL", `Cannot connect "${text}": "${at.host}" is neither an address nor a host name`, { address: text });
	if (at.interface !== undefined) localAddress(text, at.interface, host.options);
	return { ...at, port };
}

function connect(endpoint: Endpoint, host: TransportHost): Connector {
	const at = toSend(endpoint, host);
	const { port, text } = at;
	let to: DatagramAddress = { address: at.host, port };
	const end = new UdpEnd(
		text,
		host,
		radioForm(() => to),
	);
	const backoff = new Backoff(Math.random);
	const open = (): void => {
		if (end.ended) return;
		openRadio(at, host.options).then(
			({ socket, address }) => {
				to = { address, port };
				end.start(socket);
				if (!end.ended) host.emit({ type: "connect", address: text });
			},
			(error: Error) => {
				if (end.ended) return;
				host.emit({ type: "datagram:error", address: text, error });
				const interval = backoff.next(host.options);
				if (interval < 0) return;
				host.emit({ type: "connect:retry", address: text, interval });
				setTimeout(open, interval).unref();
			},
		);
	};
	open();
	return end;
}

export const udp: Transport = { scheme: "udp", bind, connect, checkConnect: toSend };
