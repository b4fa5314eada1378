/**
 * What every socket class does with its constructor's options before it becomes a socket, and the types of those options.
 *
 * Options that all sockets have are everybody's; the others are named by the classes that have them.
 */
import { Context, context as defaultContext } from "../context.ts";
import { ZmqError } from "../errors.ts";
import { withDefaults } from "../option/option-defaults.ts";
import type { SocketOptionsInput } from "../option/options.ts";
import type { SocketMake } from "../socket/socket.ts";

/** The options of sockets that send. */
export type SendOption = "sendHighWaterMark" | "sendTimeout";
/** The options of sockets that receive. */
export type ReceiveOption = "receiveHighWaterMark" | "receiveTimeout";
/** The options of sockets that receive whatever peers send. */
export type ReceiveAnyOption = ReceiveOption | "discardUnread";
/** The options of sockets that send over udp. */
export type UdpSendOption = "multicastHops" | "multicastLoop" | "sendBufferSize";
/** The options of sockets that receive over udp. */
export type UdpReceiveOption = "receiveBufferSize";

/** Options of some socket types only. */
type SpecialOption =
	| SendOption
	| ReceiveAnyOption
	| ("routingId" | "mandatory" | "handover" | "probeRouter" | "routerNotify" | "correlate" | "relaxed" | "conflate")
	| ("verbosity" | "noDrop" | "countSubscriptions" | "manual" | "manualLastValue" | "welcomeMessage" | "onlyFirstSubscribe")
	| ("invertMatching" | "verboseUnsubscribe" | "helloMessage" | "disconnectMessage" | "hiccupMessage" | "notify")
	| UdpSendOption
	| UdpReceiveOption;

/** The options of all sockets, and the named ones. */
export type OptionsWith<Name extends SpecialOption> = Omit<SocketOptionsInput, Exclude<SpecialOption, Name>> & {
	/** Where the socket is made; default: the default context of this thread. */
	context?: Context;
};

/** @throws ZmqError EINVAL */
export function make(type: SocketMake["type"], given: OptionsWith<never>, pattern: SocketMake["pattern"]): SocketMake {
	if (typeof given !== "object" || given === null)
		throw new ZmqError("EINVAL", `The options of a socket must be an object, got ${String(given)}`);
	const { context = defaultContext, ...options } = given;
	if (!(context instanceof Context)) throw new ZmqError("EINVAL", "The option context must be a Context of this package");
	return { type, context, options: withDefaults(type, context.socketOptions, options), pattern };
}
