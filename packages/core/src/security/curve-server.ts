/**
 * CURVE, the server's side (RFC 25 and 26): HELLO, WELCOME, INITIATE, READY, and then encrypted messages.
 *
 * The client's long-term key comes in INITIATE, proved by its vouch, and is judged by the ZAP handler before READY. Without
 * a handler everybody who knows the server's public key gets in, unless zapEnforceDomain is set.
 *
 * Between WELCOME and INITIATE only the key of the cookie is kept, one of this connection alone: C' and s' come back in the cookie,
 * and are found nowhere else until then.
 *
 * Names as in the RFC: C, S long-term, C', S' of this connection. Pure state machine, see mechanism.ts.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { encodeCommand, encodeProperties, parseCommand, parseProperties } from "../wire/command.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import {
	COUNTER_BYTES,
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
import { Judgement, refusalByPeer, unexpected } from "./judgement.ts";
import type { Credentials, Mechanism, MessageCipher, Verdict, ZapTerms } from "./mechanism.ts";
import { type LocalMetadata, localProperties, mayAnswer, type PeerMetadata, readPeer } from "./peer-metadata.ts";
import { BOX_OVERHEAD_BYTES, KEY_BYTES, loadSodium, type Sodium, sodium } from "./sodium.ts";

const VERSION_AND_PADDING_BYTES = 74;
const PADDING = Buffer.alloc(VERSION_AND_PADDING_BYTES - 2);
/** What a HELLO's signature holds. */
const SIGNED = Buffer.alloc(64);
const HELLO_BYTES = VERSION_AND_PADDING_BYTES + KEY_BYTES + COUNTER_BYTES + BOX_OVERHEAD_BYTES + SIGNED.length;
const COOKIE_BYTES = 96;
const VOUCH_BYTES = BOX_OVERHEAD_BYTES + 2 * KEY_BYTES;
const INITIATE_BYTES_MIN = COOKIE_BYTES + COUNTER_BYTES + BOX_OVERHEAD_BYTES + KEY_BYTES + LONG_NONCE_BYTES + VOUCH_BYTES;

/** S of each s in use: it costs as much as a handshake. */
const publicKeys = new WeakMap<Uint8Array, Buffer>();

function publicKeyOf(library: Sodium, secretKey: Uint8Array): Buffer {
	let publicKey = publicKeys.get(secretKey);
	if (publicKey === undefined) {
		publicKey = library.publicKey(secretKey);
		publicKeys.set(secretKey, publicKey);
	}
	return publicKey;
}

export class CurveServer implements Mechanism {
	readonly name = "CURVE";
	readonly asServer = true;
	readonly explains = false;
	readonly preparation: Promise<void> | undefined = sodium() === undefined ? loadSodium() : undefined;
	messages: MessageCipher | undefined;
	readonly #local: LocalMetadata;
	readonly #secretKey: Uint8Array;
	readonly #zap: ZapTerms;
	readonly #judgement = new Judgement();
	readonly #peerCounter = new PeerCounter();
	#state: "await hello" | "welcome" | "await initiate" | "judged" | "done" = "await hello";
	#clientConnectionKey: Buffer | undefined;
	/** C' and S: opens HELLO, closes WELCOME; forgotten then. */
	#welcomeKey: Buffer | undefined;
	/** Opens the cookie; forgotten when it has come back. */
	#cookieKey: Buffer | undefined;
	/** C' and S': everything from INITIATE on. */
	#key: Buffer | undefined;
	#announced: PeerMetadata | undefined;

	constructor(local: LocalMetadata, secretKey: Uint8Array, zap: ZapTerms) {
		this.#local = local;
		this.#secretKey = secretKey;
		this.#zap = zap;
	}

	get peer(): PeerMetadata | undefined {
		return this.#state === "done" ? this.#announced : undefined;
	}

	nextCommand(): Buffer | undefined {
		if (this.#state === "welcome") {
			this.#state = "await initiate";
			return this.#welcome();
		}
		if (this.#state !== "judged" || this.#judgement.pending || !mayAnswer(this.#local, this.#announced)) return undefined;
		this.#state = "done";
		return this.#ready();
	}

	onCommand(body: Buffer): void {
		const { name, data } = parseCommand(body);
		if (name === "ERROR") throw refusalByPeer(data);
		if (this.#state === "await hello" && name === "HELLO") this.#onHello(data);
		else if (this.#state === "await initiate" && name === "INITIATE") this.#onInitiate(data);
		else throw unexpected(name, this.#state === "await hello" ? "HELLO" : "INITIATE after WELCOME");
	}

	takeCredentials(): Credentials | undefined {
		return this.#judgement.take();
	}

	onVerdict(verdict: Verdict): void {
		this.#judgement.onVerdict(verdict);
		this.#announced = this.#judgement.complete(this.#announced as PeerMetadata);
	}

	#onHello(data: Buffer): void {
		checkLength(data, { exactly: HELLO_BYTES }, "ERR_ZMTP_MALFORMED_COMMAND_HELLO");
		if (data[0] !== 1 || data[1] !== 0)
			throw new ProtocolError("ERR_ZMTP_MALFORMED_COMMAND_HELLO", `The peer speaks CurveZMQ ${data[0]}.${data[1]}, this socket 1.0`);
		if (!data.subarray(2, VERSION_AND_PADDING_BYTES).equals(PADDING))
			throw new ProtocolError("ERR_ZMTP_MALFORMED_COMMAND_HELLO", "The peer sent a HELLO whose padding is not zero");
		const library = requireSodium();
		const counterAt = VERSION_AND_PADDING_BYTES + KEY_BYTES;
		const boxAt = counterAt + COUNTER_BYTES;
		const clientKey = Buffer.from(data.subarray(VERSION_AND_PADDING_BYTES, counterAt));
		const key = sharedKey(library, clientKey, this.#secretKey);
		const signature = openBox(library, {
			key,
			nonce: nonceOf("CurveZMQHELLO---", data.subarray(counterAt, boxAt)),
			bytes: data.subarray(boxAt),
			what: "HELLO",
		});
		if (!signature.equals(SIGNED))
			throw new ProtocolError("ERR_ZMTP_MALFORMED_COMMAND_HELLO", "The peer sent a HELLO whose signature is not one of zeros");
		this.#peerCounter.advance(data, counterAt);
		this.#clientConnectionKey = clientKey;
		this.#welcomeKey = key;
		this.#state = "welcome";
	}

	#welcome(): Buffer {
		const library = requireSodium();
		const connectionKeys = shortTermKeys(library);
		const cookieKey = randomBytes(KEY_BYTES);
		const cookieNonce = randomBytes(LONG_NONCE_BYTES);
		const remembered = Buffer.concat([this.#clientConnectionKey as Buffer, connectionKeys.secretKey]);
		const cookie = library.seal(cookieKey, nonceOf("COOKIE--", cookieNonce), remembered);
		const nonce = randomBytes(LONG_NONCE_BYTES);
		const plain = Buffer.concat([connectionKeys.publicKey, cookieNonce, cookie]);
		const box = library.seal(this.#welcomeKey as Buffer, nonceOf("WELCOME-", nonce), plain);
		this.#cookieKey = cookieKey;
		this.#clientConnectionKey = undefined;
		this.#welcomeKey = undefined;
		return encodeCommand("WELCOME", Buffer.concat([nonce, box]));
	}

	#onInitiate(data: Buffer): void {
		checkLength(data, { atLeast: INITIATE_BYTES_MIN }, "ERR_ZMTP_MALFORMED_COMMAND_INITIATE");
		const library = requireSodium();
		const cookieNonce = nonceOf("COOKIE--", data.subarray(0, LONG_NONCE_BYTES));
		const remembered = library.open(this.#cookieKey as Buffer, cookieNonce, data.subarray(LONG_NONCE_BYTES, COOKIE_BYTES));
		if (remembered === undefined) throw new ProtocolError("ERR_ZMTP_KEY_EXCHANGE", "The peer sent back another cookie than it was given");
		const clientConnectionKey = remembered.subarray(0, KEY_BYTES);
		const secretKey = remembered.subarray(KEY_BYTES);
		const key = sharedKey(library, clientConnectionKey, secretKey);
		const boxAt = COOKIE_BYTES + COUNTER_BYTES;
		const nonce = nonceOf("CurveZMQINITIATE", data.subarray(COOKIE_BYTES, boxAt));
		const plain = openBox(library, { key, nonce, bytes: data.subarray(boxAt), what: "INITIATE" });
		this.#peerCounter.advance(data, COOKIE_BYTES);
		const vouchAt = KEY_BYTES + LONG_NONCE_BYTES;
		const metadataAt = vouchAt + VOUCH_BYTES;
		const clientKey = plain.subarray(0, KEY_BYTES);
		const vouched = openBox(library, {
			key: sharedKey(library, clientKey, secretKey),
			nonce: nonceOf("VOUCH---", plain.subarray(KEY_BYTES, vouchAt)),
			bytes: plain.subarray(vouchAt, metadataAt),
			what: "vouch",
		});
		if (!timingSafeEqual(vouched, Buffer.concat([clientConnectionKey, publicKeyOf(library, this.#secretKey)])))
			throw new ProtocolError("ERR_ZMTP_KEY_EXCHANGE", "The peer vouches for another connection, or for another server");
		this.#cookieKey = undefined;
		this.#key = key;
		this.#announced = readPeer(this.#local, parseProperties(plain.subarray(metadataAt), "ERR_ZMTP_MALFORMED_COMMAND_INITIATE"));
		this.#state = "judged";
		const { domain, enforceDomain } = this.#zap;
		// Enforcing a domain without naming one means: encryption alone is enough (as in libzmq).
		if (domain !== "" || !enforceDomain)
			this.#judgement.ask({ mechanism: "CURVE", values: [Buffer.from(clientKey)], handlerRequired: enforceDomain });
	}

	#ready(): Buffer {
		const key = this.#key as Buffer;
		this.messages = new CurveMessages({ key, role: "server", counter: [0, 2], peerCounter: this.#peerCounter });
		const counter = counterBytes(1);
		const box = requireSodium().seal(key, nonceOf("CurveZMQREADY---", counter), encodeProperties(localProperties(this.#local)));
		return encodeCommand("READY", Buffer.concat([counter, box]));
	}
}
