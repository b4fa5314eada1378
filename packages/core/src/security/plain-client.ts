/**
 * PLAIN, the client's side (RFC 24): HELLO with user name and password, WELCOME, INITIATE with our properties, READY with
 * the server's. Nothing is encrypted: whoever can read the connection can read the password.
 *
 * Pure state machine, see mechanism.ts.
 */
import { encodeCommand, encodeProperties, parseCommand, parseProperties } from "../wire/command.ts";
import { ProtocolError } from "../wire/protocol-error.ts";
import { refusalByPeer, unexpected } from "./judgement.ts";
import type { Mechanism } from "./mechanism.ts";
import { type LocalMetadata, localProperties, type PeerMetadata, readPeer } from "./peer-metadata.ts";

/** At most 255 bytes each. */
export interface PlainLogin {
	readonly username: string;
	readonly password: string;
}

/** How libzmq's PLAIN server begins its ERROR: where the length 5 should stand, its source has an escape that swallows the E. */
const LIBZMQ_ERROR = Buffer.from("\x5eRROR", "latin1");

export class PlainClient implements Mechanism {
	readonly name = "PLAIN";
	readonly asServer = false;
	readonly messages = undefined;
	readonly explains = true;
	peer: PeerMetadata | undefined;
	readonly #local: LocalMetadata;
	readonly #login: PlainLogin;
	#state: "hello" | "await welcome" | "initiate" | "await ready" | "done" = "hello";

	constructor(local: LocalMetadata, login: PlainLogin) {
		this.#local = local;
		this.#login = login;
	}

	nextCommand(): Buffer | undefined {
		if (this.#state === "hello") {
			this.#state = "await welcome";
			const username = Buffer.from(this.#login.username);
			const password = Buffer.from(this.#login.password);
			return encodeCommand("HELLO", Buffer.concat([Buffer.of(username.length), username, Buffer.of(password.length), password]));
		}
		if (this.#state !== "initiate") return undefined;
		this.#state = "await ready";
		return encodeCommand("INITIATE", encodeProperties(localProperties(this.#local)));
	}

	onCommand(body: Buffer): void {
		if (body.subarray(0, LIBZMQ_ERROR.length).equals(LIBZMQ_ERROR)) throw refusalByPeer(body.subarray(LIBZMQ_ERROR.length));
		const { name, data } = parseCommand(body);
		if (name === "ERROR") throw refusalByPeer(data);
		if (this.#state === "await welcome" && name === "WELCOME") {
			if (data.length > 0)
				throw new ProtocolError("ERR_ZMTP_MALFORMED_COMMAND_WELCOME", "The peer sent a WELCOME with a body, which PLAIN's has not");
			this.#state = "initiate";
			return;
		}
		if (this.#state !== "await ready" || name !== "READY") throw unexpected(name, this.#state === "await welcome" ? "WELCOME" : "READY");
		this.peer = readPeer(this.#local, parseProperties(Buffer.from(data), "ERR_ZMTP_MALFORMED_COMMAND_READY"));
		this.#state = "done";
	}

	takeCredentials(): undefined {
		return undefined;
	}

	onVerdict(): void {
		throw new Error("A PLAIN client asks for no judgement");
	}
}
