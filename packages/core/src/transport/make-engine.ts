/**
 * The engine for a new connection: raw for a STREAM, ZMTP with the mechanism that the options ask for, for all others.
 *
 * The engine takes the stream over.
 */
import type { Socket } from "node:net";
import { makeMechanism } from "../security/make-mechanism.ts";
import type { LocalMetadata } from "../security/peer-metadata.ts";
import { Engine, type EngineOwner, type ServingEngine } from "./engine.ts";
import { RawEngine } from "./raw-engine.ts";
import type { TransportHost } from "./transport.ts";

/**
 * @param resource what the peer is asked for (RFC 37); undefined = nothing in particular
 * @throws ZmqError EINVAL: the security options do not fit together
 */
export function makeEngine(stream: Socket, host: TransportHost, owner: EngineOwner, resource?: string): ServingEngine {
	if (host.type === "STREAM") return new RawEngine(stream, host, owner);
	const mechanism = makeMechanism(host.choice === undefined ? localMetadata(host, resource) : chosenMetadata(host), host.options);
	return new Engine(stream, mechanism, host, owner);
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
