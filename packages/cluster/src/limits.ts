/**
 * Every bound and default of the node links, with its unit and its reason. Relations between them are asserted at load.
 *
 * What a peer can make this process hold is the product of the bounds here: sessions, frames, and what waits per link.
 */

/** Silence after which a link is asked for a sign of life, ms: the beat of the one timer a cluster has. */
export const HEARTBEAT_INTERVAL_MS_DEFAULT = 1000;
/** Silence after which a node counts as down, ms. A killed process is noticed at once by its closed connection; this is for cut cables and hung machines. */
export const DEAD_AFTER_MS_DEFAULT = 5000;
/** Longest wait for a node to accept a connection and to say WELCOME, ms. */
export const CONNECT_TIMEOUT_MS_DEFAULT = 5000;
/** How long a closing link may still flush what was sent before it, ms. */
export const FLUSH_MS_MAX = 1000;

/** Envelopes under way to a peer that it has not acknowledged yet. */
export const WINDOW_MESSAGES = 4096;
/** Bytes under way to a peer that it has not acknowledged yet; one larger envelope may pass alone. */
export const WINDOW_BYTES = 16 * 1024 * 1024;
/** A receiver acknowledges after this many envelopes … */
export const ACK_MESSAGES = 256;
/** … or after this many bytes, whichever comes first. */
export const ACK_BYTES = 1024 * 1024;
/** High-water mark of the sockets, messages: the window and the control messages beside it. Only a peer that does not read gets there. */
export const SOCKET_HIGH_WATER_MARK = 2 * WINDOW_MESSAGES;

/** Bytes that may wait for the window of one link. Mailbox credit keeps it far below; beyond, the link is given up. */
export const OUTBOX_BYTES_MAX = 256 * 1024 * 1024;
/** Envelopes that may wait for the window of one link. */
export const OUTBOX_MESSAGES_MAX = 1_000_000;
/** What one envelope costs beside its bytes when the outbox is measured, bytes: arrays and buffer objects. */
export const ENVELOPE_OVERHEAD_BYTES = 256;

/** Largest frame of a message, bytes. A larger one ends the link: the receiver must bound what a peer can make it hold. */
export const FRAME_BYTES_MAX = 128 * 1024 * 1024;
/** Most frames of one envelope: a header and its payloads. */
export const ENVELOPE_FRAMES_MAX = 16_384;
/** Envelopes that a new link may hold until the system has taken it. */
export const EARLY_ENVELOPES_MAX = 1024;
/** Nodes that may be dialled in at once, per endpoint: each has a window and sockets. */
export const LINKS_MAX_DEFAULT = 1024;
/** Longest software name in a HELLO, bytes. */
export const SOFTWARE_BYTES_MAX = 64;
/** Longest text of a REFUSE or BYE that is shown to people, bytes. */
export const TEXT_BYTES_MAX = 512;

function assertRelation(holds: boolean, relation: string): void {
	if (!holds) throw new Error(`limits.ts: ${relation} does not hold`);
}

assertRelation(ACK_MESSAGES * 2 <= WINDOW_MESSAGES, "ACK_MESSAGES * 2 <= WINDOW_MESSAGES (a full window is always acknowledged)");
assertRelation(ACK_BYTES * 2 <= WINDOW_BYTES, "ACK_BYTES * 2 <= WINDOW_BYTES");
assertRelation(SOCKET_HIGH_WATER_MARK > WINDOW_MESSAGES, "SOCKET_HIGH_WATER_MARK > WINDOW_MESSAGES");
assertRelation(WINDOW_BYTES <= OUTBOX_BYTES_MAX, "WINDOW_BYTES <= OUTBOX_BYTES_MAX");
assertRelation(HEARTBEAT_INTERVAL_MS_DEFAULT * 3 <= DEAD_AFTER_MS_DEFAULT, "three heartbeats fit before a node counts as down");
