/**
 * What is known of the sender of a received message, as zmq_msg_gets(3): Peer-Address, Socket-Type, Identity, User-Id and the
 * properties of the application (X-…), of the connection that the message came through.
 *
 * It is made only for a receiver that asks for it (`socket.withMetadata`), and reads a pipe in the turn in which the message is
 * taken from it. The bytes belong to the connection: whoever gets them must not write into them.
 */
import type { Pipe } from "../pipe/pipe.ts";

const EMPTY = Buffer.alloc(0);
const NO_PROPERTIES: ReadonlyMap<string, Buffer> = new Map();

/** What is known of the sender of one message: of the connection that it came through. */
export class MessageMetadata {
	/** Where the message came from: `tcp://10.0.0.7:51234`, or the endpoint that this socket has connected to. */
	readonly peerAddress: string;
	/** All properties of the connection by lower-case name: what the peer said of itself, and above it what the ZAP handler said. */
	readonly properties: ReadonlyMap<string, Buffer>;

	/** @internal */
	constructor(peerAddress: string, properties: ReadonlyMap<string, Buffer>) {
		this.peerAddress = peerAddress;
		this.properties = properties;
	}

	/** REQ, DEALER …; empty when the peer did not say it (STREAM, ZMTP 1.0). */
	get socketType(): string {
		return this.#text("socket-type");
	}

	/** The routing id that the peer announced; empty when it has none. */
	get routingId(): Buffer {
		return this.properties.get("identity") ?? EMPTY;
	}

	/** Who the peer is in the words of the ZAP handler; empty when nobody judged it. */
	get userId(): string {
		return this.#text("user-id");
	}

	#text(name: string): string {
		return this.properties.get(name)?.toString() ?? "";
	}
}

/** A message, and what is known of its sender. */
export interface WithMetadata<Message> {
	/** What `receive()` would have given. */
	readonly message: Message;
	/** Who sent it. */
	readonly metadata: MessageMetadata;
}

const NOBODY = new MessageMetadata("", NO_PROPERTIES);

/** Of the message that was read last from this pipe; undefined: a message that no peer sent. */
export function metadataOf(pipe: Pipe | undefined): MessageMetadata {
	return pipe === undefined ? NOBODY : new MessageMetadata(pipe.peerAddress, pipe.sourceProperties);
}
