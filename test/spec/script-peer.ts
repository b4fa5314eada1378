/**
 * A peer of NULL that is a script, spoken with alike over streams and over WebSocket: past the handshake it sends what no socket of
 * ours would, and reads what comes.
 */
import { command, commandBody, dial, message, type PropertyList, properties } from "./wire.ts";
import { dialWs } from "./ws-peer.ts";

export interface ScriptPeer {
	/** One message of these frames. */
	send(...parts: (Uint8Array | string)[]): void;
	command(name: string, data?: Uint8Array | string): void;
	/** The frames of the next message, as text. */
	message(): Promise<string[]>;
	/** Settles when the other side has ended the connection. */
	ended(): Promise<void>;
}

const ZWS_COMMAND = 2;

function zwsCommand(name: string, data: Uint8Array | string): Buffer {
	return Buffer.concat([Buffer.of(ZWS_COMMAND), commandBody(name, data)]);
}

/** Connects to one of our sockets as a peer of this type, with these properties beside it. */
export async function enter(endpoint: string | null | undefined, socketType: string, more: PropertyList = []): Promise<ScriptPeer> {
	if (endpoint?.startsWith("ws:")) {
		const ws = await dialWs(endpoint, "ZWS2.0/NULL");
		ws.write(zwsCommand("READY", properties([["Socket-Type", socketType], ...more])));
		await ws.command();
		return {
			send: (...parts) => ws.send(...parts),
			command: (name, data = "") => ws.write(zwsCommand(name, data)),
			message: () => ws.message(),
			ended: async () => {
				await ws.closed();
			},
		};
	}
	const raw = await dial(endpoint);
	await raw.shake(socketType, more);
	return {
		send: (...parts) => raw.write(message(...parts)),
		command: (name, data) => raw.write(command(name, data)),
		message: () => raw.message(),
		ended: () => raw.ended(),
	};
}
