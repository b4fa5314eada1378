/**
 * What must become of a connection without security, from all the bytes that its peer sends: how it ends, whether the handshake was
 * done, and which messages arrive. Put together from the pure parts alone, with no stream, no pipe and no event loop.
 *
 * The engine must come to the same end, however the bytes were cut.
 */
import {
	type ChunkDecoder,
	COMMAND_BYTES_MAX,
	FLAG_COMMAND,
	FLAG_MORE,
	FrameDecoder,
	Handshake,
	MessageAssembler,
	NullMechanism,
	OldFrameDecoder,
	ProtocolError,
	parseCommand,
	parsePing,
	type SocketTypeName,
	upstreamMessage,
} from "./core.ts";

const TOPIC_BYTES_MAX: Readonly<Partial<Record<SocketTypeName, number>>> = { PUB: 32 * 1024, XPUB: 32 * 1024, RADIO: 255 };

export interface Expected {
	/** The reason of a ProtocolError, or "left": the peer did nothing wrong and went away. */
	end: string;
	/** The handshake was done. */
	opened: boolean;
	/** The peer speaks ZMTP 1.0 without a version. */
	unversioned: boolean;
	readonly messages: Uint8Array[][];
}

class Model {
	readonly expected: Expected = { end: "left", opened: false, unversioned: false, messages: [] };
	readonly #type: SocketTypeName;
	readonly #maxMessageSize: number;
	readonly #handshake: Handshake;
	readonly #assembler: MessageAssembler;

	constructor(type: SocketTypeName, maxMessageSize: number) {
		const local = { socketType: type, routingId: Buffer.alloc(0) };
		this.#type = type;
		this.#maxMessageSize = maxMessageSize;
		this.#handshake = new Handshake(new NullMechanism(local), local);
		this.#assembler = new MessageAssembler(maxMessageSize);
	}

	/** What is subscribed to has a bound of its own, and a group no byte 0. @throws ProtocolError */
	#receive(message: Uint8Array[]): void {
		this.expected.messages.push(message);
		const most = TOPIC_BYTES_MAX[this.#type];
		if (most === undefined) return;
		for (const frame of message) {
			if (frame[0] !== 1) continue;
			if (frame.length - 1 > most) throw new ProtocolError("ERR_ZMTP_MESSAGE_TOO_LARGE", "a topic that is too long");
			if (this.#type === "RADIO" && frame.includes(0))
				throw new ProtocolError("ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED", "a group with a byte 0");
		}
	}

	/** @throws ProtocolError */
	read(bytes: Buffer): void {
		const handshake = this.#handshake;
		const taken = handshake.onBytes(bytes);
		if (handshake.greeting) return;
		this.expected.unversioned = handshake.unversioned;
		const decoder = this.#decoder();
		decoder.push(Buffer.concat([handshake.replay, bytes.subarray(taken)]));
		while (decoder.next()) {
			if (this.expected.opened) this.#onFrame(decoder.flags, decoder.body);
			else handshake.onFrame(decoder.flags, decoder.body);
			if (this.expected.opened || handshake.peer === undefined) continue;
			this.expected.opened = true;
			decoder.setBodyBytesMax(this.#maxMessageSize);
		}
	}

	#decoder(): ChunkDecoder {
		const { framing } = this.#handshake;
		if (framing === 1) return new OldFrameDecoder(COMMAND_BYTES_MAX);
		return new FrameDecoder(COMMAND_BYTES_MAX, { commands: framing === 3 });
	}

	#onFrame(flags: number, body: Buffer): void {
		if ((flags & FLAG_COMMAND) === 0) {
			const message = this.#assembler.add(Buffer.from(body), (flags & FLAG_MORE) !== 0);
			// To a RADIO commands count alone.
			if (message !== undefined && this.#type !== "RADIO") this.#receive(message);
			return;
		}
		const { name, data } = parseCommand(body);
		const subscription = upstreamMessage(this.#type, Buffer.from(body));
		if (subscription !== undefined) this.#receive(subscription);
		else if (name === "PING") parsePing(data);
	}
}

/** @param type of the socket that reads */
export function expectedOf(type: SocketTypeName, maxMessageSize: number, bytes: Buffer): Expected {
	const model = new Model(type, maxMessageSize);
	try {
		model.read(bytes);
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		model.expected.end = error.reason;
	}
	return model.expected;
}
