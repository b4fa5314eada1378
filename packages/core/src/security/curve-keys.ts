/**
 * Keys for CURVE: new pairs, and the public key of a secret one.
 *
 * Node's own X25519 does it: both are needed at once, before the cipher's library is loaded. Keys are given out as Z85
 * (40 characters), which is what options, certificates and other programs take.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { curveKeyBytes } from "../option/security-options.ts";
import { z85Encode } from "../z85.ts";

/** 40 Z85 characters each. */
export interface CurveKeyPair {
	/** For everybody to know. */
	readonly publicKey: string;
	/** For its owner alone. */
	readonly secretKey: string;
}

const KEY_BYTES = 32;
/** What stands before the bytes of an X25519 secret key in PKCS #8 (RFC 8410). */
const PKCS8_HEAD = Buffer.from("302e020100300506032b656e04220420", "hex");

function rawPublic(key: KeyObject): Buffer {
	return key.export({ type: "spki", format: "der" }).subarray(-KEY_BYTES);
}

/** A new pair of keys for CURVE. Keep the secret one secret: whoever has it is you. */
export function curveKeyPair(): CurveKeyPair {
	const { publicKey, privateKey } = generateKeyPairSync("x25519");
	const secret = privateKey.export({ type: "pkcs8", format: "der" }).subarray(-KEY_BYTES);
	return { publicKey: z85Encode(rawPublic(publicKey)), secretKey: z85Encode(secret) };
}

/** The public key that belongs to a secret one (32 bytes, or 40 Z85 characters). @throws ZmqError EINVAL */
export function curvePublicKey(secretKey: Uint8Array | string): string {
	const secret = curveKeyBytes("secretKey", secretKey);
	const key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, secret]), format: "der", type: "pkcs8" });
	return z85Encode(rawPublic(createPublicKey(key)));
}
