/**
 * What a handler or a task threw, as bytes. Pure; it always has an answer, because a caller waits for it.
 */
import { type EncodedValue, encodeValue } from "./codec.ts";

/** What a handler threw, for the wire; a thrown value that cannot be sent is told by its text. */
export function encodeThrown(error: unknown): EncodedValue {
	try {
		return encodeValue(error, "error");
	} catch (refusal) {
		const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
		return encodeValue(new Error(`${text} (${(refusal as Error).message})`), "error");
	}
}
