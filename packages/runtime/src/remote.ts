/**
 * The seam between actors and whatever carries them: a Link to one other host of actors (a thread or a node), and the
 * Remote interface, which the cluster package implements to bring tcp:// and ipc:// addresses to a system.
 *
 * A Link carries envelopes (envelope.ts): ordered, each at most once, never torn. It does not refuse: what is under way
 * is bounded above it, by mailbox credit and by the number of asks in flight.
 *
 * Shutdown: `close()` ends a link; the owner at the other side hears `onClosed` once. After `onClosed` nothing arrives.
 */

/** One envelope on a link: a header frame, then the payload frames it announces. */
export type EnvelopeFrames = Uint8Array[];

/** Who is told what comes over a link. */
export interface LinkOwner {
	/** One envelope has come. */
	onEnvelope(link: Link, frames: EnvelopeFrames): void;
	/** The link is gone; `reason` has the code that pending asks are settled with (ERR_NODE_DOWN, ERR_THREAD_DOWN). */
	onClosed(link: Link, reason: Error): void;
}

/** A way to one other host of actors, a thread or a node: ordered, each envelope at most once. */
export interface Link {
	/** The host at the other end, for messages to people: `thread 2`, `tcp://10.0.0.7:7400`. */
	readonly peer: string;
	/** Set by the system before the link is used. */
	owner: LinkOwner | undefined;
	/** Sends one envelope; never waits, never refuses. */
	send(frames: EnvelopeFrames): void;
	/** Ends the link; the other side hears `onClosed` once. */
	close(): void;
}

/** What a system tells its Remote at start. */
export interface RemoteHost {
	/** A node dialled in: the system takes the link and sets its owner. */
	accept(link: Link): void;
}

/** Implemented by @zloom/cluster. All calls come on the system's main thread. */
export interface Remote {
	/** Schemes that addresses may now have, for example ["tcp", "ipc"]. */
	readonly schemes: readonly string[];
	/** Listens, when it was told to. Rejects when an endpoint is taken or malformed. */
	start(host: RemoteHost): Promise<void>;
	/**
	 * The link to the node at this endpoint (without actor name), dialled at need and shared while it lives.
	 * Rejects with ERR_NODE_DOWN when nobody answers.
	 */
	dial(node: string): Promise<Link>;
	/** Says goodbye on every link, stops listening, removes socket files. */
	stop(): Promise<void>;
}
