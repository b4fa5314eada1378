/**
 * What travels to a task and back: its name and its input, its result or what it threw, as frames of the codec. The frames have memory
 * of their own, so that posting one never copies what lies around it. Pure.
 */
import type { OffloadOptions, TaskDefinition } from "../definition/task-types.ts";
import { ActorError } from "../errors.ts";
import { type EncodedValue, encodeValue } from "../wire/codec.ts";

/** A value on its way. */
export interface TaskValue {
	readonly frames: Uint8Array[];
	readonly tagged: boolean;
}

export interface TaskOrder {
	readonly module: string;
	readonly name: string;
	readonly input: TaskValue;
	/** Buffers of the input that need not be copied once more. */
	readonly movable: readonly ArrayBuffer[];
}

/** What the pool's thread answers. */
export interface TaskAnswer extends TaskValue {
	/** The value is what the task threw. */
	readonly failed: boolean;
}

/** A frame that covers its memory. @param moved buffers that go along whole */
function standAlone(frame: Uint8Array, moved: ReadonlySet<ArrayBufferLike>): Uint8Array {
	const { buffer } = frame;
	if (moved.has(buffer)) return frame;
	const whole = frame.byteLength === buffer.byteLength && !(buffer instanceof SharedArrayBuffer);
	return whole ? frame : new Uint8Array(frame);
}

/** @param moved buffers that go along whole, instead of copies of what is used of them */
export function toTaskValue(encoded: EncodedValue, moved: ReadonlySet<ArrayBufferLike> = new Set()): TaskValue {
	return { frames: encoded.frames.map((frame) => standAlone(frame, moved)), tagged: encoded.tagged };
}

function checkOptions(options: OffloadOptions): readonly ArrayBuffer[] {
	const { signal, transfer = [] } = options;
	if (signal !== undefined && !(signal instanceof AbortSignal)) throw new ActorError("ERR_BAD_OPTION", "signal must be an AbortSignal");
	if (!Array.isArray(transfer) || !transfer.every((buffer) => buffer instanceof ArrayBuffer))
		throw new ActorError("ERR_BAD_OPTION", "transfer must be a list of ArrayBuffers");
	return transfer;
}

/**
 * An order for a task; buffers to transfer are empty here once it is made.
 *
 * @throws ActorError ERR_BAD_OPTION, ERR_NOT_SENDABLE
 */
export function makeOrder(task: TaskDefinition, input: unknown, options: OffloadOptions): TaskOrder {
	if (typeof task?.run !== "function")
		throw new ActorError("ERR_BAD_OPTION", "offload needs what defineTask returned as its first argument");
	const { module, name } = task;
	const moved = new Set(checkOptions(options));
	const value = toTaskValue(encodeValue(input, `input of ${name}`), moved);
	if (moved.size === 0) return { module, name, input: value, movable: [] };
	let frames: Uint8Array[];
	try {
		frames = structuredClone(value.frames, { transfer: [...moved] });
	} catch (error) {
		throw new ActorError("ERR_NOT_SENDABLE", `A buffer in transfer cannot be moved: ${(error as Error).message}`, { cause: error });
	}
	// What the caller gave away whole was small and is in the first frame, or is a frame now.
	const movable = new Set(frames.slice(1).map((frame) => frame.buffer as ArrayBuffer));
	return { module, name, input: { frames, tagged: value.tagged }, movable: [...movable] };
}
