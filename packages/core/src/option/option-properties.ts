/**
 * The options that all sockets have, as properties, and how a socket class gets those of its own.
 *
 * One property for each named option, on the prototype: reading gives the value as it is kept, writing checks it (EINVAL). The
 * values live in `settings`, which patterns and transports read at the moment they take effect. Whoever wants to act on a
 * change overrides `setOption`.
 */

import { SOCKET_TYPE_NUMBER, type SocketTypeName } from "../socket-type.ts";
import { assignOption, makeOptions, type SocketOptions } from "./options.ts";

export abstract class OptionProperties {
	/** libzmq's number of the socket type. */
	readonly type: number;
	/** How long messages may still be delivered after the end, ms; -1 = for ever, 0 = dropped. */
	declare linger: number;
	/** First delay before reconnecting, ms; -1 = never. */
	declare reconnectInterval: number;
	/** Ceiling of the doubling reconnect delay, ms; 0 = the first delay with jitter. */
	declare reconnectMaxInterval: number;
	/** True: messages queue only to peers that are connected now. */
	declare immediate: boolean;
	/** Largest frame taken from a peer, bytes; -1 = no limit. */
	declare maxMessageSize: number;
	/** Greeting and handshake must end within this, ms; 0 = no limit. */
	declare handshakeInterval: number;
	/** A connection must be made within this, ms; 0 = as long as the operating system takes. */
	declare connectTimeout: number;
	/** After which of these a connection is not made again. */
	declare reconnectStop: readonly ("refused" | "handshake" | "disconnect")[];
	/** Probes of tcp on idle connections: 1 = on, 0 = off, -1 = as the operating system does. */
	declare tcpKeepalive: number;
	/** How long a tcp connection is idle before the first probe, s; -1 = as the operating system does. */
	declare tcpKeepaliveIdle: number;
	/** Which addresses a tcp listener takes connections from, as "10.0.0.0/8"; null = all. */
	declare tcpAcceptFilter: string | null;
	/** A descriptor that this process was given, bound and listening, which tcp and ipc use to bind; -1 = none. */
	declare useFd: number;
	/** A SOCKS5 proxy, "host:port", that tcp connections go through; null = none. */
	declare socksProxy: string | null;
	/** User name for the SOCKS5 proxy, up to 255 bytes; null = none. */
	declare socksUsername: string | null;
	/** Password for the SOCKS5 proxy, up to 255 bytes; null = none. */
	declare socksPassword: string | null;
	/** Connections waiting to be accepted; taken at bind. */
	declare backlog: number;
	/** Private key of a wss bind, PEM. */
	declare wssKeyPem: string | null;
	/** Certificate of a wss bind, PEM, with the chain behind it. */
	declare wssCertPem: string | null;
	/** Certificates that a wss connect trusts, PEM. */
	declare wssTrustPem: string | null;
	/** True: a wss connect trusts the authorities that Node trusts. */
	declare wssTrustSystem: boolean;
	/** The name that the server of a wss connect must have a certificate for; null = the host of the endpoint. */
	declare wssHostname: string | null;
	/** True: bind and connect may use IPv6. */
	declare ipv6: boolean;
	/** How often a PING is sent to each peer, ms; 0 = never. */
	declare heartbeatInterval: number;
	/** How long a peer may be silent after a PING, ms; -1 = as long as heartbeatInterval. */
	declare heartbeatTimeout: number;
	/** How long a peer is told to bear our silence, ms in whole tenths of a second; 0 = not told. */
	declare heartbeatTimeToLive: number;
	/** Sent to each peer in the handshake; names begin with X-. */
	declare metadata: Readonly<Record<string, string | Uint8Array>>;
	/** Which mechanism the plain… and curve… options ask for: the last one set counts. null = no security. */
	declare readonly securityMechanism: "plain" | "curve" | null;
	/** True: this side checks user names and passwords, by the ZAP handler: see Authenticator. */
	declare plainServer: boolean;
	/** Sent to a PLAIN server, up to 255 bytes; makes this side a client. null = none. */
	declare plainUsername: string | null;
	/** Sent to a PLAIN server, up to 255 bytes, unencrypted; makes this side a client. null = none. */
	declare plainPassword: string | null;
	/** True: this side is the CURVE server; it needs curveSecretKey. */
	declare curveServer: boolean;
	/** Own public key; 32 bytes, or 40 Z85 characters. */
	declare curvePublicKey: Uint8Array | string | null;
	/** Own secret key; 32 bytes, or 40 Z85 characters. */
	declare curveSecretKey: Uint8Array | string | null;
	/** The server's public key; 32 bytes, or 40 Z85 characters. */
	declare curveServerKey: Uint8Array | string | null;
	/** What the ZAP handler is told that this socket belongs to. */
	declare zapDomain: string;
	/** True: without a ZAP handler nobody of this domain gets in. */
	declare zapEnforceDomain: boolean;
	/** @internal */
	readonly typeName: SocketTypeName;
	/** @internal */
	protected readonly settings: SocketOptions;

	/** @internal @throws ZmqError EINVAL */
	protected constructor(typeName: SocketTypeName, given: Readonly<Record<string, unknown>>) {
		this.typeName = typeName;
		this.type = SOCKET_TYPE_NUMBER[typeName];
		this.settings = makeOptions(typeName, given);
	}

	/** @internal @throws ZmqError EINVAL */
	protected setOption(name: keyof SocketOptions, value: unknown): void {
		assignOption(this.typeName, this.settings, name, value);
	}

	/** @internal Gives a class one property for each named option; a wrong value throws EINVAL. */
	protected static defineOptions(prototype: OptionProperties, names: readonly (keyof SocketOptions)[]): void {
		for (const name of names) {
			Object.defineProperty(prototype, name, {
				configurable: true,
				enumerable: true,
				get(this: OptionProperties) {
					return this.settings[name];
				},
				set(this: OptionProperties, value: unknown) {
					this.setOption(name, value);
				},
			});
		}
	}

	static {
		OptionProperties.defineOptions(OptionProperties.prototype, [
			"linger",
			"reconnectInterval",
			"reconnectMaxInterval",
			"immediate",
			"maxMessageSize",
			"handshakeInterval",
			"connectTimeout",
			"reconnectStop",
			"tcpKeepalive",
			"tcpKeepaliveIdle",
			"tcpAcceptFilter",
			"useFd",
			"socksProxy",
			"socksUsername",
			"socksPassword",
			"backlog",
			"wssKeyPem",
			"wssCertPem",
			"wssTrustPem",
			"wssTrustSystem",
			"wssHostname",
			"ipv6",
			"heartbeatInterval",
			"heartbeatTimeout",
			"heartbeatTimeToLive",
			"metadata",
			"securityMechanism",
			"plainServer",
			"plainUsername",
			"plainPassword",
			"curveServer",
			"curvePublicKey",
			"curveSecretKey",
			"curveServerKey",
			"zapDomain",
			"zapEnforceDomain",
		]);
	}
}
