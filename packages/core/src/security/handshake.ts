/**
 * A connection up to its first message: the greetings of both sides, then the mechanism's commands.
 *
 * Pure: the engine feeds bytes and frames and sends what `takeOutput` returns. The two inputs follow one another: while
 * `greeting` is true bytes go to `onBytes`, afterwards command frames go to `onFrame`, until `peer` is known. In between there
 * may be credentials to be judged: `takeCredentials` and `onVerdict`. What is wrong is thrown as ProtocolError.
 *
 * Peers of ZMTP 1.0 and 2.0 have no mechanism and no properties: after the greeting each side sends one frame, its routing id.
 */
import { encodeError } from "../wire/command.ts";
import { encodeFrame, FLAG_COMMAND } from "../wire/frame.ts";
import { encodeGreeting, type Framing, GreetingDecoder, SIGNATURE_BYTES } from "../wire/greeting.ts";
import { OLD_FRAME_ENCODER } from "../wire/old-frame.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { type ConnectionHandshake, farewellReason } from "./connection-handshake.ts";
import type { Credentials, Mechanism, MessageCipher, Verdict } from "./mechanism.ts";
import { type LocalMetadata, type PeerMetadata, readOldPeer, socketTypeName, socketTypeNumber } from "./peer-metadata.ts";

const NOTHING = Buffer.alloc(0);

export class Handshake implements ConnectionHandshake {
	readonly #mechanism: Mechanism;
	readonly #decoder: GreetingDecoder;
	readonly #ownGreeting: Buffer;
	readonly #old: LocalMetadata | undefined;
	#oldPeer: PeerMetadata | undefined;
	#majorSent = false;
	#tailSent = false;
	#output: Buffer[] = [];

	/** @param old what to tell peers of ZMTP 1.0 and 2.0; without it they are refused */
	constructor(mechanism: Mechanism, old?: LocalMetadata) {
		this.#mechanism = mechanism;
		this.#old = old;
		this.#decoder = new GreetingDecoder(mechanism.name, { oldVersions: old !== undefined });
		this.#ownGreeting = encodeGreeting(mechanism.name, old?.routingId.length, mechanism.asServer);
		this.#output.push(this.#ownGreeting.subarray(0, SIGNATURE_BYTES));
	}

	/** Which framing follows the greeting; 3 until the peer has said otherwise. */
	get framing(): Framing {
		return this.#decoder.framing ?? 3;
	}

	/** True for a peer of ZMTP 1.0 that never says what it is or wants: a publisher sends it everything. */
	get unversioned(): boolean {
		return this.#decoder.unversioned;
	}

	/** What came with the greeting and belongs to frames; known once `greeting` is false. */
	get replay(): Buffer {
		return this.#decoder.replay;
	}

	/** True while bytes of the peer still belong to its greeting. */
	get greeting(): boolean {
		return !this.#decoder.complete;
	}

	/** Known once the handshake is done. */
	get peer(): PeerMetadata | undefined {
		return this.#oldPeer ?? this.#mechanism.peer;
	}

	/** What wraps messages from now on, if anything does; known once the handshake is done. */
	get messages(): MessageCipher | undefined {
		return this.#mechanism.messages;
	}

	/** True when the peer understands the commands SUBSCRIBE and CANCEL (ZMTP 3.1); known with its greeting. */
	get subscribeCommands(): boolean {
		const { major, minor } = this.#decoder.peer();
		return this.framing === 3 && (major > 3 || (major === 3 && minor >= 1));
	}

	/** What is to be sent now; undefined when nothing is. */
	takeOutput(): Buffer | undefined {
		if (this.#output.length === 0) return undefined;
		const bytes = Buffer.concat(this.#output);
		this.#output = [];
		return bytes;
	}

	/** Bytes of the greeting; returns how many were taken. */
	onBytes(chunk: Uint8Array): number {
		const taken = this.#decoder.push(chunk);
		if (this.#decoder.signatureKnown) this.#sendMajor();
		const { framing } = this.#decoder;
		if (framing === 3) this.#sendTail();
		else if (framing !== undefined) this.#sendOldTail(framing);
		if (this.#decoder.complete && framing === 3) this.#advance();
		return taken;
	}

	onFrame(flags: number, body: Buffer): void {
		if (this.framing !== 3) {
			this.#onOldRoutingId(flags, body);
			return;
		}
		if ((flags & FLAG_COMMAND) === 0)
			throw new ProtocolError("ERR_ZMTP_UNEXPECTED_COMMAND", "The peer sent a message before the handshake was done");
		this.#mechanism.onCommand(body);
		this.#advance();
	}

	/** Credentials of the peer that must be judged before anything else happens; each of them comes once. */
	takeCredentials(): Credentials | undefined {
		return this.greeting || this.framing !== 3 ? undefined : this.#mechanism.takeCredentials();
	}

	/** The answer to the credentials taken. */
	onVerdict(verdict: Verdict): void {
		this.#mechanism.onVerdict(verdict);
		this.#advance();
	}

	/** What had to wait for somebody else than peer and judge may go on. @throws ProtocolError */
	goOn(): void {
		this.#advance();
	}

	/** The last bytes to send after `error` was thrown: the peer is told what is wrong, in the words that it understands. */
	farewell(error: ProtocolError): Buffer {
		// Whoever wants another mechanism learns ours from the greeting and understands no command.
		if (error.reason === "ERR_ZMTP_MECHANISM_MISMATCH") this.#sendTail();
		else if (this.#tailSent && this.framing === 3) {
			const reason = farewellReason(this.#mechanism, error);
			if (reason !== undefined) this.#output.push(encodeFrame(FLAG_COMMAND, encodeError(reason)));
		}
		return this.takeOutput() ?? NOTHING;
	}

	#sendMajor(): void {
		if (this.#majorSent) return;
		this.#majorSent = true;
		this.#output.push(this.#ownGreeting.subarray(SIGNATURE_BYTES, SIGNATURE_BYTES + 1));
	}

	#sendTail(): void {
		this.#sendMajor();
		if (this.#tailSent) return;
		this.#tailSent = true;
		this.#output.push(this.#ownGreeting.subarray(SIGNATURE_BYTES + 1));
	}

	/** What old peers read: the socket type where there is a version, and our routing id as a frame. */
	#sendOldTail(framing: 1 | 2): void {
		const old = this.#old;
		if (this.#tailSent || old === undefined) return;
		this.#tailSent = true;
		const routingId = Buffer.from(old.routingId);
		// The signature was the header of that frame.
		if (this.#decoder.unversioned) this.#output.push(routingId);
		else this.#output.push(Buffer.of(socketTypeNumber(old)), framing === 1 ? encodeOldFrame(routingId) : encodeFrame(0, routingId));
	}

	#onOldRoutingId(flags: number, body: Buffer): void {
		if (flags !== 0 || this.#oldPeer !== undefined)
			throw new ProtocolError("ERR_ZMTP_UNEXPECTED_COMMAND", "The peer sent a message of several frames where its routing id was expected");
		const { socketType } = this.#decoder;
		this.#oldPeer = readOldPeer(this.#old as LocalMetadata, socketType === -1 ? "" : socketTypeName(socketType), Buffer.from(body));
	}

	#advance(): void {
		for (let command = this.#mechanism.nextCommand(); command !== undefined; command = this.#mechanism.nextCommand())
			this.#output.push(encodeFrame(FLAG_COMMAND, command));
	}
}

function encodeOldFrame(body: Buffer): Buffer {
	const bytes = Buffer.alloc(OLD_FRAME_ENCODER.overheadBytesMax + body.length);
	return bytes.subarray(0, OLD_FRAME_ENCODER.encode(bytes, 0, 0, body));
}
