/**
 * A connection up to its first message: the greetings of both sides, then the mechanism's commands.
 *
 * Pure: the engine feeds bytes and frames and sends what `takeOutput` returns. The two inputs follow one another: while
 * `greeting` is true bytes go to `onBytes`, afterwards command frames go to `onFrame`, until `peer` is known. In between there
 * may be credentials to be judged: `takeCredentials` and `onVerdict`. What is wrong is thrown as ProtocolError.
 */
import { encodeError } from "../wire/command.ts";
import { encodeFrame, FLAG_COMMAND } from "../wire/frame.ts";
import { encodeGreeting, GREETING_HEAD_BYTES, GreetingDecoder } from "../wire/greeting.ts";
import { AuthenticationError, ProtocolError } from "../wire/protocol-error.ts";
import type { Credentials, Mechanism, MessageCipher, Verdict } from "./mechanism.ts";
import type { PeerMetadata } from "./peer-metadata.ts";

const NOTHING = Buffer.alloc(0);

export class Handshake {
	readonly #mechanism: Mechanism;
	readonly #decoder: GreetingDecoder;
	readonly #ownGreeting: Buffer;
	#tailSent = false;
	#output: Buffer[] = [];

	constructor(mechanism: Mechanism) {
		this.#mechanism = mechanism;
		this.#decoder = new GreetingDecoder(mechanism.name);
		this.#ownGreeting = encodeGreeting(mechanism.name);
		this.#output.push(this.#ownGreeting.subarray(0, GREETING_HEAD_BYTES));
	}

	/** True while bytes of the peer still belong to its greeting. */
	get greeting(): boolean {
		return !this.#decoder.complete;
	}

	/** Known once the handshake is done. */
	get peer(): PeerMetadata | undefined {
		return this.#mechanism.peer;
	}

	/** What wraps messages from now on, if anything does; known once the handshake is done. */
	get messages(): MessageCipher | undefined {
		return this.#mechanism.messages;
	}

	/** True when the peer understands the commands SUBSCRIBE and CANCEL (ZMTP 3.1); known with its greeting. */
	get subscribeCommands(): boolean {
		const { major, minor } = this.#decoder.peer();
		return major > 3 || (major === 3 && minor >= 1);
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
		if (this.#decoder.versionKnown) this.#sendTail();
		if (this.#decoder.complete) this.#advance();
		return taken;
	}

	onFrame(flags: number, body: Buffer): void {
		if ((flags & FLAG_COMMAND) === 0)
			throw new ProtocolError("ERR_ZMTP_UNEXPECTED_COMMAND", "The peer sent a message before the handshake was done");
		this.#mechanism.onCommand(body);
		this.#advance();
	}

	/** Credentials of the peer that must be judged before anything else happens; each of them comes once. */
	takeCredentials(): Credentials | undefined {
		return this.greeting ? undefined : this.#mechanism.takeCredentials();
	}

	/** The answer to the credentials taken. */
	onVerdict(verdict: Verdict): void {
		this.#mechanism.onVerdict(verdict);
		this.#advance();
	}

	/** The last bytes to send after `error` was thrown: the peer is told what is wrong, in the words that it understands. */
	farewell(error: ProtocolError): Buffer {
		// Whoever wants another mechanism learns ours from the greeting and understands no command.
		if (error.reason === "ERR_ZMTP_MECHANISM_MISMATCH") this.#sendTail();
		else if (this.#tailSent) {
			const reason = this.#reasonFor(error);
			if (reason !== undefined) this.#output.push(encodeFrame(FLAG_COMMAND, encodeError(reason)));
		}
		return this.takeOutput() ?? NOTHING;
	}

	/** What the peer is told; undefined = nothing. */
	#reasonFor(error: ProtocolError): string | undefined {
		// 300 means "not now": the peer is to try again, so it is not told to give up.
		if (error instanceof AuthenticationError) return error.byPeer || error.status === 300 ? undefined : String(error.status);
		if (error.reason === "ERR_ZMTP_REFUSED_BY_PEER" || error.reason.startsWith("ERR_ZAP_")) return undefined;
		return this.#mechanism.explains ? error.message : undefined;
	}

	#sendTail(): void {
		if (this.#tailSent) return;
		this.#tailSent = true;
		this.#output.push(this.#ownGreeting.subarray(GREETING_HEAD_BYTES));
	}

	#advance(): void {
		for (let command = this.#mechanism.nextCommand(); command !== undefined; command = this.#mechanism.nextCommand())
			this.#output.push(encodeFrame(FLAG_COMMAND, command));
	}
}
