/**
 * The engine for a new connection: raw for a STREAM, ZMTP with the mechanism that the options ask for, for all others.
 *
 * The engine takes the connection over.
 */
import type { Socket } from "node:net";
import { Handshake } from "../security/handshake.ts";
import { makeMechanism } from "../security/make-mechanism.ts";
import type { Mechanism } from "../security/mechanism.ts";
import { Engine, type EngineOwner, type ServingEngine } from "./engine.ts";
import { RawEngine } from "./raw-engine.ts";
import { StreamLink } from "./stream-link.ts";
import type { TransportHost } from "./transport.ts";

/** @throws ZmqError EINVAL: the security options do not fit together; the connection is then ended */
export function makeEngine(stream: Socket, host: TransportHost, owner: EngineOwner): ServingEngine {
	if (host.type === "STREAM") return new RawEngine(stream, host, owner);
	const mechanism = mechanismFor(host, () => stream.destroy());
	// Old versions know no security: asking for any means refusing them.
	const { routingId, zapDomain } = host.options;
	const old = mechanism.name === "NULL" && zapDomain === "" ? { socketType: host.type, routingId } : undefined;
	const handshake = new Handshake(mechanism, old);
	return new Engine(new StreamLink(stream, handshake), { handshake, preparation: mechanism.preparation }, host, owner);
}

/** @throws ZmqError EINVAL, after `end` */
function mechanismFor(host: TransportHost, end: () => void): Mechanism {
	try {
		return makeMechanism(host.type, host.options);
	} catch (error) {
		end();
		throw error;
	}
}
