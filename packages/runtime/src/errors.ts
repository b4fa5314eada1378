/**
 * The errors of the runtime. Callers match on `code`, never on the text; the text says what happened, to what, and what to do.
 * What a handler throws is not wrapped: it arrives at the caller as it is. `docs/errors.md` lists every code.
 */

/** Every code that the runtime can put on an {@link ActorError}. */
export type ActorErrorCode =
	/** An address or node string is malformed. */
	| "ERR_BAD_ADDRESS"
	/** An option or argument of a runtime function has a wrong type or range. */
	| "ERR_BAD_OPTION"
	/** The scheme of the address needs a package that is not plugged in. */
	| "ERR_NO_REMOTE"
	/** No actor has this name. */
	| "ERR_UNKNOWN_ACTOR"
	/** A living actor already has this name. */
	| "ERR_NAME_TAKEN"
	/** The actor has no handler of this name. */
	| "ERR_UNKNOWN_METHOD"
	/** `ask` or `tell` of an async generator, or `stream` of a plain handler. */
	| "ERR_WRONG_KIND"
	/** A handler name that refs need for themselves. */
	| "ERR_RESERVED_NAME"
	/** `defineActor` was called twice with one module and name, by different code. */
	| "ERR_DUPLICATE_DEFINITION"
	/** The module of an actor cannot be named, imported or used on the hosting thread. */
	| "ERR_MODULE"
	/** The module was imported, but defines no actor of this name. */
	| "ERR_UNKNOWN_DEFINITION"
	/** The setup function of an actor threw; `cause` is what it threw. */
	| "ERR_SETUP_FAILED"
	/** A value holds something that cannot be sent. */
	| "ERR_NOT_SENDABLE"
	/** What arrived is not an envelope or not a value. */
	| "ERR_PROTOCOL"
	/** No answer came in time. */
	| "ERR_TIMEOUT"
	/** The caller's AbortSignal fired, or the caller of this handler went away. */
	| "ERR_CANCELLED"
	/** Too many messages wait for credit, or too many asks are in flight. */
	| "ERR_OVERLOADED"
	/** The actor has ended. */
	| "ERR_ACTOR_DOWN"
	/** A supervisor gave up: a child ended more often than its intensity allows; `cause` is what it ended with. */
	| "ERR_RESTARTS_EXCEEDED"
	/** The thread of the actor has ended. */
	| "ERR_THREAD_DOWN"
	/** A thread was ended because it was blocked; the text names the handler. Comes as `cause` of ERR_THREAD_DOWN and as `error` of exit reasons. */
	| "ERR_BLOCKED"
	/** The node of the actor cannot be reached. */
	| "ERR_NODE_DOWN"
	/** The system was stopped. */
	| "ERR_SYSTEM_STOPPED"
	/** An actor that takes one message at a time asked itself. */
	| "ERR_ASK_SELF"
	/** `createSystem` was called inside a thread of a system. */
	| "ERR_INSIDE_THREAD"
	/** A worker thread could not be started. */
	| "ERR_THREAD_START"
	/** A pipeline item was lost with the actor that worked on it; `index` says which. */
	| "ERR_ITEM_LOST";

/** The one error class of the runtime. */
export class ActorError extends Error {
	/** What to match on; never changed. `docs/errors.md` says of each when it comes and what to do. */
	readonly code: ActorErrorCode;

	constructor(code: ActorErrorCode, message: string, options: { cause?: unknown } = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.name = "ActorError";
		this.code = code;
	}
}
