/**
 * The contract between an engine and the connection under it: something that carries frames both ways.
 *
 * A byte stream needs a greeting and framing for that (stream-link.ts), a WebSocket has messages of its own (web-socket-link.ts).
 * The engine knows neither: it takes frames from `frames` when it is told of input, and gives whole messages to be sent.
 *
 * Everything runs in the thread of the socket. A link tells its owner nothing any more once it is destroyed.
 */
import type { Message } from "../message.ts";
import type { MessageCipher } from "../security/mechanism.ts";
import type { FrameSource } from "../wire/frame.ts";

/** The engine as its link sees it. */
export interface LinkOwner {
	/** Something came in, be it a part of a frame. */
	onHeard(): void;
	/** There may be frames to take. */
	onInput(): void;
	/** The peer wants a sign of life, with this context. */
	onPing(context: Uint8Array): void;
	/** There is room again after much was waiting to be written. */
	onDrain(): void;
	/** Something was written. */
	onWritten(): void;
	/** The peer has ended the connection, or it broke. */
	onLost(error: Error | undefined): void;
	/** What came cannot be read any further; may be no ProtocolError, when the fault is ours. */
	onViolation(error: unknown): void;
}

export interface Link {
	/** Set by the engine before anything can come. */
	owner: LinkOwner | undefined;
	/** Where frames are taken from; another one once the peer has turned out to be an old one. */
	readonly frames: FrameSource;
	/** IP address of the peer, as ZAP wants it; empty where there is none. */
	readonly peerAddress: string;
	/** What was given to be sent and is not written yet, bytes. */
	readonly backlogBytes: number;
	/** True when the peer answers a ping. */
	readonly pings: boolean;
	/** Nothing is taken from the network until {@link resume}. */
	pause(): void;
	resume(): void;
	/** From now on input is thrown away. */
	discardInput(): void;
	/** A part of the handshake, as the handshake made it. */
	write(bytes: Buffer): void;
	/** What is appended until {@link uncork} is written together. */
	cork(): void;
	uncork(): void;
	/** These four return how many bytes that is on the wire. */
	appendMessage(message: Message): number;
	/** @param head given: it stands for the first byte of the body */
	appendCommand(body: Uint8Array, head?: Uint8Array): number;
	/** @param timeToLiveMs how long the peer is to bear our silence; 0 = not told */
	appendPing(timeToLiveMs: number): number;
	appendPong(context: Buffer): number;
	/** Wraps all frames from now on. */
	useCipher(cipher: MessageCipher): void;
	/** Nothing will follow; `onFlushed` is called when all is written. */
	end(onFlushed: () => void): void;
	/** At once; what is not written is lost. */
	destroy(): void;
	/** When what was given is written. */
	destroySoon(): void;
}
