/**
 * Every ZMTP socket type by its name on the wire, with our class, and who may talk to whom by RFC 37.
 *
 * Written from the RFC's table, not from the code under test.
 */
import {
	Channel,
	Client,
	Dealer,
	Dish,
	Gather,
	Pair,
	Peer,
	Publisher,
	Pull,
	Push,
	Radio,
	Reply,
	Request,
	Router,
	Scatter,
	Server,
	type Socket,
	type SocketOptionsInput,
	Subscriber,
	XPublisher,
	XSubscriber,
} from "@zloom/core";
import { open } from "./open-sockets.ts";

type Maker = new (options?: object) => Socket;

const CLASSES = {
	REQ: Request,
	REP: Reply,
	DEALER: Dealer,
	ROUTER: Router,
	PUB: Publisher,
	XPUB: XPublisher,
	SUB: Subscriber,
	XSUB: XSubscriber,
	PUSH: Push,
	PULL: Pull,
	PAIR: Pair,
	CLIENT: Client,
	SERVER: Server,
	RADIO: Radio,
	DISH: Dish,
	SCATTER: Scatter,
	GATHER: Gather,
	PEER: Peer,
	CHANNEL: Channel,
} as const;

export type Kind = keyof typeof CLASSES;
export const KINDS: readonly Kind[] = Object.keys(CLASSES) as Kind[];

/** The types of ZMTP 3.0; the others came with 3.1. */
export const KINDS_OF_30: readonly Kind[] = KINDS.slice(0, KINDS.indexOf("CLIENT"));

/** Whom each may talk to. */
export const PARTNERS: Readonly<Record<Kind, readonly Kind[]>> = {
	REQ: ["REP", "ROUTER"],
	REP: ["REQ", "DEALER"],
	DEALER: ["REP", "DEALER", "ROUTER"],
	ROUTER: ["REQ", "DEALER", "ROUTER"],
	PUB: ["SUB", "XSUB"],
	XPUB: ["SUB", "XSUB"],
	SUB: ["PUB", "XPUB"],
	XSUB: ["PUB", "XPUB"],
	PUSH: ["PULL"],
	PULL: ["PUSH"],
	PAIR: ["PAIR"],
	CLIENT: ["SERVER"],
	SERVER: ["CLIENT"],
	RADIO: ["DISH"],
	DISH: ["RADIO"],
	SCATTER: ["GATHER"],
	GATHER: ["SCATTER"],
	PEER: ["PEER"],
	CHANNEL: ["CHANNEL"],
};

/** A socket of ours, closed after the test. */
export function make(kind: Kind, options: SocketOptionsInput = {}): Socket {
	return open(new (CLASSES[kind] as Maker)(options));
}
