/**
 * The one door through which @zloom/runtime reaches core's pipes. Not public API: it may change in any release.
 */

export { sharedMemoryUse } from "./memory/engine.ts";
export { Pipe, type PipeOwner, pipePair } from "./pipe/pipe.ts";
export { connectPipe, listenPipes } from "./transport/inproc-pipes.ts";
export { hold, holds, release } from "./wait/keep-alive.ts";
