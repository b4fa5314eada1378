/**
 * The door of @zloom/core/browser: the sockets that a page can have. They connect over ws and wss to sockets that are bound elsewhere.
 *
 * Named re-exports only. What needs a process, threads or files is left out; docs/browser.md says what that is.
 */
export { alloc } from "../alloc.ts";
export { Context, type ContextOptions, context } from "../context.ts";
export { ZmqError, type ZmqErrorCode } from "../errors.ts";
export { ArenaBuffer } from "../memory/arena-buffer.ts";
export type { MessageLike } from "../message.ts";
export type { SocketEvent, SocketEventOf, SocketEventType } from "../monitor.ts";
export { Observer } from "../observer.ts";
export type { SocketOptions, SocketOptionsInput } from "../option/options.ts";
export { Socket } from "../socket/socket.ts";
export {
	Channel,
	type ChannelOptions,
	Client,
	type ClientOptions,
	Dish,
	type DishOptions,
	Gather,
	type GatherOptions,
	Peer,
	type PeerOptions,
	Radio,
	type RadioOptions,
	Scatter,
	type ScatterOptions,
	Server,
	type ServerOptions,
} from "../sockets/draft-sockets.ts";
export {
	Publisher,
	type PublisherOptions,
	Subscriber,
	type SubscriberOptions,
	XPublisher,
	type XPublisherOptions,
	XSubscriber,
	type XSubscriberOptions,
} from "../sockets/publish-sockets.ts";
export {
	Dealer,
	type DealerOptions,
	Pair,
	type PairOptions,
	Pull,
	type PullOptions,
	Push,
	type PushOptions,
	Reply,
	type ReplyOptions,
	Request,
	type RequestOptions,
	Router,
	type RouterOptions,
} from "../sockets/sockets.ts";
export { AuthenticationError, ProtocolError, type ProtocolReason, type RefusalStatus } from "../wire/protocol-error.ts";
export { z85Decode, z85Encode } from "../z85.ts";
