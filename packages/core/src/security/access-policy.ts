/**
 * Who may connect: addresses, user names with passwords, and CURVE keys; the judgement behind an Authenticator.
 *
 * Addresses are looked at first: one that is denied, or not on the list of those allowed, is refused whatever it presents.
 * Then the credentials: without passwords nobody gets in by PLAIN, without certificates nobody by CURVE. A callback answers at
 * once or later; when it throws, the peer is refused with status 500.
 *
 * Pure but for the callbacks. Passwords are compared in constant time.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { curveKeyBytes } from "../option/security-options.ts";
import { z85Encode } from "../z85.ts";
import type { ReceivedZapRequest } from "./zap-message.ts";

/** What a callback may say: no, yes, or yes and who it is. */
export type Grant =
	| boolean
	| {
			/** What `metadata.userId` of its messages will be; default: the user name, or the public key. */
			readonly userId?: string;
			/** More that is to be known of it: in the `handshake` event and in the metadata of its messages. */
			readonly metadata?: Readonly<Record<string, string | Uint8Array>>;
	  };

/** What a client presents by PLAIN, as the callback `plain` gets it. */
export interface PlainCredentials {
	/** As the client sent it, up to 255 bytes. */
	readonly username: string;
	/** As the client sent it, up to 255 bytes. */
	readonly password: string;
	/** The `zapDomain` of the socket that is connected to. */
	readonly domain: string;
	/** IP address; empty over ipc. */
	readonly address: string;
}

/** What a client presents by CURVE, as the callback `curve` gets it; that it owns the key is proven by then. */
export interface CurveCredentials {
	/** 40 Z85 characters. */
	readonly publicKey: string;
	/** The `zapDomain` of the socket that is connected to. */
	readonly domain: string;
	/** IP address; empty over ipc. */
	readonly address: string;
}

/** Who may connect: addresses first, then credentials. What is not given lets nobody in by PLAIN or CURVE. */
export interface AccessRules {
	/** IP addresses that may connect; when there are any, all others may not. */
	readonly allow?: Iterable<string>;
	/** IP addresses that may not connect. */
	readonly deny?: Iterable<string>;
	/** Passwords by user name, or who judges them. */
	readonly plain?: Readonly<Record<string, string>> | ((credentials: PlainCredentials) => Grant | Promise<Grant>);
	/** Public keys that may connect ("any": all of them), or who judges them. */
	readonly curve?: "any" | Iterable<string | Uint8Array> | ((credentials: CurveCredentials) => Grant | Promise<Grant>);
}

/** A judgement, as ZAP replies it. */
export interface Judged {
	readonly status: 200 | 400 | 500;
	readonly text: string;
	readonly userId: string;
	readonly metadata: readonly (readonly [name: string, value: Uint8Array])[];
	/** What a callback threw. */
	readonly error?: unknown;
}

function refused(text: string): Judged {
	return { status: 400, text, userId: "", metadata: [] };
}

function same(a: string, b: string): boolean {
	const [left, right] = [a, b].map((text) => createHash("sha256").update(text).digest()) as [Buffer, Buffer];
	return timingSafeEqual(left, right);
}

function keySet(
	curve: AccessRules["curve"],
): "any" | ReadonlySet<string> | ((credentials: CurveCredentials) => Grant | Promise<Grant>) | undefined {
	if (curve === undefined || typeof curve === "function") return curve as ((credentials: CurveCredentials) => Grant) | undefined;
	if (curve === "any") return "any";
	// A text is iterable too, but a single key is no list.
	const keys = typeof curve === "string" ? [curve] : [...curve];
	return new Set(keys.map((key) => z85Encode(curveKeyBytes("curve", key))));
}

export class AccessPolicy {
	readonly #allowed: Set<string>;
	readonly #denied: Set<string>;
	readonly #plain: ReadonlyMap<string, string> | ((credentials: PlainCredentials) => Grant | Promise<Grant>) | undefined;
	readonly #curve: "any" | ReadonlySet<string> | ((credentials: CurveCredentials) => Grant | Promise<Grant>) | undefined;

	/** @throws ZmqError EINVAL a key is none */
	constructor(rules: AccessRules) {
		this.#allowed = new Set(rules.allow);
		this.#denied = new Set(rules.deny);
		this.#plain = typeof rules.plain === "object" ? new Map(Object.entries(rules.plain)) : rules.plain;
		this.#curve = keySet(rules.curve);
	}

	async judge(request: ReceivedZapRequest): Promise<Judged> {
		const { address, mechanism, credentials, domain } = request;
		if (this.#denied.has(address) || (this.#allowed.size > 0 && !this.#allowed.has(address))) return refused("Address not allowed");
		try {
			if (mechanism === "NULL") return this.#granted(true, "");
			if (mechanism === "PLAIN" && credentials.length === 2) {
				const [username, password] = credentials.map((value) => Buffer.from(value).toString()) as [string, string];
				return this.#granted(await this.#judgePlain({ username, password, domain, address }), username);
			}
			const key = credentials[0];
			if (mechanism === "CURVE" && key?.length === 32) {
				const publicKey = z85Encode(key);
				return this.#granted(await this.#judgeCurve({ publicKey, domain, address }), publicKey);
			}
			return refused("Credentials not understood");
		} catch (error) {
			return { status: 500, text: "Internal error", userId: "", metadata: [], error };
		}
	}

	#judgePlain(credentials: PlainCredentials): Grant | Promise<Grant> {
		const plain = this.#plain;
		if (typeof plain === "function") return plain(credentials);
		const expected = plain?.get(credentials.username);
		return expected !== undefined && same(expected, credentials.password);
	}

	#judgeCurve(credentials: CurveCredentials): Grant | Promise<Grant> {
		const curve = this.#curve;
		if (typeof curve === "function") return curve(credentials);
		return curve === "any" || curve?.has(credentials.publicKey) === true;
	}

	#granted(grant: Grant, defaultUserId: string): Judged {
		if (grant === false) return refused("Invalid credentials");
		if (grant === true) return { status: 200, text: "OK", userId: defaultUserId, metadata: [] };
		const metadata = Object.entries(grant.metadata ?? {}).map(([name, value]): [string, Uint8Array] => [
			name,
			Buffer.from(value as string),
		]);
		return { status: 200, text: "OK", userId: grant.userId ?? defaultUserId, metadata };
	}
}
