/**
 * What runs in a thread of the pool: finds the task, runs it, encodes what it returns or throws. Plain JavaScript on every Node, once
 * built; load-module.ts brings TypeScript in for the tasks. piscina calls the default export once for each task.
 *
 * Never throws: piscina would carry an error without its class, code and cause.
 */
import { loadTask } from "../definition/define-task.ts";
import { ActorError } from "../errors.ts";
import { markRuntimeThread } from "../thread-mark.ts";
import { decodeValue, encodeValue } from "../wire/codec.ts";
import { encodeThrown } from "../wire/thrown.ts";
import { type TaskAnswer, type TaskOrder, toTaskValue } from "./task-order.ts";

markRuntimeThread();

function refuseRef(): never {
	throw new ActorError(
		"ERR_NOT_SENDABLE",
		"The input of a task holds a ref to an actor, which a task cannot use: call the actor and pass what it answers",
	);
}

function inputOf({ input, name }: TaskOrder): unknown {
	try {
		return decodeValue(input.frames, 0, input.tagged, refuseRef);
	} catch (error) {
		const { cause } = error as ActorError;
		if (cause instanceof ActorError) throw cause;
		throw new ActorError("ERR_PROTOCOL", `The input of ${name} cannot be read: ${(error as Error).message}`, { cause: error });
	}
}

/** piscina's way to move buffers: an object that says what to post and what of it to transfer. */
async function moving(answer: TaskAnswer, moved: ReadonlySet<ArrayBuffer>): Promise<unknown> {
	const { move, transferableSymbol, valueSymbol } = await import("piscina");
	const transferable = answer.frames.slice(1).flatMap((frame) => (moved.has(frame.buffer as ArrayBuffer) ? [frame.buffer] : []));
	return move({ [transferableSymbol]: [...new Set(transferable)], [valueSymbol]: answer } as never);
}

export default async function runTask(order: TaskOrder): Promise<unknown> {
	const moved = new Set<ArrayBuffer>();
	try {
		const { run } = await loadTask(order.module, order.name);
		const result = await run(inputOf(order) as never, {
			transfer: (buffer) => {
				if (!(buffer instanceof ArrayBuffer)) throw new ActorError("ERR_BAD_OPTION", "transfer takes an ArrayBuffer");
				moved.add(buffer);
			},
		});
		const answer: TaskAnswer = { ...toTaskValue(encodeValue(result, `result of ${order.name}`), moved), failed: false };
		return moved.size === 0 ? answer : await moving(answer, moved);
	} catch (error) {
		return { ...toTaskValue(encodeThrown(error)), failed: true } satisfies TaskAnswer;
	}
}
