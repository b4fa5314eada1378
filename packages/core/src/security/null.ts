/**
 * NULL: no security; each side sends READY with its properties at once and waits for the other's (RFC 37 §"The NULL
 * Security Mechanism"; like libzmq we do not wait for a turn).
 *
 * With a zapDomain the peer's address is judged first, and READY is held back until then.
 *
 * Pure state machine, see mechanism.ts.
 */
import { encodeReady, parseCommand, parseProperties } from "../wire/command.ts";
import { Judgement, refusalByPeer, unexpected } from "./judgement.ts";
import type { Credentials, Mechanism, Verdict, ZapTerms } from "./mechanism.ts";
import { type LocalMetadata, localProperties, mayAnswer, type PeerMetadata, readPeer } from "./peer-metadata.ts";

export class NullMechanism implements Mechanism {
	readonly name = "NULL";
	readonly asServer = false;
	readonly messages = undefined;
	readonly explains = true;
	readonly #local: LocalMetadata;
	readonly #judgement = new Judgement();
	#announced: PeerMetadata | undefined;
	#readySent = false;

	constructor(local: LocalMetadata, zap?: ZapTerms) {
		this.#local = local;
		if (zap !== undefined && zap.domain !== "") this.#judgement.ask({ mechanism: "NULL", values: [], handlerRequired: zap.enforceDomain });
	}

	get peer(): PeerMetadata | undefined {
		return this.#readySent && this.#announced !== undefined ? this.#judgement.complete(this.#announced) : undefined;
	}

	nextCommand(): Buffer | undefined {
		if (this.#readySent || this.#judgement.pending) return undefined;
		if (!mayAnswer(this.#local, this.#announced)) return undefined;
		this.#readySent = true;
		return encodeReady(localProperties(this.#local));
	}

	onCommand(body: Buffer): void {
		const { name, data } = parseCommand(body);
		if (name === "ERROR") throw refusalByPeer(data);
		if (name !== "READY" || this.#announced !== undefined) throw unexpected(name, "READY");
		// A copy: what a connection keeps of its handshake must not keep the whole chunk of bytes it came in.
		this.#announced = readPeer(this.#local, parseProperties(Buffer.from(data), "ERR_ZMTP_MALFORMED_COMMAND_READY"));
	}

	takeCredentials(): Credentials | undefined {
		return this.#judgement.take();
	}

	onVerdict(verdict: Verdict): void {
		this.#judgement.onVerdict(verdict);
	}
}
