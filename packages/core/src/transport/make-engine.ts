/**
 * The engine for a new connection: raw for a STREAM, ZMTP with the mechanism that the options ask for, for all others.
 *
 * The engine takes the stream over.
 */
import type { Socket } from "node:net";
import { makeMechanism } from "../security/make-mechanism.ts";
import { Engine, type EngineOwner, type ServingEngine } from "./engine.ts";
import { RawEngine } from "./raw-engine.ts";
import type { TransportHost } from "./transport.ts";

/** @throws ZmqError EINVAL: the security options do not fit together */
export function makeEngine(stream: Socket, host: TransportHost, owner: EngineOwner): ServingEngine {
	if (host.type === "STREAM") return new RawEngine(stream, host, owner);
	return new Engine(stream, makeMechanism(host.type, host.options), host, owner);
}
