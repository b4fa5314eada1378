/**
 * CURVE, the client's side (RFC 25 and 26): HELLO, WELCOME, INITIATE, READY, and then encrypted messages.
 *
 * The client knows the server's public key beforehand: a server with another one cannot open HELLO. It proves its own
 * long-term key by the vouch within INITIATE, where only the real server can read it. Keys of the connection are forgotten
 * with it: recorded traffic cannot be read later, not even with the long-term keys.
 *
 * Names as in the RFC: C, S long-term, C', S' of this connection. Pure state machine, see mechanism.ts; randomness comes from
 * the operating system.
 */
import { randomBytes } from "node:crypto";
import { encodeCommand, encodeProperties, parseCommand, parseProperties } from "../wire/command.ts";
import {
	COUNTER_BYTES,
	type CurveKeyBytes,
	checkLength,
	counterBytes,
	LONG_NONCE_BYTES,
	nonceOf,
	openBox,
	PeerCounter,
	requireSodium,
	sharedKey,
	shortTermKeys,
} from "./curve-box.ts";
import { CurveMessages } from "./curve-messages.ts";
import { refusalByPeer, unexpected } from "./judgement.ts";
import type { Mechanism, MessageCipher } from "./mechanism.ts";
import { type LocalMetadata, localProperties, type PeerMetadata, readPeer } from "./peer-metadata.ts";
import { BOX_OVERHEAD_BYTES, KEY_BYTES, loadSodium, sodium } from "./sodium.ts";

const VERSION_AND_PADDING_BYTES = 74;
const COOKIE_BYTES = 96;
const WELCOME_BYTES = LONG_NONCE_BYTES + BOX_OVERHEAD_BYTES + KEY_BYTES + COOKIE_BYTES;

export class CurveClient implements Mechanism {
	readonly name = "CURVE";
	readonly asServer = false;
	readonly explains = false;
	readonly preparation: Promise<void> | undefined = sodium() === undefined ? loadSodium() : undefined;
	peer: PeerMetadata | undefined;
	messages: MessageCipher | undefined;
	readonly #local: LocalMetadata;
	readonly #keys: CurveKeyBytes;
	readonly #serverKey: Uint8Array;
	readonly #peerCounter = new PeerCounter();
	#state: "hello" | "await welcome" | "initiate" | "await ready" | "done" = "hello";
	#connectionKeys: CurveKeyBytes | undefined;
	/** C' and S: opens WELCOME. */
	#welcomeKey: Buffer | undefined;
	#serverConnectionKey: Buffer | undefined;
	#cookie: Buffer | undefined;
	/** C' and S': everything from INITIATE on. */
	#key: Buffer | undefined;

	constructor(local: LocalMetadata, keys: CurveKeyBytes & { serverKey: Uint8Array }) {
		this.#local = local;
		this.#keys = keys;
		this.#serverKey = keys.serverKey;
	}

	nextCommand(): Buffer | undefined {
		if (this.#state === "hello") {
			this.#state = "await welcome";
			return this.#hello();
		}
		if (this.#state !== "initiate") return undefined;
		this.#state = "await ready";
		return this.#initiate();
	}

	onCommand(body: Buffer): void {
		const { name, data } = parseCommand(body);
		if (name === "ERROR") throw refusalByPeer(data);
		if (this.#state === "await welcome" && name === "WELCOME") this.#onWelcome(data);
		else if (this.#state === "await ready" && name === "READY") this.#onReady(data);
		else throw unexpected(name, this.#state === "await welcome" ? "WELCOME" : "READY");
	}

	takeCredentials(): undefined {
		return undefined;
	}

	onVerdict(): void {
		throw new Error("A CURVE client asks for no judgement");
	}

	#hello(): Buffer {
		const library = requireSodium();
		const connectionKeys = shortTermKeys(library);
		const welcomeKey = sharedKey(library, this.#serverKey, connectionKeys.secretKey);
		this.#connectionKeys = connectionKeys;
		this.#welcomeKey = welcomeKey;
		const version = Buffer.alloc(VERSION_AND_PADDING_BYTES);
		version[0] = 1;
		const counter = counterBytes(1);
		const box = library.seal(welcomeKey, nonceOf("CurveZMQHELLO---", counter), Buffer.alloc(64));
		return encodeCommand("HELLO", Buffer.concat([version, connectionKeys.publicKey, counter, box]));
	}

	#onWelcome(data: Buffer): void {
		checkLength(data, { exactly: WELCOME_BYTES }, "ERR_ZMTP_MALFORMED_COMMAND_WELCOME");
		const nonce = nonceOf("WELCOME-", data.subarray(0, LONG_NONCE_BYTES));
		const plain = openBox(requireSodium(), {
			key: this.#welcomeKey as Buffer,
			nonce,
			bytes: data.subarray(LONG_NONCE_BYTES),
			what: "WELCOME",
		});
		this.#serverConnectionKey = plain.subarray(0, KEY_BYTES);
		this.#cookie = plain.subarray(KEY_BYTES);
		this.#state = "initiate";
	}

	#initiate(): Buffer {
		const library = requireSodium();
		const connectionKeys = this.#connectionKeys as CurveKeyBytes;
		const serverConnectionKey = this.#serverConnectionKey as Buffer;
		const key = sharedKey(library, serverConnectionKey, connectionKeys.secretKey);
		this.#key = key;
		const vouchNonce = randomBytes(LONG_NONCE_BYTES);
		const vouchKey = sharedKey(library, serverConnectionKey, this.#keys.secretKey);
		const vouched = Buffer.concat([connectionKeys.publicKey, this.#serverKey]);
		const vouch = library.seal(vouchKey, nonceOf("VOUCH---", vouchNonce), vouched);
		const counter = counterBytes(2);
		const box = library.seal(
			key,
			nonceOf("CurveZMQINITIATE", counter),
			Buffer.concat([this.#keys.publicKey, vouchNonce, vouch, encodeProperties(localProperties(this.#local))]),
		);
		return encodeCommand("INITIATE", Buffer.concat([this.#cookie as Buffer, counter, box]));
	}

	#onReady(data: Buffer): void {
		checkLength(data, { atLeast: COUNTER_BYTES + BOX_OVERHEAD_BYTES }, "ERR_ZMTP_MALFORMED_COMMAND_READY");
		const key = this.#key as Buffer;
		const nonce = nonceOf("CurveZMQREADY---", data.subarray(0, COUNTER_BYTES));
		const plain = openBox(requireSodium(), { key, nonce, bytes: data.subarray(COUNTER_BYTES), what: "READY" });
		this.#peerCounter.advance(data, 0);
		this.peer = readPeer(this.#local, parseProperties(plain, "ERR_ZMTP_MALFORMED_COMMAND_READY"));
		this.messages = new CurveMessages({ key, role: "client", counter: [0, 3], peerCounter: this.#peerCounter });
		this.#state = "done";
	}
}
