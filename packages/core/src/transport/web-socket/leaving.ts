/**
 * What the code of a WebSocket's end says (RFC 6455 §7.4). Pure.
 */
import { ZmqError } from "../../errors.ts";

/** Codes that mean no more than that the peer has left: as it wished, without a word, or without a close. */
const LEFT: readonly number[] = [1000, 1001, 1005, 1006];

/** Undefined for a peer that just left. @param reason in the words of the peer */
export function leavingError(code: number, reason: string): ZmqError | undefined {
	if (LEFT.includes(code)) return undefined;
	const words = reason === "" ? "" : `: ${reason.replace(/[^\x20-\x7e]/g, "?")}`;
	return new ZmqError("EPROTO", `The peer closed the WebSocket with code ${code}${words}`);
}
