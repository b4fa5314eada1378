/**
 * The socket class Stream: raw tcp connections to whatever is no ZeroMQ.
 */

import { StreamPattern } from "../pattern/stream.ts";
import { DuplexSocket } from "../socket/faces.ts";
import { peerName } from "../socket/peer-name.ts";
import { Socket } from "../socket/socket.ts";
import { make, type OptionsWith, type ReceiveOption, type SendOption } from "./socket-make.ts";

/** What the constructor of {@link Stream} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type StreamOptions = OptionsWith<SendOption | ReceiveOption | "notify">;

/**
 * Raw tcp, as server and as client. Receives the id of a connection and what it has read, in pieces of any size; an empty piece
 * tells that the connection is there, or that it is over. Sends to the connection that the first frame names; an empty
 * second frame closes it.
 */
export class Stream extends DuplexSocket {
	/** True: a receive tells of connections and disconnections by an empty piece. */
	declare notify: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: StreamOptions = {}) {
		super(make("STREAM", options, (host) => new StreamPattern(host)));
		if (new.target === Stream) Object.preventExtensions(this);
	}

	/**
	 * Connects, and with `routingId` names the connection: what is sent to that id before the connection is made waits.
	 * @throws ZmqError EINVAL (also for a name that is taken), EBADF, ENOCOMPATPROTO
	 */
	override connect(endpoint: string, options: { routingId?: Uint8Array | string } = {}): void {
		this.connectTo(
			endpoint,
			peerName(options.routingId, (id) => (this.pattern as StreamPattern).has(id)),
		);
	}

	static {
		Socket.defineOptions(Stream.prototype, ["notify"]);
	}
}
