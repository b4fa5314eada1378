/**
 * A route on the wire: the answer to SPAWN and RESOLVE, and part of a ref. Numbers are checked, for they may come from another node.
 */
import { overflowOf } from "../definition/overflow.ts";
import { ActorError } from "../errors.ts";
import type { Route, TargetPart } from "../parts.ts";

/** What travels; `node` only within one process. */
export interface RouteWire {
	readonly node?: number;
	readonly thread?: number;
	readonly actor?: number;
	readonly address?: string;
	readonly messages?: number;
	readonly bytes?: number;
	readonly overflow?: string;
}

function isNumber(value: unknown, least: number): value is number {
	return Number.isInteger(value) && (value as number) >= least && (value as number) <= 0xffff_ffff;
}

/** @param thread the number of the host that a target without a peer lives on */
export function routeToWire(target: TargetPart, thread: number): RouteWire {
	return {
		node: target.peer?.node ?? 0,
		thread: target.peer?.thread ?? thread,
		actor: target.actor,
		address: target.address,
		...target.window,
	};
}

/** @throws ActorError ERR_PROTOCOL */
export function readRoute(value: unknown): Route {
	const wire = value as RouteWire | null;
	if (!isNumber(wire?.thread, 0) || !isNumber(wire.actor, 0)) throw new ActorError("ERR_PROTOCOL", "A route has no thread and actor");
	return {
		node: isNumber(wire.node, 0) ? wire.node : 0,
		thread: wire.thread,
		actor: wire.actor,
		address: String(wire.address ?? "").slice(0, 1024),
		window:
			isNumber(wire.messages, 1) && isNumber(wire.bytes, 1)
				? { messages: wire.messages, bytes: wire.bytes, ...overflowOf(wire.overflow) }
				: undefined,
	};
}
