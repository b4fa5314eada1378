/**
 * What the programs that measure are told, and what they tell their second threads. Types and one word: rows, programs and threads
 * import it, and it imports none of them.
 */
import type { LibraryName } from "./library.ts";

export interface ThroughputOrder {
	library: LibraryName | "MessagePort";
	/** Unused by MessagePort. */
	endpoint: string;
	bytes: number;
	/** Messages that are counted. */
	messages: number;
	/** Messages of a batch; none: one at a time. */
	batch?: number;
	/** True: under CURVE. */
	curve?: boolean;
	/** True: the context of each thread has an I/O thread; zloom alone. */
	io?: boolean;
	/** High-water mark of both sockets, messages; none: the default. Unused by MessagePort. */
	highWaterMark?: number;
	/** True: a fresh buffer of `alloc` for each message, numbered, and received where it lies. Only zloom has that. */
	inPlace?: boolean;
	/** Where a second socket of the sender floods one of the receiver that never reads; none: no flood. */
	floodEndpoint?: string;
}

/** To the receiving thread of a throughput run. */
export interface CountOrder {
	library: LibraryName | "MessagePort";
	endpoint: string;
	messages: number;
	batch: number;
	/** Receive where it lies. */
	inPlace?: boolean;
	/** Socket options of the receiver. */
	options: Readonly<Record<string, unknown>>;
	/** As of {@link ThroughputOrder}. */
	io?: boolean;
	/** Where a flood comes from that is never read; none: no flood. */
	floodEndpoint?: string;
	/** MessagePort alone: after so many messages the receiver says {@link MORE}. */
	window: number;
}

/** Said by a receiver at a port: a window is read. Ports have no back-pressure of their own. */
export const MORE = "more";

export interface RoundTripOrder {
	library: LibraryName | "MessagePort";
	/** Sockets at both ends: PAIR and PAIR, or REQ here and REP there. */
	sockets: "pair" | "req";
	/** Unused by MessagePort. */
	endpoint: string;
	bytes: number;
	roundTrips: number;
	/** How long both threads have nothing to do before each trip, ms; 0 = hot. */
	pauseMs: number;
	/** Trips without a pause that come first and are not counted: compilers have had their turn then, as in a thread that has lived for a while. */
	warmUp: number;
}

/** To the echoing thread of a round trip. */
export interface EchoOrder {
	library: LibraryName | "MessagePort";
	sockets: "pair" | "req";
	endpoint: string;
	roundTrips: number;
}

/** To the thread that echoes tcp. */
export interface TcpBesideEcho {
	endpoint: string;
	/** True: both threads answer each other by inproc all the while. */
	lanes: boolean;
}

export interface TcpBesideOrder extends TcpBesideEcho {
	roundTrips: number;
}

export interface FanOutOrder {
	library: LibraryName;
	subscribers: number;
	/** Messages published; each is delivered to every subscriber. */
	messages: number;
	bytes: number;
}

/** To the thread of the subscribers. */
export interface SubscribersOrder {
	library: LibraryName;
	endpoint: string;
	subscribers: number;
	/** Messages that each subscriber gets in one burst. */
	messages: number;
}

export interface SubscriptionsOrder {
	library: LibraryName;
	topics: number;
	/** Messages published to topics picked at random. */
	messages: number;
	/** Which figure is printed: topics added a second, or messages matched and received a second. */
	figure: "add" | "match";
}

/** To the thread that publishes to many topics. */
export interface MatchOrder {
	library: LibraryName;
	topics: number;
	messages: number;
}

export interface ParkedOrder {
	library: "zloom" | "MessagePort";
	threads: number;
	seconds: number;
}

/** To a thread that sleeps, or has one end of a lane. */
export interface SleeperOrder {
	library: "zloom" | "MessagePort";
	endpoint: string;
}

export interface ConnectionsOrder {
	library: LibraryName;
	connections: number;
}

export interface LanesOrder {
	lanes: number;
	/** Bytes that go through each lane, each way, before it is measured; 0 = one small message. */
	traffic: number;
}

/** To the thread that talks to the far ends of lanes before they are measured. */
export interface LaneWarmUpOrder {
	endpoints: readonly string[];
	traffic: number;
}

export interface CallsOrder {
	callee: "zloom" | "piscina" | "comlink";
	calls: number;
	/** Calls under way at a time; 1: the figure is the median of one, in microseconds, else calls a second. */
	inFlight: number;
}
