/**
 * The door of @zloom/runtime: actors on worker threads, and the seam (Remote, Link) by which the cluster package carries
 * them to other nodes. Main thread and actor modules import the same door.
 */
export type {
	ActorContext,
	ActorDefinition,
	ActorOptions,
	ActorRef,
	ActorTimer,
	AskFace,
	CallOptions,
	CurrentCall,
	Faces,
	SpawnOptions,
	SpawnParameters,
	StreamFace,
	TellFace,
	TryFace,
	TryResult,
} from "./actor-types.ts";
export { type Address, parseAddress, parseNode } from "./address.ts";
export type { DeadLetter } from "./dead-letters.ts";
export { defineActor } from "./define-actor.ts";
export { ActorError, type ActorErrorCode } from "./errors.ts";
export type { ExitHow, ExitReason } from "./exit-reason.ts";
export type { Pipeline, PipelineSource, StageOptions } from "./pipeline.ts";
export type { ActorPool, BroadcastFaces, PoolOptions, Routing } from "./pool.ts";
export type { EnvelopeFrames, Link, LinkOwner, Remote, RemoteHost } from "./remote.ts";
export type { RestartKind, RestartOptions } from "./restart-policy.ts";
export type { LostItem } from "./stage-iterator.ts";
export { createSystem, type System, type SystemOptions, type SystemStatistics } from "./system.ts";
