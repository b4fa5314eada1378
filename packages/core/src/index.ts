/**
 * The door of @zloom/core: everything that users may import, and nothing else.
 *
 * Named re-exports only. What the runtime needs beyond this stands in internal.ts, which is not public.
 */
export { Authenticator, type AuthenticatorOptions } from "./authenticator.ts";
export { Context, type ContextOptions, context } from "./context.ts";
export { Datagram, type DatagramOptions } from "./datagram-socket.ts";
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
} from "./draft-sockets.ts";
export { ZmqError, type ZmqErrorCode } from "./errors.ts";
export type { Readable, Writable } from "./faces.ts";
export type { Received } from "./inbox.ts";
export type { MessageLike } from "./message.ts";
export type { MessageMetadata, WithMetadata } from "./message-metadata.ts";
export type { SocketEvent, SocketEventOf, SocketEventType } from "./monitor.ts";
export { Observer } from "./observer.ts";
export type { SocketOptions, SocketOptionsInput } from "./options.ts";
export type { Content } from "./outbox.ts";
export type { SendOutcome } from "./pattern/pattern.ts";
export { type ProxyOptions, type ProxyStatistics, type ProxyTraffic, SocketProxy as Proxy } from "./proxy.ts";
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
} from "./publish-sockets.ts";
export type { Receiving } from "./receiver.ts";
export type { AccessRules, CurveCredentials, Grant, PlainCredentials } from "./security/access-policy.ts";
export { type CurveKeyPair, curveKeyPair, curvePublicKey } from "./security/curve-keys.ts";
export { Socket } from "./socket.ts";
export type { OptionsWith, ReceiveOption, SendOption, UdpReceiveOption, UdpSendOption } from "./socket-make.ts";
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
} from "./sockets.ts";
export { Stream, type StreamOptions } from "./stream-socket.ts";
export type { Tagged, TaggedContent, TaggedReadable, TaggedWritable } from "./tagged-faces.ts";
export type { WebServer } from "./transport/web-socket/path-server.ts";
export { shareHttpServer } from "./transport/web-socket/path-servers.ts";
export type { WaitOptions } from "./waiters.ts";
export { AuthenticationError, ProtocolError, type ProtocolReason, type RefusalStatus } from "./wire/protocol-error.ts";
export { z85Decode, z85Encode } from "./z85.ts";
