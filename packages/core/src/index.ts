/**
 * The door of @zloom/core: everything that users may import, and nothing else.
 *
 * Named re-exports only. What the runtime needs beyond this stands in internal.ts, which is not public.
 */
export { alloc } from "./alloc.ts";
export { Authenticator, type AuthenticatorOptions } from "./authenticator.ts";
export { Context, type ContextOptions, context } from "./context.ts";
export { ZmqError, type ZmqErrorCode } from "./errors.ts";
export { ArenaBuffer } from "./memory/arena-buffer.ts";
export type { MessageLike } from "./message.ts";
export type { SocketEvent, SocketEventOf, SocketEventType } from "./monitor.ts";
export { Observer } from "./observer.ts";
export type { SocketOptions, SocketOptionsInput } from "./option/options.ts";
export type { SendOutcome } from "./pattern/pattern.ts";
export { type ProxyOptions, type ProxyStatistics, type ProxyTraffic, SocketProxy as Proxy } from "./proxy.ts";
export type { AccessRules, CurveCredentials, Grant, PlainCredentials } from "./security/access-policy.ts";
export { type CurveKeyPair, curveKeyPair, curvePublicKey } from "./security/curve-keys.ts";
export type { Readable, Writable } from "./socket/faces.ts";
export type { InPlace } from "./socket/in-place.ts";
export type { Received } from "./socket/inbox.ts";
export type { MessageMetadata, WithMetadata } from "./socket/message-metadata.ts";
export type { Content } from "./socket/outbox.ts";
export type { Receiving } from "./socket/receiver.ts";
export { Socket } from "./socket/socket.ts";
export type { Tagged, TaggedContent, TaggedReadable, TaggedWritable } from "./socket/tagged-faces.ts";
export { Datagram, type DatagramOptions } from "./sockets/datagram-socket.ts";
export {
	Channel,
	type ChannelOptions,
	Client,
	type ClientOptions,
	Dish,
	type DishOptions,
	Gather,
	type GatherOptions,
	type GroupTag,
	Peer,
	type PeerOptions,
	Radio,
	type RadioOptions,
	type ReceivedGroup,
	type RoutingIdTag,
	Scatter,
	type ScatterOptions,
	Server,
	type ServerOptions,
} from "./sockets/draft-sockets.ts";
export {
	Publisher,
	type PublisherOptions,
	Subscriber,
	type SubscriberOptions,
	type Topic,
	XPublisher,
	type XPublisherOptions,
	XSubscriber,
	type XSubscriberOptions,
} from "./sockets/publish-sockets.ts";
export type { OptionsWith, ReceiveAnyOption, ReceiveOption, SendOption, UdpReceiveOption, UdpSendOption } from "./sockets/socket-make.ts";
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
} from "./sockets/sockets.ts";
export { Stream, type StreamOptions } from "./sockets/stream-socket.ts";
export type { WebServer } from "./transport/web-socket/path-server.ts";
export { shareHttpServer } from "./transport/web-socket/path-servers.ts";
export type { WaitOptions } from "./wait/waiters.ts";
export { AuthenticationError, ProtocolError, type ProtocolReason, type RefusalStatus } from "./wire/protocol-error.ts";
export { z85Decode, z85Encode } from "./z85.ts";
