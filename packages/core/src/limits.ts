/**
 * Every bound and default of core, with its unit and its reason. Relations between them are asserted at load.
 * Values marked "ZeroMQ" are libzmq's defaults, which users know.
 */

/** Default high-water mark, messages per pipe and direction (ZeroMQ). */
export const HIGH_WATER_MARK_DEFAULT = 1000;
/** First delay before a broken connection is tried again, ms (ZeroMQ). */
export const RECONNECT_INTERVAL_MS_DEFAULT = 100;
/** Greeting and security handshake must end within this, ms (ZeroMQ). */
export const HANDSHAKE_INTERVAL_MS_DEFAULT = 30_000;
/** Pending connections a listener queues (ZeroMQ). */
export const BACKLOG_DEFAULT = 100;
/** Longest inproc name, bytes (ZeroMQ). */
export const INPROC_NAME_BYTES_MAX = 256;
/** Longest routing id, bytes (RFC 28: 1 to 255). */
export const ROUTING_ID_BYTES_MAX = 255;
/** Longest ipc path, bytes: sun_path holds 108 with its terminating zero. */
export const IPC_PATH_BYTES_MAX = 107;
/** Results handed out at once before a send or receive loop must give the event loop a turn, so that timers and I/O never starve. */
export const IMMEDIATE_RESULTS_MAX = 512;
/** Waiting sends or receives one socket queues before it answers ENOBUFS. */
export const WAITERS_MAX = 100_000;

function assertRelation(holds: boolean, relation: string): void {
	if (!holds) throw new Error(`limits.ts: ${relation} does not hold`);
}

assertRelation(HIGH_WATER_MARK_DEFAULT >= 2, "HIGH_WATER_MARK_DEFAULT >= 2 (low-water mark is half of it)");
assertRelation(ROUTING_ID_BYTES_MAX <= 255, "ROUTING_ID_BYTES_MAX fits one byte");
