/**
 * A subscription as a message: one frame, 1 (subscribe, join) or 0 (unsubscribe, leave) and the topic or group (RFC 29, RFC 23).
 *
 * This is the only form that patterns know; it is also what goes over inproc and to peers before ZMTP 3.1. Newer peers get
 * commands, which the transport makes of it.
 */
import type { Frame, Message } from "../message.ts";

const UNSUBSCRIBE = 0;
const SUBSCRIBE = 1;

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
