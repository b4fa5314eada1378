/**
 * What the three socket types of udp make of messages and of datagrams: RADIO sends groups, DISH receives those that it has joined, DGRAM
 * does both with whatever comes, and says whom by an address.
 *
 * Pure but for the groups that a DISH has joined. A DISH says them to every peer; here its transport is the one who listens.
 */
import { type DatagramAddress, parseDatagramAddress, printDatagramAddress } from "../endpoint/datagram-address.ts";
import { ZmqError } from "../errors.ts";
import { DATAGRAM_BYTES_MAX } from "../limits.ts";
import type { Message } from "../message.ts";
import { decodeDatagram, encodeDatagram } from "../wire/datagram.ts";

/** A datagram to send. */
export interface Outgoing {
	readonly pieces: readonly Uint8Array[];
	readonly to: DatagramAddress;
}

/** One socket type over udp. An error is a datagram that is dropped, and why; undefined: there is nothing to be done. */
export interface UdpForm {
	outgoing(message: Message): Outgoing | ZmqError | undefined;
	incoming(datagram: Buffer, from: DatagramAddress): Message | ZmqError | undefined;
}

function fitting(pieces: readonly Uint8Array[], to: DatagramAddress): Outgoing | ZmqError {
	const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
	if (size <= DATAGRAM_BYTES_MAX) return { pieces, to };
	return new ZmqError("EMSGSIZE", `A message of ${size} bytes was not sent: over udp it has at most ${DATAGRAM_BYTES_MAX}, with its group`);
}

function tooLong(datagram: Buffer): ZmqError | undefined {
	if (datagram.length <= DATAGRAM_BYTES_MAX) return undefined;
	return new ZmqError("EMSGSIZE", `A datagram of ${datagram.length} bytes was dropped: ${DATAGRAM_BYTES_MAX} are allowed`);
}

/** @param to asked at each message: the answer to a name may change */
export function radioForm(to: () => DatagramAddress): UdpForm {
	return {
		outgoing: (message) => fitting(encodeDatagram(message), to()),
		incoming: () => undefined,
	};
}

export function dishForm(): UdpForm {
	/** By their bytes as latin1. */
	const joined = new Set<string>();
	return {
		outgoing(message) {
			const [change] = message as [Uint8Array];
			const group = Buffer.from(change.subarray(1)).toString("latin1");
			if (change[0] === 1) joined.add(group);
			else joined.delete(group);
			return undefined;
		},
		incoming(datagram) {
			const message = decodeDatagram(datagram);
			if (message === undefined) return new ZmqError("EPROTO", "A datagram was dropped: it is shorter than its group is said to be");
			if (!joined.has((message[0] as Buffer).toString("latin1"))) return undefined;
			return tooLong(datagram) ?? message;
		},
	};
}

const MAPPED = "::ffff:";

/** @param family of the udp socket: one of IPv6 reaches IPv4 by mapped addresses, which are not shown */
export function datagramForm(family: 4 | 6): UdpForm {
	return {
		outgoing(message) {
			const [address, body] = message as [Uint8Array, Uint8Array];
			const to = parseDatagramAddress(address);
			if (to === undefined) return undefined;
			const mapped = family === 6 && !to.address.includes(":");
			return fitting([body], mapped ? { address: MAPPED + to.address, port: to.port } : to);
		},
		incoming(datagram, { address, port }) {
			const shown = address.startsWith(MAPPED) ? address.slice(MAPPED.length) : address;
			return tooLong(datagram) ?? [printDatagramAddress({ address: shown, port }), datagram];
		},
	};
}
