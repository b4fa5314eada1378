/**
 * What a host does with an envelope that is for it. The bytes come from another thread or another machine: whatever is
 * wrong with them throws ERR_PROTOCOL before any actor is touched, and the owner of the link decides.
 */
import { Call } from "./call.ts";
import { decodeValue } from "./codec.ts";
import { fieldA, fieldB, Flag, fromActor, fromNode, fromThread, Kind, methodOf, requestOf, toActor } from "./envelope.ts";
import { toExitReason } from "./exit-reason.ts";
import type { Host } from "./host.ts";
import { STOP_TIMEOUT_MS_DEFAULT, STREAM_BYTES, STREAM_ITEMS, TIMEOUT_MS_MAX } from "./limits.ts";
import type { Peer } from "./peer.ts";
import type { EnvelopeFrames } from "./remote.ts";

/** Takes one envelope whose destination is this host. @throws ActorError ERR_PROTOCOL */
export function dispatch(host: Host, header: Buffer, frames: EnvelopeFrames): void {
	const kind = header[1] as number;
	if (kind === Kind.HOST_DOWN) {
		// Between threads the node stands in b; between nodes it is the sender.
		host.services.hostDown(fromNode(header) || fieldB(header), fieldA(header));
		return;
	}
	const peer = host.peer(fromNode(header), fromThread(header));
	if (peer.gone !== undefined) return;
	const tagged = ((header[2] as number) & Flag.TAGGED) !== 0;
	switch (kind) {
		case Kind.TELL:
		case Kind.ASK:
		case Kind.STREAM:
			return message(host, peer, kind, header, frames, tagged);
		case Kind.REPLY:
			return reply(host, peer, header, frames, tagged);
		case Kind.ITEM: {
			const request = host.requests.get(requestOf(header));
			// An item of a stream that was broken off: it was under way.
			if (request?.stream === undefined) return;
			return request.stream.push(decodeValue(frames, 1, tagged, host.refReader(peer)), bytesOf(frames));
		}
		case Kind.ITEM_CREDIT:
			return peer.calls.get(requestOf(header))?.stream?.addCredit(fieldA(header), fieldB(header));
		case Kind.CREDIT:
			return peer.targets.get(fromActor(header))?.addCredit(fieldA(header), fieldB(header));
		case Kind.CANCEL:
			return peer.calls.get(requestOf(header))?.cancel();
		case Kind.DOWN: {
			const reason = toExitReason(decodeValue(frames, 1, tagged, host.refReader(peer)));
			return peer.targets.get(fromActor(header))?.down(reason);
		}
		case Kind.SPAWN:
		case Kind.RESOLVE:
			return host.services.onRequest(peer, kind, requestOf(header), frames, tagged);
		default:
			return control(host, peer, kind, header);
	}
}

function bytesOf(frames: EnvelopeFrames): number {
	let bytes = 0;
	for (let i = 1; i < frames.length; i++) bytes += (frames[i] as Uint8Array).length;
	return bytes;
}

/** STOP, KILL, WATCH. */
function control(host: Host, peer: Peer, kind: number, header: Buffer): void {
	const cell = host.cells.get(toActor(header));
	if (cell === undefined) return host.sayDown(peer, toActor(header));
	peer.inletOf(cell);
	if (kind === Kind.STOP) cell.stop(Math.min(fieldA(header) || STOP_TIMEOUT_MS_DEFAULT, TIMEOUT_MS_MAX));
	else if (kind === Kind.KILL) cell.die({ kind: "killed" });
}

function message(host: Host, peer: Peer, kind: number, header: Buffer, frames: EnvelopeFrames, tagged: boolean): void {
	const cell = host.cells.get(toActor(header));
	const method = methodOf(header);
	if (cell === undefined) {
		host.deadLetter(`actor ${toActor(header)}`, method);
		return host.sayDown(peer, toActor(header));
	}
	const isStream = kind === Kind.STREAM;
	const call = new Call(host, {
		kind,
		method,
		sender: fromActor(header),
		timeoutMs: kind === Kind.ASK ? fieldA(header) : 0,
		items: isStream ? Math.min(fieldA(header), STREAM_ITEMS * 16) : 0,
		itemBytes: isStream ? Math.min(fieldB(header), STREAM_BYTES * 16) : 0,
		bytes: bytesOf(frames),
	});
	call.setFrames(frames, tagged);
	call.inlet = peer.inletOf(cell);
	call.requestId = requestOf(header);
	if (kind !== Kind.TELL) peer.calls.set(call.requestId, call);
	cell.deliver(call);
}

function reply(host: Host, peer: Peer, header: Buffer, frames: EnvelopeFrames, tagged: boolean): void {
	const request = host.requests.get(requestOf(header));
	// The id alone proves nothing: only the host that was asked may answer.
	if (request === undefined || request.peer !== peer) {
		host.requests.lateReplies += 1;
		return;
	}
	let value: unknown;
	try {
		value = decodeValue(frames, 1, tagged, host.refReader(peer));
	} catch (error) {
		request.fail(error);
		return;
	}
	if (((header[2] as number) & Flag.ERROR) !== 0) request.fail(value);
	else request.succeed(value);
}
