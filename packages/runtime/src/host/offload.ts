/**
 * Tasks by envelope: a worker thread asks the main thread, whose pool runs them. Between threads of one process only. The frames of the
 * input and of the result pass through the main thread as they are.
 */
import { ActorError } from "../errors.ts";
import type { Cancellable, HostPart, PeerPart } from "../parts.ts";
import type { TaskAnswer, TaskOrder } from "../task/task-order.ts";
import type { TaskPool } from "../task/task-pool.ts";
import { decodeValue, encodeValue } from "../wire/codec.ts";
import { Flag, Kind } from "../wire/envelope.ts";
import { encodeThrown } from "../wire/thrown.ts";
import { noRefs } from "./services.ts";

/** Sends OFFLOAD to the main thread and waits for the result. */
export function requestOffload(host: HostPart, order: TaskOrder, signal: AbortSignal | undefined): Promise<unknown> {
	const { module, name, input } = order;
	const info = encodeValue({ module, name }, "task").frames;
	const options = { subject: `The task ${name}`, timeoutMs: 0, signal, stream: undefined, cell: undefined };
	return host.requests.open(options, (request) => {
		const peer = host.peer(0, 0);
		if (peer.gone !== undefined) throw peer.gone;
		request.peer = peer;
		peer.send({ kind: Kind.OFFLOAD, flags: input.tagged ? Flag.TAGGED : 0, request: request.id }, [...info, ...input.frames]);
	});
}

/** What an OFFLOAD envelope asks for. @throws ActorError ERR_PROTOCOL */
export function readOrder(frames: readonly Uint8Array[], tagged: boolean): TaskOrder {
	const wire = decodeValue(frames, 1, false, noRefs) as { module?: unknown; name?: unknown } | null;
	if (typeof wire?.module !== "string" || typeof wire.name !== "string")
		throw new ActorError("ERR_PROTOCOL", "A task is named by its module and its name");
	// Frames of an envelope may lie side by side in one buffer.
	const input = frames.slice(2).map((frame) => new Uint8Array(frame));
	return {
		module: wire.module,
		name: wire.name,
		input: { frames: input, tagged },
		movable: input.map(({ buffer }) => buffer as ArrayBuffer),
	};
}

/** Answers OFFLOAD. A thread that gives up, or has ended, aborts its tasks. */
export async function answerOffload(pool: TaskPool, peer: PeerPart, request: number, order: TaskOrder): Promise<void> {
	const controller = new AbortController();
	const inHand: Cancellable = { stream: undefined, cancel: () => controller.abort() };
	peer.calls.set(request, inHand);
	let answer: TaskAnswer;
	try {
		answer = await pool.run(order, controller.signal);
	} catch (error) {
		answer = { ...encodeThrown(error), failed: true };
	}
	if (peer.calls.get(request) === inHand) peer.calls.delete(request);
	if (controller.signal.aborted) return;
	const flags = (answer.tagged ? Flag.TAGGED : 0) | (answer.failed ? Flag.ERROR : 0);
	peer.send({ kind: Kind.REPLY, flags, request }, answer.frames);
}
