/**
 * The door of @zloom/runtime: actors on worker threads, and the seam (Remote, Link) by which the cluster package carries
 * them to other nodes. Main thread and actor modules import the same door.
 */

export { type Address, parseAddress, parseNode } from "./address.ts";
export type {
	ActorContext,
	ActorDefinition,
	ActorOptions,
	ActorRef,
	ActorTimer,
	AskFace,
	CallOptions,
	ChildOptions,
	ChildRefs,
	ChildSpec,
	ChildSpecs,
	CurrentCall,
	Faces,
	SpawnOptions,
	SpawnParameters,
	StreamFace,
	SuperviseOptions,
	SuperviseStrategy,
	Supervisor,
	TellFace,
	TryFace,
	TryResult,
} from "./definition/actor-types.ts";
export { defineActor } from "./definition/define-actor.ts";
export { defineTask } from "./definition/define-task.ts";
export type { OverflowPolicy } from "./definition/overflow.ts";
export type { OffloadOptions, OffloadParameters, TaskContext, TaskDefinition } from "./definition/task-types.ts";
export { ActorError, type ActorErrorCode } from "./errors.ts";
export type { DeadLetter } from "./host/dead-letters.ts";
export type { BatchOptions, Pipeline, PipelineSource, StageOptions } from "./pool/pipeline.ts";
export type { ActorPool, BroadcastFaces, PoolOptions, PoolSize, Routing } from "./pool/pool.ts";
export type { LossHandler, LostItem } from "./pool/stage-iterator.ts";
export type { EnvelopeFrames, Link, LinkOwner, Remote, RemoteHost } from "./remote.ts";
export type { RestartKind, RestartOptions } from "./restart/restart-policy.ts";
export { type ChildParameters, child } from "./supervise/child.ts";
export type { BlockedThread, WatchdogOptions } from "./system/blocked-threads.ts";
export { createSystem, type System, type SystemOptions, type SystemStatistics } from "./system/system.ts";
export type { TurnOf } from "./turns/heart.ts";
export type { ExitHow, ExitReason } from "./wire/exit-reason.ts";
