/**
 * CurveZMQ spoken octet by octet on a raw connection, from RFC 26 and with another cipher library than the code under test.
 *
 * Each side can be asked for what is right and, by its parts, for what is wrong. Names as in the RFC: C and S are the long-term
 * keys, C' and S' (here `transient`) those of the connection.
 */
import { z85Encode } from "@zloom/core";
import nacl from "tweetnacl";
import { command, frame, type PropertyList, properties, type RawPeer } from "./wire.ts";

export interface Keys {
	readonly publicKey: Uint8Array;
	readonly secretKey: Uint8Array;
}

export const newKeys = (): Keys => nacl.box.keyPair();
/** As options take keys. */
export const z85 = (key: Uint8Array): string => z85Encode(key);

export function nonceOf(prefix: string, sent: Uint8Array): Uint8Array {
	return Buffer.concat([Buffer.from(prefix, "latin1"), sent]);
}

export function counterOf(count: bigint): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64BE(count);
	return bytes;
}

export function close(plain: Uint8Array, nonce: Uint8Array, to: Uint8Array, from: Uint8Array): Buffer {
	return Buffer.from(nacl.box(Uint8Array.from(plain), Uint8Array.from(nonce), to, from));
}

/** Throws when the box was not closed so. */
export function openBox(box: Uint8Array, nonce: Uint8Array, from: Uint8Array, to: Uint8Array): Buffer {
	const plain = nacl.box.open(Uint8Array.from(box), Uint8Array.from(nonce), from, to);
	if (plain === null) throw new Error("The box was closed with other keys or another nonce");
	return Buffer.from(plain);
}

/** Closes with a key without an owner. */
export function secretBox(plain: Uint8Array, nonce: Uint8Array, key: Uint8Array): Buffer {
	return Buffer.from(nacl.secretbox(Uint8Array.from(plain), Uint8Array.from(nonce), Uint8Array.from(key)));
}

/** What a key without an owner has closed. Throws when it was not closed so. */
export function openSecretBox(box: Uint8Array, nonce: Uint8Array, key: Uint8Array): Buffer {
	const plain = nacl.secretbox.open(Uint8Array.from(box), Uint8Array.from(nonce), Uint8Array.from(key));
	if (plain === null) throw new Error("The box was closed with another key or another nonce");
	return Buffer.from(plain);
}

export function publicKeyOf(secretKey: Uint8Array): Buffer {
	return Buffer.from(nacl.box.keyPair.fromSecretKey(Uint8Array.from(secretKey)).publicKey);
}

/** The frame with one bit of it flipped, by default in its last octet. */
export function damaged(bytes: Buffer, at = bytes.length - 1): Buffer {
	bytes[at] = (bytes[at] as number) ^ 1;
	return bytes;
}

/** What both sides do after the handshake. */
abstract class CurvePeer {
	readonly raw: RawPeer;
	transient: Keys = newKeys();
	/** The other's short-term public key. */
	peerTransient: Uint8Array = new Uint8Array(32);
	/** How many short nonces were used. */
	count = 0n;
	abstract readonly letter: "C" | "S";

	constructor(raw: RawPeer) {
		this.raw = raw;
	}

	nextCounter(): Buffer {
		this.count += 1n;
		return counterOf(this.count);
	}

	/** MESSAGE as a frame. */
	message(data: Uint8Array | string, { flags = 0, counter = this.nextCounter() }: { flags?: number; counter?: Buffer } = {}): Buffer {
		const plain = Buffer.concat([Buffer.of(flags), Buffer.from(data as string)]);
		const box = close(plain, nonceOf(`CurveZMQMESSAGE${this.letter}`, counter), this.peerTransient, this.transient.secretKey);
		return frame(0, Buffer.concat([Buffer.from("\x07MESSAGE"), counter, box]));
	}

	/** Reads the next MESSAGE of the other side. */
	async read(): Promise<{ body: Buffer; counter: bigint; flags: number; data: Buffer }> {
		const { body } = await this.raw.frame();
		if (body.toString("latin1", 0, 8) !== "\x07MESSAGE") throw new Error(`Something else than MESSAGE came: ${body}`);
		const counter = body.subarray(8, 16);
		const prefix = `CurveZMQMESSAGE${this.letter === "C" ? "S" : "C"}`;
		const plain = openBox(body.subarray(16), nonceOf(prefix, counter), this.peerTransient, this.transient.secretKey);
		return { body, counter: counter.readBigUInt64BE(), flags: plain[0] as number, data: plain.subarray(1) };
	}
}

export class RawCurveClient extends CurvePeer {
	readonly letter = "C";
	readonly keys: Keys;
	readonly serverKey: Uint8Array;
	cookie: Buffer = Buffer.alloc(96);

	constructor(raw: RawPeer, serverKey: Uint8Array, keys: Keys = newKeys()) {
		super(raw);
		this.serverKey = serverKey;
		this.keys = keys;
	}

	hello(parts: { version?: Buffer; padding?: Buffer; counter?: Buffer; signed?: Buffer; serverKey?: Uint8Array } = {}): Buffer {
		const { version = Buffer.of(1, 0), padding = Buffer.alloc(72), counter = this.nextCounter(), signed = Buffer.alloc(64) } = parts;
		const box = close(signed, nonceOf("CurveZMQHELLO---", counter), parts.serverKey ?? this.serverKey, this.transient.secretKey);
		return command("HELLO", Buffer.concat([version, padding, this.transient.publicKey, counter, box]));
	}

	/** Reads WELCOME; gives its data. */
	async welcome(): Promise<Buffer> {
		const { name, data } = await this.raw.command();
		if (name !== "WELCOME") throw new Error(`${name} came instead of WELCOME`);
		const plain = openBox(data.subarray(16), nonceOf("WELCOME-", data.subarray(0, 16)), this.serverKey, this.transient.secretKey);
		this.peerTransient = plain.subarray(0, 32);
		this.cookie = plain.subarray(32);
		return data;
	}

	initiate(
		list: PropertyList | Buffer,
		parts: { cookie?: Buffer; counter?: Buffer; key?: Uint8Array; vouched?: Buffer; vouchBy?: Uint8Array } = {},
	): Buffer {
		const { cookie = this.cookie, counter = this.nextCounter(), key = this.keys.publicKey, vouchBy = this.keys.secretKey } = parts;
		const vouched = parts.vouched ?? Buffer.concat([this.transient.publicKey, this.serverKey]);
		const vouchNonce = Buffer.from(nacl.randomBytes(16));
		const vouch = close(vouched, nonceOf("VOUCH---", vouchNonce), this.peerTransient, vouchBy);
		const metadata = Buffer.isBuffer(list) ? list : properties(list);
		const plain = Buffer.concat([key, vouchNonce, vouch, metadata]);
		const box = close(plain, nonceOf("CurveZMQINITIATE", counter), this.peerTransient, this.transient.secretKey);
		return command("INITIATE", Buffer.concat([cookie, counter, box]));
	}

	/** Reads READY; gives its data and the properties in it. */
	async ready(): Promise<{ data: Buffer; metadata: Buffer }> {
		const { name, data } = await this.raw.command();
		if (name !== "READY") throw new Error(`${name} came instead of READY`);
		const nonce = nonceOf("CurveZMQREADY---", data.subarray(0, 8));
		return { data, metadata: openBox(data.subarray(8), nonce, this.peerTransient, this.transient.secretKey) };
	}

	/** The whole handshake after the greetings. */
	async shake(socketType: string): Promise<void> {
		this.raw.write(this.hello());
		await this.welcome();
		this.raw.write(this.initiate([["Socket-Type", socketType]]));
		await this.ready();
	}
}

export class RawCurveServer extends CurvePeer {
	readonly letter = "S";
	readonly keys: Keys;
	readonly cookie: Buffer = Buffer.from(nacl.randomBytes(96));
	/** The client's long-term public key, once INITIATE was read. */
	clientKey: Buffer = Buffer.alloc(32);

	constructor(raw: RawPeer, keys: Keys) {
		super(raw);
		this.keys = keys;
	}

	/** Reads HELLO; gives its data and what was signed. */
	async hello(): Promise<{ data: Buffer; signed: Buffer }> {
		const { name, data } = await this.raw.command();
		if (name !== "HELLO") throw new Error(`${name} came instead of HELLO`);
		this.peerTransient = data.subarray(74, 106);
		const nonce = nonceOf("CurveZMQHELLO---", data.subarray(106, 114));
		return { data, signed: openBox(data.subarray(114), nonce, this.peerTransient, this.keys.secretKey) };
	}

	welcome({ by = this.keys.secretKey, plain = Buffer.concat([this.transient.publicKey, this.cookie]) } = {}): Buffer {
		const nonce = Buffer.from(nacl.randomBytes(16));
		return command("WELCOME", Buffer.concat([nonce, close(plain, nonceOf("WELCOME-", nonce), this.peerTransient, by)]));
	}

	/** Reads INITIATE and what is in its boxes. */
	async initiate(): Promise<{ data: Buffer; vouchNonce: Buffer; vouched: Buffer; metadata: Buffer }> {
		const { name, data } = await this.raw.command();
		if (name !== "INITIATE") throw new Error(`${name} came instead of INITIATE`);
		const nonce = nonceOf("CurveZMQINITIATE", data.subarray(96, 104));
		const plain = openBox(data.subarray(104), nonce, this.peerTransient, this.transient.secretKey);
		this.clientKey = plain.subarray(0, 32);
		const vouchNonce = plain.subarray(32, 48);
		const vouched = openBox(plain.subarray(48, 128), nonceOf("VOUCH---", vouchNonce), this.clientKey, this.transient.secretKey);
		return { data, vouchNonce, vouched, metadata: plain.subarray(128) };
	}

	ready(list: PropertyList | Buffer, { counter = this.nextCounter() }: { counter?: Buffer } = {}): Buffer {
		const metadata = Buffer.isBuffer(list) ? list : properties(list);
		const box = close(metadata, nonceOf("CurveZMQREADY---", counter), this.peerTransient, this.transient.secretKey);
		return command("READY", Buffer.concat([counter, box]));
	}

	/** The whole handshake after the greetings. */
	async shake(socketType: string): Promise<void> {
		await this.hello();
		this.raw.write(this.welcome());
		await this.initiate();
		this.raw.write(this.ready([["Socket-Type", socketType]]));
	}
}
