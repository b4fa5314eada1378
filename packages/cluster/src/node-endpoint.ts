/**
 * Which endpoints a node may listen on, and which may be dialled; and the transport's refusals in the words of nodes.
 *
 * Links have neither encryption nor authentication yet, and whoever reaches a node can run actors on it: so a node listens
 * on loopback addresses and ipc paths only, unless the operator says `insecure`. The form of an endpoint is checked by the
 * transport that takes it. Pure.
 */
import { isIPv4 } from "node:net";
import { ZmqError } from "@zloom/core";
import { ActorError } from "@zloom/runtime";

const SCHEMES: readonly string[] = ["tcp", "ipc"];
/** Codes of core that mean: this string can never be an endpoint here. */
const MALFORMED: readonly string[] = ["EINVAL", "EPROTONOSUPPORT", "ENAMETOOLONG"];

/** @throws ActorError ERR_BAD_ADDRESS, ERR_BAD_OPTION */
export function checkListenEndpoint(endpoint: string, insecure: boolean): void {
	if (!SCHEMES.includes(schemeOf(endpoint)))
		throw new ActorError("ERR_BAD_ADDRESS", `Cannot listen on "${endpoint}": a node listens on tcp://host:port or ipc://path`);
	if (schemeOf(endpoint) !== "tcp" || insecure || isLoopback(hostOf(endpoint))) return;
	throw new ActorError(
		"ERR_BAD_OPTION",
		`Refused to listen on "${endpoint}": it can be reached from other machines, and links are not encrypted or authenticated yet; ` +
			"listen on 127.0.0.1 or ipc://, or pass insecure: true (zloom node --insecure) in a network where everybody may run code here",
	);
}

/** @throws ActorError ERR_BAD_ADDRESS */
export function checkDialEndpoint(node: string): void {
	if (!SCHEMES.includes(schemeOf(node)))
		throw new ActorError("ERR_BAD_ADDRESS", `Cannot dial "${node}": a node is reached at tcp://host:port or ipc://path`);
	if (/^tcp:.*:(\*|0+)$/.test(node))
		throw new ActorError("ERR_BAD_ADDRESS", `Cannot dial "${node}": give the port that the node listens on`);
}

/** What a bind or connect threw, said of a node. */
export function endpointError(doing: string, endpoint: string, error: unknown): unknown {
	if (!(error instanceof ZmqError)) return error;
	if (MALFORMED.includes(error.code))
		return new ActorError("ERR_BAD_ADDRESS", `Cannot ${doing} "${endpoint}": ${error.message}`, { cause: error });
	const advice = error.code === "EADDRINUSE" ? "another program listens there; stop it, or choose another port or path" : error.message;
	return new ZmqError(error.code, `Cannot ${doing} "${endpoint}": ${advice}`, { address: endpoint, cause: error });
}

function schemeOf(endpoint: string): string {
	return typeof endpoint === "string" ? endpoint.slice(0, Math.max(0, endpoint.indexOf("://"))) : "";
}

function hostOf(endpoint: string): string {
	const place = endpoint.slice("tcp://".length);
	return place.slice(0, Math.max(0, place.lastIndexOf(":"))).replace(/^\[(.*)\]$/, "$1");
}

function isLoopback(host: string): boolean {
	return host === "localhost" || host === "::1" || host === "lo" || (isIPv4(host) && host.startsWith("127."));
}
