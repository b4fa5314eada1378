/**
 * The door @zloom/core/zeromq: what npm zeromq 6.8.0 exports, for programs that change nothing but the import.
 *
 * `import * as zmq`, `import zmq` and `require()` give the same classes; `require()` gives exactly zeromq.js's keys.
 */
export { type CurveKeyPair, curveKeyPair } from "../security/curve-keys.ts";
export { capability, version } from "./capability.ts";
export { Context, context } from "./context.ts";
export type { ErrnoError } from "./errno-error.ts";
export type { AuthError, Event, EventOfType, EventType, ProtoError } from "./events.ts";
export type { MessageLike, ReceivedMessage as Message } from "./frames.ts";
export { zeromq as default, zeromq as "module.exports" } from "./module.ts";
export { type EventSubscriber, Observer } from "./observer.ts";
export { Proxy } from "./proxy.ts";
export { Socket } from "./socket.ts";
export type { Readable, SocketOptions, Writable } from "./socket-surface.ts";
export {
	Dealer,
	Pair,
	Publisher,
	Pull,
	Push,
	Reply,
	Request,
	Router,
	type RouterConnectOptions,
	Stream,
	type StreamConnectOptions,
	Subscriber,
	XPublisher,
	XSubscriber,
} from "./sockets.ts";
