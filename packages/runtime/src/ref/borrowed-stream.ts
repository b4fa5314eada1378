/**
 * The consuming end of a streaming argument: what a handler gets for an async iterable that its caller passed (lent-stream.ts). Opens at the
 * first `next()`, and is over when its call is.
 */
import { ActorError } from "../errors.ts";
import { STREAM_BYTES, STREAM_ITEMS } from "../limits.ts";
import type { CellPart, HostPart, PeerPart, RequestPart } from "../parts.ts";
import { encodeValue } from "../wire/codec.ts";
import { Kind } from "../wire/envelope.ts";
import { InboundStream, type StreamSource } from "./inbound-stream.ts";
import { OwnPuller } from "./lent-stream.ts";

/** Where the argument is, and who reads it. */
export interface Borrowing {
	readonly host: HostPart;
	/** The host of the caller; undefined: this one. */
	readonly peer: PeerPart | undefined;
	readonly cell: CellPart;
	readonly method: string;
	/** The number that its owner knows it by. */
	readonly number: number;
}

export function borrowStream(borrowing: Borrowing): InboundStream {
	const { host, peer } = borrowing;
	const open = (stream: InboundStream): StreamSource => (peer === undefined ? openOwn(borrowing, stream) : openAt(borrowing, peer, stream));
	return new InboundStream(open, host.requests.deadlines, 0);
}

function openOwn({ host, cell, number, method }: Borrowing, stream: InboundStream): StreamSource {
	const lent = host.requests.lent.get(number);
	const pass = (value: unknown): { value: unknown; bytes: number } => {
		if (!host.options.checked) return { value, bytes: 0 };
		const encoded = encodeValue(value, "item of an argument");
		return { value: host.decodeOwn(encoded, cell), bytes: encoded.bytes };
	};
	if (lent?.pull(new OwnPuller(stream, pass), STREAM_ITEMS, STREAM_BYTES) !== true) stream.finish({ error: notThere(method) });
	return {
		returnCredit: (items, bytes) => lent?.addCredit(items, bytes),
		breakOff: () => lent?.close(undefined),
	};
}

function openAt({ host, cell, number, method }: Borrowing, peer: PeerPart, stream: InboundStream): StreamSource {
	let opened: RequestPart | undefined;
	const subject = `the streaming argument of ${method}`;
	const settled = host.requests.open({ subject, timeoutMs: 0, signal: undefined, stream, cell }, (request) => {
		opened = request;
		if (peer.gone !== undefined) throw peer.gone;
		request.peer = peer;
		peer.say({ kind: Kind.PULL, toActor: number, request: request.id, a: STREAM_ITEMS, b: STREAM_BYTES });
	});
	// A request that could not even be opened has told the stream nothing.
	settled.catch((error: unknown) => stream.finish({ error }));
	return {
		returnCredit: (items, bytes) => {
			if (opened?.settled === false) peer.say({ kind: Kind.ITEM_CREDIT, request: opened.id, a: items, b: Math.min(bytes, 0xffff_ffff) });
		},
		breakOff: () => {
			if (opened?.settled !== false) return;
			opened.cancelRemote();
			opened.succeed(undefined);
		},
	};
}

/** What somebody is told who pulls what is over, or read already. */
export function notThere(method: string): ActorError {
	return new ActorError("ERR_CANCELLED", `The streaming argument of ${method || "this call"} is over, or somebody else reads it already`);
}
