/**
 * A byte stream (a node:net Socket) as a link: first the greetings of ZMTP, then its frames.
 *
 * Inbound frames are views of the chunk they came in (intake.ts). Outbound ones are packed by a SendBuffer. Once the peer's greeting shows an
 * older version, frames are read and written as that version has them.
 *
 * Shutdown: the stream is unref'd; the engine ends or destroys it, and hears nothing afterwards.
 */
import type { Socket } from "node:net";
import { COMMAND_BYTES_MAX } from "../limits.ts";
import type { Message } from "../message.ts";
import type { Handshake } from "../security/handshake.ts";
import type { MessageCipher } from "../security/mechanism.ts";
import { encodePing, encodePong } from "../wire/command.ts";
import { type ChunkDecoder, FrameDecoder } from "../wire/frame.ts";
import { OLD_FRAME_ENCODER, OldFrameDecoder } from "../wire/old-frame.ts";
import { type IntakeOwner, takeIn } from "./intake.ts";
import type { Link, LinkOwner } from "./link.ts";
import { SendBuffer } from "./send-buffer.ts";

const NO_CONTEXT = Buffer.alloc(0);

export class StreamLink implements Link, IntakeOwner {
	owner: LinkOwner | undefined;
	frames: ChunkDecoder = new FrameDecoder(COMMAND_BYTES_MAX);
	readonly #stream: Socket;
	readonly #out: SendBuffer;
	/** Until the peer's greeting is read. */
	#greeting: Handshake | undefined;
	/** Old versions have no commands. */
	#commands = true;
	#discarding = false;

	/**
	 * @param stream connected; the link takes it over
	 * @param handshake takes the bytes of the greeting; its owner is told of input when it has some
	 * @param shares see {@link SendBuffer}
	 */
	constructor(stream: Socket, handshake: Handshake, shares: boolean) {
		this.#greeting = handshake;
		const own = takeIn(stream, this);
		this.#stream = own;
		this.#out = new SendBuffer(own, () => this.owner?.onWritten(), shares);
		own.unref();
		own.on("drain", () => this.owner?.onDrain());
		own.on("end", () => this.owner?.onLost(undefined));
		own.on("error", (error) => this.owner?.onLost(error));
		own.on("close", () => this.owner?.onLost(undefined));
	}

	get peerAddress(): string {
		return withoutMapping(this.#stream.remoteAddress);
	}

	get backlogBytes(): number {
		return this.#stream.writableLength;
	}

	get pings(): boolean {
		return this.#commands;
	}

	pause(): void {
		this.#stream.pause();
	}

	resume(): void {
		this.#stream.resume();
	}

	discardInput(): void {
		this.#discarding = true;
		this.#stream.resume();
	}

	write(bytes: Buffer): void {
		this.#stream.write(bytes);
	}

	cork(): void {
		this.#stream.cork();
	}

	uncork(): void {
		this.#out.commit();
		this.#stream.uncork();
	}

	appendMessage(message: Message): number {
		return this.#out.appendMessage(message);
	}

	appendCommand(body: Uint8Array, head?: Uint8Array): number {
		return this.#out.appendCommand(body, head);
	}

	appendPing(timeToLiveMs: number): number {
		return this.#out.appendCommand(encodePing(timeToLiveMs, NO_CONTEXT));
	}

	appendPong(context: Buffer): number {
		return this.#out.appendCommand(encodePong(context));
	}

	useCipher(cipher: MessageCipher): void {
		this.#out.encoder = cipher;
		if (this.frames instanceof FrameDecoder) this.frames.lendBodies();
	}

	/** FIN. */
	end(onFlushed: () => void): void {
		this.#stream.end(onFlushed);
	}

	destroy(): void {
		this.owner = undefined;
		this.#stream.destroy();
	}

	destroySoon(): void {
		this.owner = undefined;
		this.#stream.destroySoon();
	}

	/** @internal */
	get room(): Buffer | undefined {
		return this.#discarding || this.owner === undefined ? undefined : this.frames.room;
	}

	/** @internal */
	onFilled(bytes: number): void {
		this.owner?.onHeard();
		if (this.#discarding || this.owner === undefined) return;
		this.frames.filled(bytes);
		this.owner.onInput();
	}

	/** @internal */
	onChunk(chunk: Buffer): void {
		this.owner?.onHeard();
		if (this.#discarding || this.owner === undefined) return;
		try {
			const rest = this.#greeting === undefined ? chunk : this.#onGreeting(this.#greeting, chunk);
			if (rest.length > 0) this.frames.push(rest);
		} catch (error) {
			this.owner.onViolation(error);
			return;
		}
		this.owner?.onInput();
	}

	/** Returns the bytes that frames begin with. @throws ProtocolError */
	#onGreeting(handshake: Handshake, chunk: Buffer): Buffer {
		const rest = chunk.subarray(handshake.onBytes(chunk));
		if (handshake.greeting) return rest;
		this.#greeting = undefined;
		return handshake.framing === 3 ? rest : this.#stepDown(handshake, rest);
	}

	/** The peer speaks an older version. */
	#stepDown(handshake: Handshake, rest: Buffer): Buffer {
		this.#commands = false;
		if (handshake.framing === 1) {
			this.frames = new OldFrameDecoder(COMMAND_BYTES_MAX);
			this.#out.encoder = OLD_FRAME_ENCODER;
		} else {
			this.frames = new FrameDecoder(COMMAND_BYTES_MAX, { commands: false });
		}
		return Buffer.concat([handshake.replay, rest]);
	}
}

/** An IPv4 address as such, also when it came over a socket of IPv6. */
export function withoutMapping(address: string | undefined): string {
	return (address ?? "").replace(/^::ffff:(?=\d+\.)/, "");
}
