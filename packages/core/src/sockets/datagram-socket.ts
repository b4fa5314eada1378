/**
 * The socket class Datagram: raw udp, with whatever is no ZeroMQ.
 */
import { ZmqError } from "../errors.ts";
import { DATAGRAM_BYTES_MAX } from "../limits.ts";
import { toMessage } from "../message.ts";
import { DgramPattern } from "../pattern/dgram.ts";
import type { SendOutcome } from "../pattern/pattern.ts";
import { DuplexSocket } from "../socket/faces.ts";
import type { Content } from "../socket/outbox.ts";
import { Socket } from "../socket/socket.ts";
import type { WaitOptions } from "../wait/waiters.ts";
import { make, type OptionsWith, type ReceiveOption, type SendOption, type UdpReceiveOption, type UdpSendOption } from "./socket-make.ts";

/** What the constructor of {@link Datagram} takes; all of it optional, and each but `context` a property of the socket as well. Defaults: docs/options.md. */
export type DatagramOptions = OptionsWith<SendOption | ReceiveOption | UdpSendOption | UdpReceiveOption>;

/** @throws ZmqError EINVAL, EMSGSIZE */
function checked(content: Content): Content {
	const message = toMessage(content);
	if (message.length !== 2)
		throw new ZmqError(
			"EINVAL",
			`A datagram is sent as [address, body], for example ["127.0.0.1:5555", "text"]; got ${message.length} frames`,
		);
	const { length } = message[1] as Uint8Array;
	if (length <= DATAGRAM_BYTES_MAX) return message;
	throw new ZmqError("EMSGSIZE", `A datagram has at most ${DATAGRAM_BYTES_MAX} bytes, got ${length}`);
}

/**
 * Sends and receives datagrams as `[address, body]`, for example `["127.0.0.1:5555", "text"]`. It binds one endpoint and connects none.
 * A send that settles has left this machine, or was given up by it: nothing says whether it arrived. What comes while the receiver is at
 * its high-water mark is lost.
 */
export class Datagram extends DuplexSocket {
	/** The operating system's buffer for datagrams to send, bytes; -1 = as it is set there. */
	declare sendBufferSize: number;
	/** The operating system's buffer for datagrams that have come, bytes; -1 = as it is set there. */
	declare receiveBufferSize: number;
	/** How many routers a datagram to a multicast group passes at most. */
	declare multicastHops: number;
	/** True: datagrams to a multicast group reach receivers on this machine, too. */
	declare multicastLoop: boolean;

	/** @throws ZmqError EINVAL */
	constructor(options: DatagramOptions = {}) {
		super(make("DGRAM", options, (host) => new DgramPattern(host)));
		if (new.target === Datagram) Object.preventExtensions(this);
	}

	/** As in all sockets, and EMSGSIZE for a body over 8192 bytes, EHOSTUNREACH for an address that is none. */
	override async send(message: Content, options?: WaitOptions): Promise<void> {
		await super.send(checked(message), options);
	}

	/** @throws ZmqError EINVAL, EMSGSIZE, EBADF */
	override trySend(message: Content): SendOutcome {
		return super.trySend(checked(message));
	}

	/** Sends many datagrams in order. Rejects as {@link send}; a malformed one among them, and none is sent. */
	override async sendMany(messages: readonly Content[], options?: WaitOptions): Promise<void> {
		await super.sendMany(Array.isArray(messages) ? messages.map(checked) : messages, options);
	}

	static {
		Socket.defineOptions(Datagram.prototype, ["multicastHops", "multicastLoop", "sendBufferSize", "receiveBufferSize"]);
	}
}
