/**
 * What all links of one cluster have in common: who this node is, and how long it waits for what.
 */
import type { Session } from "./session.ts";
import type { Greeting } from "./wire.ts";

export interface Terms {
	/** What this node says in HELLO and WELCOME. */
	readonly greeting: Greeting;
	/** Longest wait for a node to accept and to say WELCOME, ms. */
	readonly connectTimeoutMs: number;
	/** Time between two beats of the cluster's timer, ms. */
	readonly tickMs: number;
	/** Beats without a sign of life after which a node counts as down. */
	readonly silentTicksMax: number;
	/** Nodes that may be dialled in at once, per endpoint. */
	readonly linksMax: number;
	/** A link began: from now on it has the cluster's beats. */
	began(session: Session): void;
	/** The last messages of a link are leaving: `stop` waits for them. */
	flushing(done: Promise<void>): void;
	/** A link is over. */
	ended(session: Session): void;
}
