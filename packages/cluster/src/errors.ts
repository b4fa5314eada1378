/**
 * The errors of node links, as the runtime's one error class with its codes: callers match on `code`, never on the text.
 */
import { ActorError } from "@zloom/runtime";

/** The node at `peer` is not there (any more). Every ask that was under way to it settles with this. */
export function nodeDown(peer: string, why: string, cause?: unknown): ActorError {
	return new ActorError("ERR_NODE_DOWN", `The node ${peer} is down: ${why}`, cause === undefined ? {} : { cause });
}
