/**
 * A subscription as a message: one frame, 1 (subscribe, join) or 0 (unsubscribe, leave) and the topic or group (RFC 29, RFC 23).
 *
 * This is the only form that patterns know; it is also what goes over inproc and to peers before ZMTP 3.1. Newer peers get
 * commands, which the transport makes of it.
 */
import { SUBSCRIBER_BYTES_MAX } from "../limits.ts";
import type { Frame, Message } from "../message.ts";
import { ProtocolError } from "../wire/protocol-error.ts";

const UNSUBSCRIBE = 0;
/** The first byte of a frame that subscribes. */
export const SUBSCRIBE = 1;

export function subscriptionMessage(wanted: boolean, topic: Uint8Array): Message {
	const frame = Buffer.allocUnsafe(1 + topic.length);
	frame[0] = wanted ? SUBSCRIBE : UNSUBSCRIBE;
	frame.set(topic, 1);
	return [frame];
}

/** True when the frame subscribes or unsubscribes. */
export function isSubscription(frame: Frame): boolean {
	return frame.length > 0 && (frame[0] as number) <= SUBSCRIBE;
}

/** Of a frame that {@link isSubscription}: subscribe, or unsubscribe. */
export function subscribes(frame: Frame): boolean {
	return frame[0] === SUBSCRIBE;
}

/** Why a peer loses its connection that subscribes to more than memory should hold. */
export function subscribedTooMuch(topicBytes: number, topicBytesMax: number): ProtocolError {
	const what =
		topicBytes > topicBytesMax
			? `a topic of ${topicBytes} bytes, ${topicBytesMax} are allowed`
			: `more topics than fit the ${SUBSCRIBER_BYTES_MAX >> 20} MiB that one peer may hold`;
	return new ProtocolError("ERR_ZMTP_MESSAGE_TOO_LARGE", `The peer subscribed to ${what}`);
}
