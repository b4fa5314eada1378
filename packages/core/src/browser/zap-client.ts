/**
 * In place of transport/zap-client.ts: a browser has no ZAP handler, so nobody judges peers. A mechanism that needs a handler refuses
 * them, as everywhere.
 */
import type { ZapAnswer } from "../transport/zap-client.ts";

export type { ZapAnswer };

/** Answers later, never within the call. Returns what cancels the request. */
export function askZap(_request: unknown, onAnswer: (answer: ZapAnswer) => void): () => void {
	let cancelled = false;
	queueMicrotask(() => {
		if (!cancelled) onAnswer(undefined);
	});
	return () => {
		cancelled = true;
	};
}
