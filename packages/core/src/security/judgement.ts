/**
 * The judgement of a peer's credentials as a part of each mechanism: asked for once, waited for, and then known.
 *
 * What ZAP says of a peer is trusted above what the peer says of itself.
 */
import { parseError } from "../wire/command.ts";
import { AuthenticationError, ProtocolError } from "../wire/protocol-error.ts";
import type { Credentials, Verdict } from "./mechanism.ts";
import type { PeerMetadata } from "./peer-metadata.ts";

export class Judgement {
	#asked: Credentials | undefined;
	#pending = false;
	#verdict: Verdict | undefined;

	/** True while somebody else's answer is needed. */
	get pending(): boolean {
		return this.#pending;
	}

	ask(credentials: Credentials): void {
		this.#asked = credentials;
		this.#pending = true;
	}

	take(): Credentials | undefined {
		const asked = this.#asked;
		this.#asked = undefined;
		return asked;
	}

	/** @throws AuthenticationError */
	onVerdict(verdict: Verdict): void {
		this.#pending = false;
		if (verdict.status !== 200) throw new AuthenticationError(verdict.status, { byPeer: false });
		this.#verdict = verdict;
	}

	/** The peer with what the judge said of it. */
	complete(peer: PeerMetadata): PeerMetadata {
		const verdict = this.#verdict;
		if (verdict === undefined || (verdict.userId === "" && verdict.metadata.size === 0)) return peer;
		const properties = new Map([...peer.properties, ...verdict.metadata]);
		if (verdict.userId !== "") properties.set("user-id", Buffer.from(verdict.userId));
		return { ...peer, userId: verdict.userId, properties };
	}
}

/** What an ERROR command of the peer means for us: the end. libzmq puts the status of ZAP into it. */
export function refusalByPeer(data: Buffer): ProtocolError {
	const reason = parseError(data);
	if (reason === "300" || reason === "400" || reason === "500")
		return new AuthenticationError(Number(reason) as 300 | 400 | 500, { byPeer: true });
	return new ProtocolError("ERR_ZMTP_REFUSED_BY_PEER", `The peer refused the connection: ${reason || "no reason given"}`);
}

export function unexpected(name: string, expected: string): ProtocolError {
	const shown = name.slice(0, 32).replace(/[^\x20-\x7e]/g, "?");
	return new ProtocolError("ERR_ZMTP_UNEXPECTED_COMMAND", `The peer sent ${shown} where ${expected} was expected`);
}
