/**
 * The mechanism of one connection, from the socket that it is for: what it says of itself, and the options of its security.
 */
import { makeMechanism } from "../security/make-mechanism.ts";
import type { Mechanism } from "../security/mechanism.ts";
import type { LocalMetadata } from "../security/peer-metadata.ts";
import type { SocketTypeName } from "../socket-type.ts";
import type { TransportHost } from "./transport.ts";

const WEB_TYPES: { readonly [type in SocketTypeName]?: SocketTypeName } = { XPUB: "PUB", XSUB: "SUB" };

/**
 * @param resource what the peer is asked for (RFC 37); undefined = nothing in particular
 * @param end ends the connection
 * @throws ZmqError EINVAL: the security options do not fit together; after `end`
 */
export function mechanismFor(host: TransportHost, resource: string | undefined, end: () => void): Mechanism {
	return made(host, host.choice === undefined ? localMetadata(host, resource) : chosenMetadata(host), end);
}

/** The same for ZWS, where XPUB and XSUB are no types: they are PUB and SUB (RFC 45). */
export function webMechanismFor(host: TransportHost, end: () => void): Mechanism {
	return made(host, { ...localMetadata(host, undefined), announcedType: WEB_TYPES[host.type] ?? host.type }, end);
}

function made(host: TransportHost, local: LocalMetadata, end: () => void): Mechanism {
	try {
		return makeMechanism(local, host.options);
	} catch (error) {
		end();
		throw error;
	}
}

function localMetadata({ type, options }: TransportHost, resource: string | undefined): LocalMetadata {
	return { socketType: type, routingId: options.routingId, metadata: options.metadata, resource };
}

/** Of a host that becomes another one when the peer has chosen. */
function chosenMetadata(host: TransportHost): LocalMetadata {
	return {
		get socketType() {
			return host.type;
		},
		get routingId() {
			return host.options.routingId;
		},
		get metadata() {
			return host.options.metadata;
		},
		choice: host.choice,
	};
}
