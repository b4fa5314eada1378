/**
 * The stream that a WebSocket of the connecting side runs on: tcp, or TLS over tcp, with the options of the socket.
 *
 * What can never work is thrown by the maker; names are resolved anew by every stream it makes.
 *
 * Shutdown: streams belong to the caller.
 */
import { connect, type Socket } from "node:net";
import type { WebEndpoint } from "../../endpoint/web-endpoint.ts";
import { ZmqError } from "../../errors.ts";
import type { SocketOptions } from "../../option/options.ts";
import { isHostName } from "../host-name.ts";
import { addressFamily, requireIpv6 } from "../interface-address.ts";
import { keepAlive } from "../tcp.ts";
import { clientTrust } from "./tls-identity.ts";

/** Opens a stream; calls back once there is somebody at the other end, before TLS. */
export type OpenStream = (onReached: () => void) => Socket;

/** @throws ZmqError EINVAL */
export function streamMaker(at: WebEndpoint, options: Readonly<SocketOptions>): OpenStream {
	const tcp = tcpMaker(at, options);
	if (at.scheme === "ws") return tcp;
	const trust = clientTrust(at.host, options);
	// TLS on a stream of ours, so that what holds for tcp holds here.
	return (onReached) => process.getBuiltinModule("node:tls").connect({ ...trust, socket: tcp(onReached), host: at.host });
}

function tcpMaker({ host, port, text }: WebEndpoint, options: Readonly<SocketOptions>): OpenStream {
	if (port === "*" || port === 0)
		throw new ZmqError("EINVAL", `Cannot connect "${text}": the port to connect to must be named`, { address: text });
	const version = addressFamily(host);
	if (version === 6) requireIpv6(text, options);
	if (version === 0 && !isHostName(host))
		throw new ZmqError("EINVAL", `Cannot connect "${text}": "${host}" is neither an address nor a host name`, { address: text });
	const family = options.ipv6 ? { autoSelectFamily: true } : { family: 4 };
	return (onReached) => connect({ host, port, noDelay: true, ...keepAlive(options), ...family }).once("connect", onReached);
}
