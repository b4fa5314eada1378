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
/** Longest namespace of inproc names, bytes: it is part of each name in the shared directory, which INPROC_NAME_BYTES_MAX bounds. */
export const NAMESPACE_BYTES_MAX = 64;
/** Longest routing id, bytes (RFC 28: 1 to 255). */
export const ROUTING_ID_BYTES_MAX = 255;
/** Longest ipc path, bytes: sun_path holds 108 with its terminating zero. */
export const IPC_PATH_BYTES_MAX = 107;
/** Longest resource of a tcp endpoint, bytes (RFC 37 sets no limit). */
export const RESOURCE_BYTES_MAX = 255;
/** Largest datagram over udp, with the group before its body, bytes (libzmq's buffer). */
export const DATAGRAM_BYTES_MAX = 8192;
/** Datagrams that one udp socket has given to the operating system and that are not sent yet; the others wait in their pipe. */
export const DATAGRAMS_UNDER_WAY_MAX = 64;
/** Results handed out at once before a send or receive loop must give the event loop a turn, so that timers and I/O never starve. */
export const IMMEDIATE_RESULTS_MAX = 512;
/** Results more than those that messages from the network may give at once, when they could not be given while they came: what libuv reads of one stream in a turn, some 20 ms of results. */
export const ARRIVALS_MAX = 32_768;
/** Waiting sends or receives one socket queues before it answers ENOBUFS. */
export const WAITERS_MAX = 100_000;
/**
 * Peers that have left and whose messages are still unread, per socket: beyond it the oldest one's messages are dropped, so
 * that peers which connect, send and leave over and over cannot fill memory. RFC 28 would allow dropping all of them.
 */
export const LEFT_PEERS_MAX = 1024;

/** Largest inbound frame when `maxMessageSize` sets no limit, bytes (ZeroMQ: the context's MAX_MSGSZ). */
export const FRAME_BYTES_MAX = 0x7fff_ffff;
/** A frame that a peer announces gets at most this much memory at once, bytes; beyond, memory grows as the frame really arrives. */
export const FRAME_BYTES_TRUSTED = 1 << 20;
/** By what the buffer of a frame above FRAME_BYTES_TRUSTED grows: 4 copies a third of the frame in all, and never holds more than 4 times what came. */
export const FRAME_GROWTH_FACTOR = 4;
/** Commands may be this large even when `maxMessageSize` is less, bytes: the metadata of a handshake must pass. */
export const COMMAND_BYTES_MAX = 64 * 1024;
/** Properties one peer may announce: more has no use, and each costs a map entry. */
export const METADATA_PROPERTIES_MAX = 256;
/** Context of a PING that is echoed, bytes (RFC 37). */
export const PING_CONTEXT_BYTES_MAX = 16;
/** Answers to PINGs that wait for a peer that does not read, count: beyond, the oldest is given up. */
export const PONGS_DUE_MAX = 1024;
/** PINGs that are sent to a peer of which nothing is heard, count (RFC 37: a small number): however long it may be silent, it gets no more. */
export const PINGS_UNHEARD_MAX = 8;
/** Frames of one inbound message: an unfinished message is held whole, and each frame costs about 200 bytes beside its body. */
export const MULTIPART_FRAMES_MAX = 65_536;
/** Bytes of one inbound message when `maxMessageSize` sets no limit on its frames. */
export const MULTIPART_BYTES_MAX = FRAME_BYTES_MAX;
/** With `maxMessageSize`, all frames of one message together may have this many times it … */
export const MULTIPART_SIZE_FACTOR = 16;
/** … and in any case this much, bytes: a small limit on frames is not meant to forbid many of them. */
export const MULTIPART_BYTES_FLOOR = 64 << 20;
/** What one read of a stream takes at most, bytes; libuv offers as much. Messages are views of what one read took, so one that is kept keeps this much. */
export const READ_BYTES = 64 * 1024;
/** A body of which at least this much is still to come is read straight into its own memory, bytes: below, a read of its own costs more than the copy. */
export const DIRECT_READ_BYTES_MIN = 16 * 1024;
/** What is read at most after such a body, bytes: if another one follows, this much of it is copied. */
export const READ_AFTER_BODY_BYTES = 4 * 1024;
/** Outbound frames up to this size are copied into a batch; larger ones are written as they are, bytes (a copy of 16 KiB costs about what a write of its own does). */
export const SEND_COPY_BYTES_MAX = 16 * 1024;
/** One batch of outbound frames, bytes. */
export const SEND_CHUNK_BYTES = 64 * 1024;
/** Idle batch buffers that one thread keeps, count: 2 MiB. */
export const SEND_CHUNKS_KEPT = 32;
/** Batch buffers of one turn that other connections may send, too, count: 1 MiB, and a look at the first message of each. */
export const ENCODED_RUNS_MAX = 16;
/** Largest frame that is encrypted in memory of the thread, bytes; a larger one gets a buffer of its own. */
export const ENCODED_FRAME_BYTES_KEPT = 1 << 20;
/** Largest inbound encrypted frame that is collected in memory of the thread, bytes; a larger one gets a buffer of its own. */
export const LENT_FRAME_BYTES_MAX = 256 * 1024;
/** Idle buffers of that kind that one thread keeps, count: at most 4 MiB. */
export const LENT_FRAMES_KEPT = 16;
/** Decrypted frames of middle size share slabs of this size, bytes; see wire/fresh-frames.ts … */
export const SLAB_BYTES = 256 * 1024;
/** … from this size on, bytes: one frame that is kept holds at most 16 times itself … */
export const SLAB_FRAME_BYTES_MIN = 16 * 1024;
/** … up to this one, bytes: a larger one leaves too much of a slab unused. */
export const SLAB_FRAME_BYTES_MAX = SLAB_BYTES / 2;
/** A connection takes no more messages from its pipe while this much waits to be written, bytes: what is beyond would be lost with the connection. */
export const SEND_BACKLOG_BYTES = 256 * 1024;
/** After the last byte was written at close, how long the peer may take to close its side, ms; closing at once could reset the connection under data it has not read. */
export const CLOSE_WAIT_MS = 1000;
/** User name, password and ZAP domain have at most this, bytes (RFC 24 and 27: one byte of length). */
export const SECURITY_TEXT_BYTES_MAX = 255;
/** Memory that the cipher keeps for its next message, bytes; beyond it is given back after each one. */
export const SODIUM_SCRATCH_BYTES_KEPT = 1 << 20;
/** All own properties of a handshake together, bytes: they must fit a peer's COMMAND_BYTES_MAX with room for what else is in it. */
export const OWN_METADATA_BYTES_MAX = 32 * 1024;
/** Longest time to live that a PING can carry, ms (16 bits of tenths of a second). */
export const HEARTBEAT_TIME_TO_LIVE_MS_MAX = 6_553_599;
/** Longest topic or group that is subscribed to, bytes: with its command it fits a peer's COMMAND_BYTES_MAX. */
export const TOPIC_BYTES_MAX = 32 * 1024;
/** Longest group of RADIO and DISH, bytes (RFC 48; libzmq 4.3.5). */
export const GROUP_BYTES_MAX = 255;
/** What a topic is counted with beside its bytes: what it costs at most, also when the tables of subscriptions have just grown. */
export const TOPIC_OVERHEAD_BYTES = 192;
/** All topics of one subscriber together, with TOPIC_OVERHEAD_BYTES each: a million of common length. Beyond, it loses its connection. */
export const SUBSCRIBER_BYTES_MAX = 512 << 20;
/** Subscriptions that wait in the pipe to one publisher: as messages they cost ten times what they do in the table from which the others are read. */
export const SUBSCRIPTIONS_AHEAD = 1000;
/** Notices an XPUB holds for its owner; while there are more, its subscribers are not read. */
export const NOTICES_MAX = 100_000;
/** All of these notices together, bytes: a hundred thousand of the longest topics would be 3 GiB. */
export const NOTICES_BYTES_MAX = 64 << 20;
/** Unread messages of a peer above which its lost connections are not told any more (hiccupMessage). */
export const HICCUP_INBOUND_MAX = HIGH_WATER_MARK_DEFAULT;
/** `alloc` gives shared memory from this size on, bytes: a smaller payload is copied as fast as its slot is passed on. */
export const ARENA_BYTES_MIN = 4096;
/** All arena slots that one thread owns, bytes: beyond, `alloc` gives plain memory, which is copied. Only what was written to takes memory. */
export const ARENA_BYTES_MAX = 256 << 20;
/** Events an observer keeps until they are received (ZeroMQ: the high-water mark of a monitor socket). */
export const OBSERVER_EVENTS_MAX = 1000;
/** Messages a proxy moves before the other direction and the rest of the thread have a turn (ZeroMQ). */
export const PROXY_BURST_MESSAGES = 1000;
/** Pause before an I/O thread that has died is replaced, ms; doubled when it dies again … */
export const IO_THREAD_PAUSE_MS = 10;
/** … up to this, ms. One that has lived for longer begins anew. */
export const IO_THREAD_PAUSE_MS_MAX = 5000;
/** Ceiling of any timer, ms: Node's timers overflow above it. */
export const TIMER_MS_MAX = 0x7fff_ffff;
/**
 * How long a worker that inherited no shared memory stays for its waiting inproc connects, ms: threads that were there before it need
 * a moment to hear of it (1.6 ms at the 99th percentile, much more on a busy machine), and until then their names are not to be seen.
 */
export const MEETING_MS = 2000;

function assertRelation(holds: boolean, relation: string): void {
	if (!holds) throw new Error(`limits.ts: ${relation} does not hold`);
}

assertRelation(HIGH_WATER_MARK_DEFAULT >= 2, "HIGH_WATER_MARK_DEFAULT >= 2 (low-water mark is half of it)");
assertRelation(ROUTING_ID_BYTES_MAX <= 255, "ROUTING_ID_BYTES_MAX fits one byte");
assertRelation(FRAME_BYTES_TRUSTED < FRAME_BYTES_MAX, "FRAME_BYTES_TRUSTED < FRAME_BYTES_MAX");
assertRelation(COMMAND_BYTES_MAX <= FRAME_BYTES_TRUSTED, "COMMAND_BYTES_MAX <= FRAME_BYTES_TRUSTED");
assertRelation(OWN_METADATA_BYTES_MAX + 1024 <= COMMAND_BYTES_MAX, "OWN_METADATA_BYTES_MAX + 1024 <= COMMAND_BYTES_MAX");
assertRelation(TOPIC_BYTES_MAX + 16 <= COMMAND_BYTES_MAX, "a subscription fits a command");
assertRelation(SEND_COPY_BYTES_MAX + 16 <= SEND_CHUNK_BYTES, "a frame that is copied, with its header, fits one batch");
assertRelation(LENT_FRAME_BYTES_MAX <= FRAME_BYTES_TRUSTED, "LENT_FRAME_BYTES_MAX <= FRAME_BYTES_TRUSTED");
assertRelation(SEND_CHUNK_BYTES <= SEND_BACKLOG_BYTES, "SEND_CHUNK_BYTES <= SEND_BACKLOG_BYTES");
