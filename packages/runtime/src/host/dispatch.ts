/**
 * What a host does with an envelope that is for it. The bytes come from another thread or another machine: whatever is
 * wrong with them throws ERR_PROTOCOL before any actor is touched, and the owner of the link decides.
 */

import { Call } from "../actor/call.ts";
import { anonymousName, joinAddress, LOCAL_NODE } from "../address.ts";
import { overflowNumber, overflowOf } from "../definition/overflow.ts";
import { ActorError } from "../errors.ts";
import { NAME_LENGTH_MAX, STOP_TIMEOUT_MS_DEFAULT, STREAM_BYTES, STREAM_ITEMS, TIMEOUT_MS_MAX } from "../limits.ts";
import type { CellPart, RequestPart } from "../parts.ts";
import { notThere } from "../ref/borrowed-stream.ts";
import { RemotePuller } from "../ref/lent-stream.ts";
import type { EnvelopeFrames } from "../remote.ts";
import { decodeValue } from "../wire/codec.ts";
import {
	ALL_THREADS,
	Flag,
	fieldA,
	fieldB,
	fromActor,
	fromNode,
	fromThread,
	Kind,
	methodOf,
	requestOf,
	toActor,
} from "../wire/envelope.ts";
import { toExitReason } from "../wire/exit-reason.ts";
import { encodeThrown } from "../wire/thrown.ts";
import type { Host } from "./host.ts";
import type { Peer } from "./peer.ts";
import { noRefs } from "./services.ts";

/** Takes one envelope whose destination is this host. @throws ActorError ERR_PROTOCOL */
export function dispatch(host: Host, header: Buffer, frames: EnvelopeFrames): void {
	const kind = header[1] as number;
	if (kind === Kind.HOST_DOWN) {
		// Between threads the node stands in b; between nodes it is the sender.
		const why = frames.length > 1 ? decodeValue(frames, 1, ((header[2] as number) & Flag.TAGGED) !== 0, noRefs) : undefined;
		const kind = fieldA(header) === ALL_THREADS ? "node" : "thread";
		host.services.hostDown(fromNode(header) || fieldB(header), fieldA(header), { ...toExitReason(why), kind });
		return;
	}
	const peer = host.peer(fromNode(header), fromThread(header));
	if (peer.gone !== undefined) return;
	const tagged = ((header[2] as number) & Flag.TAGGED) !== 0;
	switch (kind) {
		case Kind.TELL:
		case Kind.ASK:
		case Kind.STREAM:
			message(host, peer, kind, header, frames, tagged);
			break;
		case Kind.REPLY:
			reply(host, peer, header, frames, tagged);
			break;
		case Kind.ITEM:
			item(host, peer, header, frames, tagged);
			break;
		case Kind.ITEM_CREDIT:
			peer.calls.get(requestOf(header))?.stream?.addCredit(fieldA(header), fieldB(header));
			break;
		case Kind.CREDIT:
			peer.targets.get(fromActor(header))?.addCredit(fieldA(header), fieldB(header));
			break;
		case Kind.WINDOW:
			peer.targets.get(fromActor(header))?.setWindow({ messages: fieldA(header), bytes: fieldB(header), ...overflowOf(requestOf(header)) });
			break;
		case Kind.CANCEL:
			peer.calls.get(requestOf(header))?.cancel();
			break;
		case Kind.DOWN:
			ended(host, peer, header, frames, tagged);
			break;
		case Kind.PULL:
			pull(host, peer, header);
			break;
		case Kind.SPAWN:
		case Kind.RESOLVE:
		case Kind.OFFLOAD:
		case Kind.AGAIN:
		case Kind.FORGO:
			host.services.onRequest(peer, kind, requestOf(header), frames, tagged);
			break;
		default:
			control(host, peer, kind, header, frames);
	}
}

/** DOWN. */
function ended(host: Host, peer: Peer, header: Buffer, frames: EnvelopeFrames, tagged: boolean): void {
	const target = peer.targets.get(fromActor(header));
	if (target === undefined) return;
	const reason = toExitReason(decodeValue(frames, 1, tagged, host.refReader(peer, undefined)));
	if (fieldA(header) === 1) target.lost(reason, fieldB(header) === 1);
	else target.down(reason);
}

function bytesOf(frames: EnvelopeFrames): number {
	let bytes = 0;
	for (let i = 1; i < frames.length; i++) bytes += (frames[i] as Uint8Array).length;
	return bytes;
}

/** STOP, KILL, WATCH, LINK, UNLINK, ROOM. */
function control(host: Host, peer: Peer, kind: number, header: Buffer, frames: EnvelopeFrames): void {
	const cell = host.cells.get(toActor(header));
	if (cell === undefined) {
		host.sayDown(peer, toActor(header));
		return;
	}
	peer.inletOf(cell);
	if (kind === Kind.WATCH && fieldA(header) === 1) {
		const request = overflowNumber(cell.target.window?.overflow);
		peer.say({ kind: Kind.WINDOW, fromActor: cell.number, request, a: cell.windowMessages, b: cell.windowBytes });
		return;
	}
	if (kind === Kind.LINK || kind === Kind.UNLINK) {
		link(host, peer, cell, header, frames);
		return;
	}
	if (kind === Kind.ROOM) peer.inletOf(cell).makeRoom(fieldA(header), fieldB(header));
	else if (kind === Kind.STOP) cell.stop(Math.min(fieldA(header) || STOP_TIMEOUT_MS_DEFAULT, TIMEOUT_MS_MAX));
	else if (kind === Kind.KILL) cell.die({ kind: "killed" });
}

/** An actor there and this one end with each other from here on, or no longer. */
function link(host: Host, peer: Peer, cell: CellPart, header: Buffer, frames: EnvelopeFrames): void {
	const actor = fromActor(header);
	if (actor === 0) throw new ActorError("ERR_PROTOCOL", "A link names the actor that it comes from");
	const given = frames.length > 1 ? decodeValue(frames, 1, false, noRefs) : undefined;
	const name = typeof given === "string" ? given.slice(0, NAME_LENGTH_MAX) : anonymousName(peer.thread, actor);
	const address = joinAddress(peer.node === 0 ? LOCAL_NODE : host.services.nodeText(peer.node), name);
	const other = host.target({ node: peer.node, thread: peer.thread, actor, address, window: undefined });
	if (header[1] === Kind.LINK) cell.link(other, false);
	else cell.unlink(other, false);
}

/** The handler of a call of this host begins to read a streaming argument. */
function pull(host: Host, peer: Peer, header: Buffer): void {
	const lent = host.requests.lent.get(toActor(header));
	const id = requestOf(header);
	if (peer.calls.has(id)) throw new ActorError("ERR_PROTOCOL", `Request ${id} is under way already`);
	const puller = new RemotePuller({ lent, peer, id, encodeError: encodeThrown });
	// The number alone proves nothing: only the host that was asked may read.
	if (lent?.request.peer !== peer || !lent.pull(puller, fieldA(header), fieldB(header))) puller.end({ error: notThere("") });
	else if (lent.open) peer.calls.set(id, puller);
}

function message(host: Host, peer: Peer, kind: number, header: Buffer, frames: EnvelopeFrames, tagged: boolean): void {
	const cell = host.cells.get(toActor(header));
	const method = methodOf(header);
	if (cell === undefined) {
		host.deadLetter(joinAddress(LOCAL_NODE, anonymousName(host.thread, toActor(header))), method);
		host.sayDown(peer, toActor(header));
		return;
	}
	const inlet = peer.inletOf(cell);
	const bytes = bytesOf(frames);
	inlet.received(bytes);
	const isStream = kind === Kind.STREAM;
	const call = new Call(host, {
		kind,
		method,
		sender: fromActor(header),
		timeoutMs: kind === Kind.ASK ? fieldA(header) : 0,
		items: isStream ? Math.min(fieldA(header), STREAM_ITEMS) : 0,
		itemBytes: isStream ? Math.min(fieldB(header), STREAM_BYTES) : 0,
		bytes,
		credit: inlet,
		peer,
		requestId: requestOf(header),
	});
	call.setFrames(frames, tagged);
	if (kind !== Kind.TELL) {
		if (peer.calls.has(call.requestId)) throw new ActorError("ERR_PROTOCOL", `Request ${call.requestId} is under way already`);
		peer.calls.set(call.requestId, call);
	}
	cell.deliver(call);
}

/** What answers a request. The id alone proves nothing: only the host that was asked may answer. */
function requestFor(host: Host, peer: Peer, header: Buffer): RequestPart | undefined {
	const request = host.requests.get(requestOf(header));
	return request?.peer === peer ? request : undefined;
}

function item(host: Host, peer: Peer, header: Buffer, frames: EnvelopeFrames, tagged: boolean): void {
	const request = requestFor(host, peer, header);
	// None: the stream was broken off while the item was under way.
	if (request?.stream === undefined) return;
	let value: unknown;
	try {
		value = decodeValue(frames, 1, tagged, host.refReader(peer, request.cell));
	} catch (error) {
		request.cancelRemote();
		request.fail(error);
		return;
	}
	if (!request.stream.push(value, bytesOf(frames))) throw new ActorError("ERR_PROTOCOL", "An item of a stream came without credit");
}

function reply(host: Host, peer: Peer, header: Buffer, frames: EnvelopeFrames, tagged: boolean): void {
	const request = requestFor(host, peer, header);
	if (request === undefined) {
		host.requests.lateReplies += 1;
		return;
	}
	let value: unknown;
	try {
		value = decodeValue(frames, 1, tagged, host.refReader(peer, request.cell));
	} catch (error) {
		request.fail(error);
		return;
	}
	if (((header[2] as number) & Flag.ERROR) !== 0) request.fail(value);
	else request.succeed(value);
}
