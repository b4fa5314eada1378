/**
 * Every bound and default of the runtime, with its unit and its reason. Relations between them are asserted at load.
 */

/** Credit of one sending host towards one actor, messages: as ZeroMQ's high-water mark. */
export const MAILBOX_MESSAGES_DEFAULT = 1000;
/** The same in bytes of encoded arguments: room for a few large files, small enough that a hundred idle mailboxes cannot hurt. */
export const MAILBOX_BYTES_DEFAULT = 8 * 1024 * 1024;
/** Messages that may wait for credit per target before the caller gets ERR_OVERLOADED. */
export const HELD_MESSAGES_MAX_DEFAULT = 10_000;
/** Encoded bytes that may wait for credit per target: many large messages must not pass under the count. */
export const HELD_BYTES_MAX = 64 * 1024 * 1024;
/** Messages that an actor may have put aside (`ctx.stash`), when its definition does not say. */
export const STASH_MESSAGES_DEFAULT = 1000;
/** Words of the table by which handlers that compute learn that their caller gave up (256 KiB a system); a power of two. */
export const CANCEL_WORDS = 65_536;
/** How long an ask waits when the caller does not say, ms. */
export const ASK_TIMEOUT_MS_DEFAULT = 30_000;
/** How long stop() lets an actor drain before it is killed, ms. */
export const STOP_TIMEOUT_MS_DEFAULT = 5000;
/** Longest timeout, ms: what a timer of Node can hold, and one field of an envelope. */
export const TIMEOUT_MS_MAX = 2 ** 31 - 1;
/** Asks, streams and spawns one host may have in flight. */
export const REQUESTS_MAX = 1_000_000;
/** Items of a stream that may be under way, not yet taken by the consumer. */
export const STREAM_ITEMS = 64;
/** The same in encoded bytes. */
export const STREAM_BYTES = 1024 * 1024;
/** Messages that actors of one thread may take in one turn of the event loop, so that timers and I/O never starve. */
export const TURN_MESSAGES_MAX = 512;
/** The same in time, ms. */
export const TURN_MS_MAX = 5;
/** Messages one actor takes before the next actor of its thread has its turn. */
export const CELL_BATCH_MESSAGES = 32;
/** Deadlines that lie this close together share one timer, ms. A timeout fires at most this much late, never early. */
export const DEADLINE_STEP_MS = 8;
/** How many exit reasons of dead actors a host remembers, for watchers that come late. */
export const TOMBSTONES_MAX = 1024;
/** Longest actor name, characters. */
export const NAME_LENGTH_MAX = 128;
/** Longest method name, bytes. */
export const METHOD_BYTES_MAX = 255;
/** Worker threads of one system: each costs about 8 MiB and 30 ms to start. */
export const THREADS_MAX = 512;
/** Tasks of one system that may wait or run: their inputs are held in memory. */
export const TASKS_MAX = 10_000;
/** How long a thread of the task pool stays without work, ms: a new one costs about 50 ms. */
export const TASK_THREAD_IDLE_MS = 60_000;
/** How many dead letters a thread remembers: the last ones tell what goes wrong, more only repeat it. */
export const DEAD_LETTERS_MAX = 256;
/** How long a thread may take to tell its dead letters, ms: one that is blocked is left out. */
export const DEAD_LETTERS_TIMEOUT_MS = 1000;
/** A thread that runs one piece of code for so long is blocked, ms: no handler should take so long, and no import does. */
export const BLOCKED_AFTER_MS_DEFAULT = 5000;
/** A worker thread must report ready within this, ms. */
export const THREAD_START_TIMEOUT_MS = 30_000;
/** A thread slot (or pool member) that dies more often than this within {@link RESTART_PERIOD_MS} is left dead. */
export const RESTARTS_MAX = 3;
/** See {@link RESTARTS_MAX}. */
export const RESTART_PERIOD_MS = 5000;
/** Byte arrays from this size travel as frames of their own: the codec never copies them. */
export const DETACHED_BYTES_MIN = 16 * 1024;
/** How many of them one value may have; more stay in the value. */
export const DETACHED_FRAMES_MAX = 4096;
/** Longest frame of an envelope: what a link between nodes carries, held to everywhere so that moving an actor changes nothing. */
export const FRAME_BYTES_MAX = 128 * 1024 * 1024;
/** Deepest nesting of a value that can be sent. */
export const VALUE_DEPTH_MAX = 500;
/** Members of one pool, and items a pipeline stage may have in flight. */
export const POOL_SIZE_MAX = 10_000;
/** How long a pool that may shrink keeps a member that it did not need, ms. */
export const POOL_IDLE_MS_DEFAULT = 10_000;
/** Items in flight per parallel actor of a pipeline stage: one at work, one waiting, so that no actor waits for the way. */
export const PIPELINE_ITEMS_PER_ACTOR = 2;
/** How often an item of a pipeline that its actors do not survive is given to one. */
export const ITEM_ATTEMPTS_MAX = 4;
/** Items of one batch or window of a pipeline. */
export const GROUP_ITEMS_MAX = 1_000_000;

function assertRelation(holds: boolean, relation: string): void {
	if (!holds) throw new Error(`limits.ts: ${relation} does not hold`);
}

assertRelation(MAILBOX_MESSAGES_DEFAULT >= 2, "MAILBOX_MESSAGES_DEFAULT >= 2 (credit returns in lots of half a window)");
assertRelation(HELD_BYTES_MAX >= MAILBOX_BYTES_DEFAULT, "HELD_BYTES_MAX >= MAILBOX_BYTES_DEFAULT");
assertRelation(CELL_BATCH_MESSAGES <= TURN_MESSAGES_MAX, "CELL_BATCH_MESSAGES <= TURN_MESSAGES_MAX");
assertRelation(ASK_TIMEOUT_MS_DEFAULT <= TIMEOUT_MS_MAX, "ASK_TIMEOUT_MS_DEFAULT <= TIMEOUT_MS_MAX");
assertRelation(STREAM_ITEMS >= 2, "STREAM_ITEMS >= 2 (credit returns in lots of half a window)");
