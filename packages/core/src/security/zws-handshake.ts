/**
 * The handshake of ZWS 2.0 (RFC 45): the commands of the mechanism that the subprotocol names, or, without a mechanism, the routing
 * id of each side.
 *
 * Pure, see connection-handshake.ts. Each output is one WebSocket message. There is no version to agree on, so subscriptions are
 * messages.
 */
import { encodeError } from "../wire/command.ts";
import { FLAG_COMMAND } from "../wire/frame.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { encodeZws } from "../wire/zws.ts";
import { type ConnectionHandshake, farewellReason } from "./connection-handshake.ts";
import type { Credentials, Mechanism, MessageCipher, Verdict } from "./mechanism.ts";
import { type LocalMetadata, type PeerMetadata, readOldPeer } from "./peer-metadata.ts";

const NOTHING = Buffer.alloc(0);

export class ZwsHandshake implements ConnectionHandshake {
	readonly subscribeCommands = false;
	readonly unversioned = false;
	readonly #mechanism: Mechanism;
	/** A client of CURVE has the first word, and needs its cipher for it. */
	#prepared: boolean;

	constructor(mechanism: Mechanism) {
		this.#mechanism = mechanism;
		this.#prepared = mechanism.preparation === undefined;
		const onPrepared = (): void => {
			this.#prepared = true;
		};
		// What went wrong is told to whoever drives the handshake.
		mechanism.preparation?.then(onPrepared, () => {});
	}

	get peer(): PeerMetadata | undefined {
		return this.#mechanism.peer;
	}

	get messages(): MessageCipher | undefined {
		return this.#mechanism.messages;
	}

	takeOutput(): Buffer | undefined {
		const command = this.#prepared ? this.#mechanism.nextCommand() : undefined;
		return command === undefined ? undefined : encodeZws(FLAG_COMMAND, command);
	}

	onFrame(flags: number, body: Buffer): void {
		if ((flags & FLAG_COMMAND) === 0)
			throw new ProtocolError("ERR_ZMTP_UNEXPECTED_COMMAND", "The peer sent a message before the handshake was done");
		this.#mechanism.onCommand(body);
	}

	takeCredentials(): Credentials | undefined {
		return this.#mechanism.takeCredentials();
	}

	onVerdict(verdict: Verdict): void {
		this.#mechanism.onVerdict(verdict);
	}

	goOn(): void {
		// The mechanism is asked anew by each takeOutput.
	}

	farewell(error: ProtocolError): Buffer {
		const reason = farewellReason(this.#mechanism, error);
		return reason === undefined ? NOTHING : encodeZws(FLAG_COMMAND, encodeError(reason));
	}
}

/** Without a mechanism: nobody says what it is. */
export class BareZwsHandshake implements ConnectionHandshake {
	readonly messages = undefined;
	readonly subscribeCommands = false;
	readonly unversioned = false;
	readonly #local: LocalMetadata;
	#sent = false;
	#announced: PeerMetadata | undefined;

	constructor(local: LocalMetadata) {
		this.#local = local;
	}

	get peer(): PeerMetadata | undefined {
		return this.#sent ? this.#announced : undefined;
	}

	takeOutput(): Buffer | undefined {
		if (this.#sent) return undefined;
		this.#sent = true;
		return encodeZws(0, this.#local.routingId);
	}

	onFrame(flags: number, body: Buffer): void {
		if (flags !== 0)
			throw new ProtocolError("ERR_ZMTP_UNEXPECTED_COMMAND", "The peer sent something else where its routing id was expected");
		this.#announced = readOldPeer(this.#local, "", Buffer.from(body));
	}

	takeCredentials(): undefined {
		return undefined;
	}

	onVerdict(): void {
		// Nobody is ever judged here: with a zapDomain this handshake is not offered.
	}

	goOn(): void {
		// Nothing here waits for anybody.
	}

	farewell(): Buffer {
		return NOTHING;
	}
}
