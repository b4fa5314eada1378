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
export { defineActor } from "./define-actor.ts";
export { ActorError, type ActorErrorCode } from "./errors.ts";
export type { ExitReason } from "./exit-reason.ts";
export type { LostItem, Pipeline, PipelineSource, StageOptions } from "./pipeline.ts";
export type { ActorPool, BroadcastFaces, PoolOptions, Routing } from "./pool.ts";
export type { EnvelopeFrames, Link, LinkOwner, Remote, RemoteHost } from "./remote.ts";
export { createSystem, type System, type SystemOptions, type SystemStatistics } from "./system.ts";
