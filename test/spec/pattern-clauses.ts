/**
 * What the clauses of the patterns share (RFCs 28 to 31, 41, 48, 49, 51, 52): the transports, and the reasons of their gaps.
 *
 * These RFCs speak of no transport: a clause applies to every one that carries the patterns. Only where a peer has to break the
 * rules it must be a script of bytes (wire.ts, script-peer.ts). They have one heading for each socket type and say nearly the same of each:
 * the files named …-contract.ts have the tests of that.
 */
import type { SpecTransport } from "./clause.ts";

/** What carries every pattern. */
export const EVERY: readonly SpecTransport[] = ["tcp", "ipc", "inproc", "ws"];
/** Where a peer can be a script of bytes that breaks the rules. */
export const STREAMS: readonly SpecTransport[] = ["tcp", "ipc"];
/** The same, over WebSocket too. */
export const SCRIPTED: readonly SpecTransport[] = [...STREAMS, "ws"];
/** What carries RADIO and DISH. */
export const WITH_UDP: readonly SpecTransport[] = [...EVERY, "udp"];

/** What the texts ask of incoming queues whose peer has left. By default it can still be received, as in libzmq; a test shows that too. */
export const discardsUnread = (peer: string): string =>
	`With \`discardUnread\`, discards what such a ${peer} has sent and nobody has received when it leaves.`;
/** What JavaScript cannot do. */
export const ONE_THREAD =
	"A JavaScript object belongs to one thread. Each thread opens sockets of its own, and they meet over inproc; overlapping calls on one socket never mix.";
