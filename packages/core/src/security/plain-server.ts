/**
 * PLAIN, the server's side (RFC 24): HELLO is judged by the ZAP handler, WELCOME, INITIATE with the client's properties,
 * READY with ours. Without a handler nobody gets in.
 *
 * Pure state machine, see mechanism.ts.
 */
import { encodeCommand, encodeReady, parseCommand, parseProperties } from "../wire/command.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { Judgement, refusalByPeer, unexpected } from "./judgement.ts";
import type { Credentials, Mechanism, Verdict } from "./mechanism.ts";
import { type LocalMetadata, localProperties, mayAnswer, type PeerMetadata, readPeer } from "./peer-metadata.ts";

const NOTHING = Buffer.alloc(0);

export class PlainServer implements Mechanism {
	readonly name = "PLAIN";
	readonly asServer = true;
	readonly messages = undefined;
	readonly explains = true;
	readonly #local: LocalMetadata;
	readonly #judgement = new Judgement();
	#announced: PeerMetadata | undefined;
	#state: "await hello" | "judged" | "await initiate" | "ready" | "done" = "await hello";

	constructor(local: LocalMetadata) {
		this.#local = local;
	}

	get peer(): PeerMetadata | undefined {
		return this.#state === "done" ? this.#announced : undefined;
	}

	nextCommand(): Buffer | undefined {
		if (this.#state === "judged" && !this.#judgement.pending) {
			this.#state = "await initiate";
			return encodeCommand("WELCOME", NOTHING);
		}
		if (this.#state !== "ready" || !mayAnswer(this.#local, this.#announced)) return undefined;
		this.#state = "done";
		return encodeReady(localProperties(this.#local));
	}

	onCommand(body: Buffer): void {
		const { name, data } = parseCommand(body);
		if (name === "ERROR") throw refusalByPeer(data);
		if (this.#state === "await hello" && name === "HELLO") {
			this.#judgement.ask({ mechanism: "PLAIN", values: parseHello(data), handlerRequired: true });
			this.#state = "judged";
			return;
		}
		if (this.#state !== "await initiate" || name !== "INITIATE")
			throw unexpected(name, this.#state === "await hello" ? "HELLO" : "INITIATE after WELCOME");
		const properties = parseProperties(Buffer.from(data), "ERR_ZMTP_MALFORMED_COMMAND_INITIATE");
		this.#announced = this.#judgement.complete(readPeer(this.#local, properties));
		this.#state = "ready";
	}

	takeCredentials(): Credentials | undefined {
		return this.#judgement.take();
	}

	onVerdict(verdict: Verdict): void {
		this.#judgement.onVerdict(verdict);
	}
}

/** User name and password, as copies; nothing may follow them. */
function parseHello(data: Buffer): Buffer[] {
	const usernameEnd = 1 + (data[0] ?? 0);
	const passwordEnd = usernameEnd + 1 + (data[usernameEnd] ?? 0);
	if (passwordEnd !== data.length)
		throw new ProtocolError("ERR_ZMTP_MALFORMED_COMMAND_HELLO", "The peer sent a HELLO that is not exactly a user name and a password");
	return [Buffer.from(data.subarray(1, usernameEnd)), Buffer.from(data.subarray(usernameEnd + 1))];
}
