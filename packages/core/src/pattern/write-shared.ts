/**
 * The same message to several peers. A frame in the arena is counted once for each queue that has it, and once for whoever
 * sends, as long as it is being given out: a peer may have used it up before the next one gets it.
 */
import { addQueued, arenaUse, dropQueued } from "../memory/arena-buffer.ts";
import type { Message } from "../message.ts";
import type { Peer } from "./peer.ts";

/** True when one has taken it; the sender's own count is still there. */
export function writeShared(peers: Iterable<Peer>, message: Message): boolean {
	const shared = arenaUse.live !== 0;
	let taken = false;
	for (const { pipe } of peers) {
		if (shared) addQueued(message, 1);
		if (pipe.tryWrite(message)) taken = true;
		else if (shared) dropQueued(message);
	}
	return taken;
}
