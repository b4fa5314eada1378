/**
 * Addresses: `<ZeroMQ endpoint of the node>/<name>`, and nodes: the same without a name.
 *
 * Pure. The name is what follows the last slash. `inproc://counter` is an actor of this process; its node is `inproc://`.
 * Names of the form `~thread.number` belong to actors without a name of their own and cannot be chosen.
 */
import { ActorError } from "./errors.ts";
import { NAME_LENGTH_MAX } from "./limits.ts";

/** A parsed address: `node` is the endpoint to dial ("inproc://" is this process). */
export interface Address {
	/** The whole address. */
	readonly text: string;
	/** What stands before `://`. */
	readonly scheme: string;
	/** The endpoint of the node, for example `tcp://10.0.0.7:7400`; `inproc://` is this process. */
	readonly node: string;
	/** The name of the actor at its node. */
	readonly name: string;
}

/** This process. */
export const LOCAL_NODE = "inproc://";

const NAME = /^[A-Za-z0-9._~-]+$/;
const ANONYMOUS = /^~(\d{1,10})\.(\d{1,10})$/;

function bad(text: string, why: string): ActorError {
	return new ActorError("ERR_BAD_ADDRESS", `Malformed address "${text.slice(0, 200)}": ${why}`);
}

function schemeOf(text: string): { scheme: string; rest: string } {
	if (typeof text !== "string") throw new ActorError("ERR_BAD_ADDRESS", `An address must be a string, got ${typeof text}`);
	const cut = text.indexOf("://");
	if (cut <= 0) throw bad(text, "expected scheme://…, for example inproc://counter or tcp://127.0.0.1:7400/counter");
	const scheme = text.slice(0, cut);
	if (!/^[a-z][a-z0-9+.-]*$/.test(scheme)) throw bad(text, `"${scheme}" is not a scheme`);
	return { scheme, rest: text.slice(cut + 3) };
}

/** @throws ActorError ERR_BAD_ADDRESS when the name has a wrong form. */
export function checkName(name: string, text: string): string {
	if (name === "") throw bad(text, "the name of the actor is missing after the last slash");
	if (name.length > NAME_LENGTH_MAX) throw bad(text, `the name is longer than ${NAME_LENGTH_MAX} characters`);
	if (!NAME.test(name)) throw bad(text, `the name "${name}" may hold only A-Z a-z 0-9 . _ ~ -`);
	return name;
}

function checkNode(scheme: string, place: string, text: string): void {
	if (place === "") throw bad(text, scheme === "cluster" ? "the name is missing" : "the node is missing before the name");
	if (scheme === "tcp" && !/^(\[[0-9A-Fa-f:.%A-Za-z]+\]|[^:/\s?#[\]]+):\d{1,5}$/.test(place))
		throw bad(text, "a tcp node reads tcp://host:port");
	if (scheme === "tcp" && Number(place.slice(place.lastIndexOf(":") + 1)) > 65535) throw bad(text, "the port is above 65535");
	if (scheme === "ipc" && place.endsWith("/")) throw bad(text, "the path of the socket ends in a slash");
}

/** Parses the address of one actor. @throws ActorError ERR_BAD_ADDRESS */
export function parseAddress(text: string): Address {
	const { scheme, rest } = schemeOf(text);
	if (scheme === "inproc" || scheme === "cluster") return { text, scheme, node: `${scheme}://`, name: checkName(rest, text) };
	const slash = rest.lastIndexOf("/");
	if (slash < 0) throw bad(text, "the name of the actor is missing: a node, a slash, a name");
	const name = checkName(rest.slice(slash + 1), text);
	checkNode(scheme, rest.slice(0, slash), text);
	return { text, scheme, node: `${scheme}://${rest.slice(0, slash)}`, name };
}

/** Parses a node: an endpoint without a name. @throws ActorError ERR_BAD_ADDRESS */
export function parseNode(text: string): {
	/** What stands before `://`. */
	scheme: string;
	/** The endpoint. */
	node: string;
} {
	const { scheme, rest } = schemeOf(text);
	if (scheme === "inproc") {
		if (rest !== "") throw bad(text, `"on" is a node and has no name: write inproc://, or use "at" for a named actor`);
		return { scheme, node: LOCAL_NODE };
	}
	checkNode(scheme, rest, text);
	return { scheme, node: text };
}

/** The address of an actor at its node. */
export function joinAddress(node: string, name: string): string {
	return node.endsWith("://") ? node + name : `${node}/${name}`;
}

/** A node by its number in this process, where its endpoint is not known. */
export function numberedNode(node: number): string {
	return `node-${node}:`;
}

/** The number and the name in an address that was joined with {@link numberedNode}, or undefined. */
export function parseNumbered(address: string): { node: number; name: string } | undefined {
	const match = /^node-(\d{1,10}):\/([^/]+)$/.exec(address);
	return match === null ? undefined : { node: Number(match[1]), name: match[2] as string };
}

/** The name in an address, whatever stands before it. */
export function nameIn(address: string): string {
	return address.slice(address.lastIndexOf("/") + 1);
}

/** The name that an actor without a name is reached by. */
export function anonymousName(thread: number, actor: number): string {
	return `~${thread}.${actor}`;
}

/** The thread and number in a name made by {@link anonymousName}, or undefined. */
export function parseAnonymousName(name: string): { thread: number; actor: number } | undefined {
	const match = ANONYMOUS.exec(name);
	return match === null ? undefined : { thread: Number(match[1]), actor: Number(match[2]) };
}
