/**
 * The engine for a new byte stream: raw for a STREAM, ZMTP with the mechanism that the options ask for, for all others.
 *
 * The engine takes the stream over.
 */
import type { Socket } from "node:net";
import { Handshake } from "../security/handshake.ts";
import { sendsToMany } from "./encoded-runs.ts";
import { Engine, type EngineOwner, type ServingEngine } from "./engine.ts";
import { mechanismFor } from "./host-mechanism.ts";
import { RawEngine } from "./raw-engine.ts";
import { StreamLink } from "./stream-link.ts";
import type { TransportHost } from "./transport.ts";

/**
 * @param resource what the peer is asked for (RFC 37); undefined = nothing in particular
 * @throws ZmqError EINVAL: the security options do not fit together; the stream is then ended
 */
export function makeEngine(stream: Socket, host: TransportHost, owner: EngineOwner, resource?: string): ServingEngine {
	if (host.type === "STREAM") return new RawEngine(stream, host, owner);
	const mechanism = mechanismFor(host, resource, () => stream.destroy());
	// Old versions know no security and no resources: asking for any means refusing them.
	const { routingId, zapDomain } = host.options;
	const old = mechanism.name === "NULL" && zapDomain === "" && host.choice === undefined ? { socketType: host.type, routingId } : undefined;
	const handshake = new Handshake(mechanism, old);
	return new Engine(
		new StreamLink(stream, handshake, sendsToMany(host.type)),
		{ handshake, preparation: mechanism.preparation },
		host,
		owner,
	);
}
