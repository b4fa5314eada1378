/**
 * The client's side of SOCKS5 (RFC 1928; user name and password: RFC 1929), as a pure state machine: what to send, how many bytes to read
 * next, and what they mean.
 *
 * Only CONNECT. A name goes to the proxy as a name: it resolves it. What the proxy does wrong, or refuses, is thrown as ZmqError.
 */
import { isIP } from "node:net";
import { ZmqError } from "../errors.ts";

export interface SocksTarget {
	/** Address or name. */
	readonly host: string;
	readonly port: number;
	readonly username: string | null;
	readonly password: string | null;
}

const VERSION = 5;
const PASSWORD_VERSION = 1;
const NO_AUTHENTICATION = 0;
const PASSWORD = 2;
const CONNECT = 1;
const ADDRESS_BYTES: Readonly<Record<number, number>> = { 1: 4, 4: 16 };
const NAME = 3;
/** Codes of a refusal, in RFC 1928's order from 1 on. */
const REFUSALS: readonly string[] = [
	"general failure",
	"not allowed by its rules",
	"network unreachable",
	"host unreachable",
	"connection refused",
	"time to live expired",
	"command not supported",
	"address type not supported",
];

function broken(what: string): ZmqError {
	return new ZmqError("EPROTO", `The SOCKS5 proxy ${what}; does socksProxy name one?`);
}

/** An IPv6 address as its 16 bytes. */
function ipv6Bytes(address: string): Buffer {
	const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
	const pair = (high?: string, low?: string): string => (Number(high) * 256 + Number(low)).toString(16);
	const plain = dotted === null ? address : `${dotted[1]}${pair(dotted[2], dotted[3])}:${pair(dotted[4], dotted[5])}`;
	const [head = "", tail] = plain.split("::");
	const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
	const [before, after] = [groups(head), groups(tail ?? "")];
	const bytes = Buffer.alloc(16);
	for (const [index, group] of before.entries()) bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
	for (const [index, group] of after.entries()) bytes.writeUInt16BE(Number.parseInt(group, 16), 16 - (after.length - index) * 2);
	return bytes;
}

function encodeAddress(host: string): Buffer {
	const family = isIP(host);
	if (family === 4) return Buffer.from([1, ...host.split(".").map(Number)]);
	if (family === 6) return Buffer.concat([Buffer.of(4), ipv6Bytes(host.replace(/%.*$/, ""))]);
	const name = Buffer.from(host);
	return Buffer.concat([Buffer.of(NAME, name.length), name]);
}

export class Socks5Client {
	readonly #target: SocksTarget;
	#state: "method" | "password" | "reply" | "bound address" | "done" = "method";
	/** How many bytes {@link onBytes} wants next; 0 = the proxy has made the connection. */
	wanted = 2;

	constructor(target: SocksTarget) {
		this.#target = target;
	}

	/** What to send first. */
	hello(): Buffer {
		const { username, password } = this.#target;
		if (username === null && password === null) return Buffer.of(VERSION, 1, NO_AUTHENTICATION);
		return Buffer.of(VERSION, 2, NO_AUTHENTICATION, PASSWORD);
	}

	/** Takes exactly as many bytes as were wanted; returns what to send. @throws ZmqError EPROTO, EACCES, EHOSTUNREACH */
	onBytes(bytes: Buffer): Buffer | undefined {
		if (this.#state === "method") return this.#onMethod(bytes);
		if (this.#state === "password") return this.#onPassword(bytes);
		if (this.#state === "reply") this.#onReply(bytes);
		else {
			this.#state = "done";
			this.wanted = 0;
		}
		return undefined;
	}

	#onMethod(bytes: Buffer): Buffer {
		if (bytes[0] !== VERSION) throw broken("does not answer as SOCKS5");
		const { username, password } = this.#target;
		if (bytes[1] === NO_AUTHENTICATION) return this.#request();
		if (bytes[1] !== PASSWORD || (username === null && password === null))
			throw new ZmqError("EACCES", "The SOCKS5 proxy wants an authentication that was not offered: set socksUsername and socksPassword");
		this.#state = "password";
		const [name, secret] = [Buffer.from(username ?? ""), Buffer.from(password ?? "")];
		return Buffer.concat([Buffer.of(PASSWORD_VERSION, name.length), name, Buffer.of(secret.length), secret]);
	}

	#onPassword(bytes: Buffer): Buffer {
		if (bytes[1] !== 0) throw new ZmqError("EACCES", "The SOCKS5 proxy refused socksUsername and socksPassword");
		return this.#request();
	}

	#request(): Buffer {
		const { host, port } = this.#target;
		this.#state = "reply";
		// Up to the first byte of the address, which may be the length of a name.
		this.wanted = 5;
		return Buffer.concat([Buffer.of(VERSION, CONNECT, 0), encodeAddress(host), Buffer.of(port >> 8, port & 255)]);
	}

	#onReply(bytes: Buffer): void {
		const [version, code, , type, first] = bytes as unknown as [number, number, number, number, number];
		if (version !== VERSION) throw broken("sent a reply that is no reply");
		if (code !== 0) {
			const { host, port } = this.#target;
			throw new ZmqError(
				"EHOSTUNREACH",
				`The SOCKS5 proxy did not connect to ${host} port ${port}: ${REFUSALS[code - 1] ?? `code ${code}`}`,
			);
		}
		const addressBytes = type === NAME ? first + 1 : ADDRESS_BYTES[type];
		if (addressBytes === undefined) throw broken("sent a reply with an address of an unknown type");
		this.#state = "bound address";
		this.wanted = addressBytes - 1 + 2;
	}
}
