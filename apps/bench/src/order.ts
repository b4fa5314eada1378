/**
 * What the main thread of a socket benchmark tells its worker, and what the worker tells back.
 * Types and one word; both sides import it, so that neither imports the other.
 */
export type ArmName = "zloom" | "zeromq" | "MessagePort";

/** Told to a worker whose figures are in. */
export const END = "end";

export interface WorkerOrder {
	arm: ArmName;
	task: "count" | "echo";
	/** Where the main thread is bound; unused by MessagePort. */
	endpoint: string;
	/** Messages that will come. */
	messages: number;
}

/** What a counting worker reports. */
export interface CountReport {
	messages: number;
	milliseconds: number;
}
