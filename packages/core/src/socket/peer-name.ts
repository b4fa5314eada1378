/**
 * The name that a ROUTER or STREAM gives to the peer of one connection: `connect(endpoint, { routingId })`.
 */
import { ZmqError } from "../errors.ts";
import { ROUTING_ID_BYTES_MAX } from "../limits.ts";

/** Checks a name; undefined stays undefined. @throws ZmqError EINVAL */
export function peerName(name: Uint8Array | string | undefined, taken: (id: Buffer) => boolean): Buffer | undefined {
	if (name === undefined) return undefined;
	if (typeof name !== "string" && !(name instanceof Uint8Array))
		throw new ZmqError("EINVAL", `The routing id of a connection must be bytes or a string, got ${typeof name}`);
	const id = Buffer.from(name as string);
	if (id.length === 0 || id.length > ROUTING_ID_BYTES_MAX)
		throw new ZmqError("EINVAL", `The routing id of a connection has 1 to ${ROUTING_ID_BYTES_MAX} bytes, got ${id.length}`);
	if (taken(id)) throw new ZmqError("EINVAL", `Another peer has the routing id ${JSON.stringify(id.toString("latin1"))} already`);
	return id;
}
