/**
 * The options of security, heartbeats and metadata: their names and meanings, their rows for the table of all options, and the
 * checks of those values that are neither numbers nor plain text.
 *
 * Pure. No error shows a password or a key.
 */
import { ZmqError } from "../errors.ts";
import { HEARTBEAT_TIME_TO_LIVE_MS_MAX, OWN_METADATA_BYTES_MAX, SECURITY_TEXT_BYTES_MAX } from "../limits.ts";
import { z85Decode } from "../z85.ts";

export interface SecurityOptions {
	/** How often a PING is sent to each peer, ms; 0 = never. */
	heartbeatInterval: number;
	/** How long a peer may be silent after a PING, ms; -1 = as long as heartbeatInterval. */
	heartbeatTimeout: number;
	/** How long a peer is told to bear our silence, ms in whole tenths of a second; 0 = not told. */
	heartbeatTimeToLive: number;
	/** Sent to each peer in the handshake; names begin with X-. */
	metadata: Readonly<Record<string, string | Uint8Array>>;
	/** Read-only: what the plain… and curve… options ask for; the last one set counts. Null = no security. */
	securityMechanism: "plain" | "curve" | null;
	/** True: this side checks user names and passwords, by the ZAP handler (see Authenticator). */
	plainServer: boolean;
	/** Sent to the server; makes this side a client. */
	plainUsername: string | null;
	/** Sent to the server; makes this side a client. */
	plainPassword: string | null;
	/** True: this side is the CURVE server; it needs curveSecretKey. */
	curveServer: boolean;
	/** Own public key, 32 bytes or 40 Z85 characters. */
	curvePublicKey: Uint8Array | null;
	/** Own secret key, 32 bytes or 40 Z85 characters. */
	curveSecretKey: Uint8Array | null;
	/** Public key of the server, 32 bytes or 40 Z85 characters; makes this side a client. */
	curveServerKey: Uint8Array | null;
	/** What the ZAP handler is told that this socket belongs to. Without security, a domain is what makes ZAP be asked at all. */
	zapDomain: string;
	/** True: without a ZAP handler nobody gets into this domain. */
	zapEnforceDomain: boolean;
}

const NEXT = { effect: "next connection" } as const;
const INTEGER = { kind: "integer", ...NEXT } as const;
const TEXT = { kind: "text", bytesMost: SECURITY_TEXT_BYTES_MAX, ...NEXT } as const;
const KEY = { kind: "curve key", default: null, ...NEXT } as const;
const OFF = { kind: "boolean", default: false, ...NEXT } as const;
const NO_METADATA: Readonly<Record<string, string | Uint8Array>> = Object.freeze({});

export const SECURITY_OPTION_ROWS = {
	heartbeatInterval: { number: 75, default: 0, least: 0, unit: "ms, 0 = never", ...INTEGER },
	heartbeatTimeout: { number: 77, default: -1, least: -1, unit: "ms, -1 = as heartbeatInterval", ...INTEGER },
	heartbeatTimeToLive: { number: 76, default: 0, least: 0, most: HEARTBEAT_TIME_TO_LIVE_MS_MAX, unit: "ms, 0 = not told", ...INTEGER },
	metadata: { number: 95, kind: "metadata", default: NO_METADATA, ...NEXT },
	securityMechanism: { number: 43, kind: "read-only", default: null, ...NEXT },
	plainServer: { number: 44, ...OFF },
	plainUsername: { number: 45, default: null, ...TEXT },
	plainPassword: { number: 46, default: null, ...TEXT },
	curveServer: { number: 47, ...OFF },
	curvePublicKey: { number: 48, ...KEY },
	curveSecretKey: { number: 49, ...KEY },
	curveServerKey: { number: 50, ...KEY },
	zapDomain: { number: 55, default: "", ascii: true, ...TEXT },
	zapEnforceDomain: { number: 93, ...OFF },
} as const;

const CURVE_KEY_BYTES = 32;
const CURVE_KEY_CHARACTERS = 40;

function described(key: unknown): string {
	if (typeof key === "string") return `text of ${key.length} characters`;
	return key instanceof Uint8Array ? `${key.length} bytes` : typeof key;
}

/** A key as bytes, always a copy. @throws ZmqError EINVAL */
export function curveKeyBytes(name: string, key: unknown): Buffer {
	if (key instanceof Uint8Array && key.length === CURVE_KEY_BYTES) return Buffer.from(key);
	if (typeof key === "string") {
		// C programs count the terminating zero in.
		const text = key.endsWith("\0") ? key.slice(0, -1) : key;
		if (text.length === CURVE_KEY_CHARACTERS) return z85Decode(text);
	}
	throw new ZmqError(
		"EINVAL",
		`"${name}" must be a CURVE key, ${CURVE_KEY_BYTES} bytes or ${CURVE_KEY_CHARACTERS} Z85 characters, got ${described(key)}`,
	);
}

/** A copy with all names checked. @throws ZmqError EINVAL */
export function checkMetadata(value: unknown): Readonly<Record<string, string | Uint8Array>> {
	if (typeof value !== "object" || value === null)
		throw new ZmqError("EINVAL", `Option "metadata" must be an object of names and values, got ${String(value)}`);
	const metadata: Record<string, string | Uint8Array> = {};
	let bytes = 0;
	for (const [name, content] of Object.entries(value) as [string, unknown][]) {
		if (!/^X-[\w.+-]{1,253}$/i.test(name))
			throw new ZmqError(
				"EINVAL",
				`Metadata names begin with "X-" and have at most 255 letters, digits and - _ . +, got ${JSON.stringify(name.slice(0, 80))}`,
			);
		if (typeof content !== "string" && !(content instanceof Uint8Array))
			throw new ZmqError("EINVAL", `Metadata "${name}" must be a string or bytes, got ${typeof content}`);
		metadata[name] = typeof content === "string" ? content : Buffer.from(content);
		bytes += 5 + name.length + (typeof content === "string" ? Buffer.byteLength(content) : content.length);
	}
	if (bytes <= OWN_METADATA_BYTES_MAX) return Object.freeze(metadata);
	throw new ZmqError("EINVAL", `Option "metadata" has ${bytes} bytes, at most ${OWN_METADATA_BYTES_MAX} can be sent`);
}

/**
 * Which mechanism and role the options ask for after `name` was set. As in libzmq the last one counts, and a client's option
 * makes a client. Unlike there, saying "no server" to a client's keys or name does not switch security off.
 */
export function followSecurity(options: SecurityOptions, name: string): void {
	if (!/^(?:plain[SUP]|curve[SP])/.test(name)) return;
	const value = options[name as keyof SecurityOptions];
	const mechanism = name.startsWith("plain") ? "plain" : "curve";
	const { curveServerKey, plainUsername, plainPassword } = options;
	const isClient = mechanism === "curve" ? curveServerKey !== null : plainUsername !== null || plainPassword !== null;
	options.securityMechanism = value === null || (value === false && !isClient) ? null : mechanism;
	if (value === null) return;
	if (name === "plainUsername" || name === "plainPassword") options.plainServer = false;
	if (name === "curveServerKey") options.curveServer = false;
}
