/**
 * The types that make tasks typed end to end: from the function that defineTask gets to the result of `offload`. Types only.
 */

/** What a task gets beside its input. */
export interface TaskContext {
	/** Marks a buffer of the result: it moves to the caller instead of being copied, and is empty here afterwards. */
	transfer(buffer: ArrayBuffer): void;
}

/** A task: made by defineTask, known on every thread by its module and name. */
export interface TaskDefinition<Input = never, Output = unknown> {
	/** URL of the module that the threads of the pool import. */
	readonly module: string;
	/** The name that it was defined with, one of its module's own. */
	readonly name: string;
	/** @internal */
	readonly run: (input: Input, task: TaskContext) => Output | Promise<Output>;
}

/** How a task is to run; all of it optional. */
export interface OffloadOptions {
	/** Aborting takes a waiting task back, and ends the thread of a running one; the call rejects with ERR_CANCELLED. */
	readonly signal?: AbortSignal;
	/** Buffers of the input that move to the task instead of being copied. They are empty here afterwards. */
	readonly transfer?: readonly ArrayBuffer[];
}

/** The input may be left out only when the task takes none. */
export type OffloadParameters<Input> = undefined extends Input
	? [input?: Input, options?: OffloadOptions]
	: [input: Input, options?: OffloadOptions];
