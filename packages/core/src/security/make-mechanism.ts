/**
 * From the options of a socket to the mechanism of one connection.
 *
 * Roles come from options, not from bind and connect: a CURVE or PLAIN server may well be the side that connects.
 */
import { ZmqError } from "../errors.ts";
import type { SocketOptions } from "../option/options.ts";
import { CurveClient } from "./curve-client.ts";
import { CurveServer } from "./curve-server.ts";
import type { Mechanism } from "./mechanism.ts";
import { NullMechanism } from "./null.ts";
import type { LocalMetadata } from "./peer-metadata.ts";
import { PlainClient } from "./plain-client.ts";
import { PlainServer } from "./plain-server.ts";

/** Asks for what is missing before the first connection is made. @throws ZmqError EINVAL */
export function checkSecurity(options: Readonly<SocketOptions>): void {
	if (options.securityMechanism !== "curve") return;
	if (options.curveSecretKey === null)
		throw new ZmqError("EINVAL", "CURVE needs the option curveSecretKey; curveKeyPair() makes a pair of keys");
	if (options.curveServer) return;
	if (options.curveServerKey === null)
		throw new ZmqError("EINVAL", "A CURVE client needs the option curveServerKey, the public key of its server; a server sets curveServer");
	if (options.curvePublicKey === null)
		throw new ZmqError("EINVAL", "A CURVE client needs the option curvePublicKey; curvePublicKey(secretKey) computes it");
}

/** @throws ZmqError EINVAL */
export function makeMechanism(local: LocalMetadata, options: Readonly<SocketOptions>): Mechanism {
	checkSecurity(options);
	const zap = { domain: options.zapDomain, enforceDomain: options.zapEnforceDomain };
	if (options.securityMechanism === "plain") {
		if (options.plainServer) return new PlainServer(local);
		return new PlainClient(local, { username: options.plainUsername ?? "", password: options.plainPassword ?? "" });
	}
	if (options.securityMechanism === "curve") {
		const secretKey = options.curveSecretKey as Buffer;
		if (options.curveServer) return new CurveServer(local, secretKey, zap);
		const { curvePublicKey, curveServerKey } = options;
		return new CurveClient(local, { publicKey: curvePublicKey as Buffer, secretKey, serverKey: curveServerKey as Buffer });
	}
	return new NullMechanism(local, zap);
}
