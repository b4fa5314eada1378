/**
 * The inner parts of core that targets run: decoders, parsers, state machines and patterns, as they are built.
 *
 * They are no public API; this one file knows where they lie, so that a move in core is a change of one line here.
 */

export { parseEndpoint } from "../../packages/core/dist/endpoint/endpoint.js";
export {
	Authenticator,
	Channel,
	Client,
	Datagram,
	Dealer,
	Dish,
	Gather,
	Pair,
	Peer,
	ProtocolError,
	Publisher,
	Pull,
	Push,
	Radio,
	Reply,
	Request,
	Router,
	Scatter,
	Server,
	Socket,
	type SocketEvent,
	Stream,
	Subscriber,
	XPublisher,
	XSubscriber,
	ZmqError,
} from "../../packages/core/dist/index.js";
export { COMMAND_BYTES_MAX, FRAME_BYTES_MAX } from "../../packages/core/dist/limits.js";
export { OPTION_TABLE } from "../../packages/core/dist/option/option-table.js";
export { assignOption, makeOptions, type SocketOptions } from "../../packages/core/dist/option/options.js";
export { curveKeyBytes } from "../../packages/core/dist/option/security-options.js";
export { Subscriber as TopicSubscriber, Subscriptions } from "../../packages/core/dist/pattern/subscriptions.js";
export { AccessPolicy } from "../../packages/core/dist/security/access-policy.js";
export { CurveClient } from "../../packages/core/dist/security/curve-client.js";
export { curveKeyPair } from "../../packages/core/dist/security/curve-keys.js";
export { CurveServer } from "../../packages/core/dist/security/curve-server.js";
export { Handshake } from "../../packages/core/dist/security/handshake.js";
export type { Mechanism, MessageCipher, Verdict } from "../../packages/core/dist/security/mechanism.js";
export { NullMechanism } from "../../packages/core/dist/security/null.js";
export type { LocalMetadata } from "../../packages/core/dist/security/peer-metadata.js";
export { PlainClient } from "../../packages/core/dist/security/plain-client.js";
export { PlainServer } from "../../packages/core/dist/security/plain-server.js";
export { loadSodium } from "../../packages/core/dist/security/sodium.js";
export {
	encodeZapReply,
	encodeZapRequest,
	parseZapReply,
	parseZapRequest,
	replyId,
} from "../../packages/core/dist/security/zap-message.js";
export { SOCKET_TYPE_NUMBER, type SocketTypeName } from "../../packages/core/dist/socket-type.js";
export { MessageAssembler } from "../../packages/core/dist/transport/message-assembler.js";
export { upstreamHead, upstreamMessage } from "../../packages/core/dist/transport/upstream.js";
export {
	encodeCommand,
	encodeError,
	encodePing,
	encodeProperties,
	encodeReady,
	parseCommand,
	parseError,
	parsePing,
	parseProperties,
} from "../../packages/core/dist/wire/command.js";
export { decodeDatagram, encodeDatagram } from "../../packages/core/dist/wire/datagram.js";
export { type ChunkDecoder, encodeFrame, FLAG_COMMAND, FLAG_MORE, FrameDecoder, headed } from "../../packages/core/dist/wire/frame.js";
export { encodeGreeting, GreetingDecoder } from "../../packages/core/dist/wire/greeting.js";
export { OLD_FRAME_ENCODER, OldFrameDecoder } from "../../packages/core/dist/wire/old-frame.js";
export { Socks5Client } from "../../packages/core/dist/wire/socks5.js";
export { z85Decode, z85Encode } from "../../packages/core/dist/z85.js";
