/**
 * The rows of throughput: two threads, one sends and one receives. Small messages one at a time and in batches, large ones, and
 * both under CURVE. Faster arms get more messages, so that every run is long enough to be timed.
 */
import type { LibraryName } from "../arms/library.ts";
import type { ThroughputOrder } from "../arms/orders.ts";
import { cProgram } from "../c-peer.ts";
import { freshEndpoint, type TransportName } from "../endpoint.ts";
import { nodeProgram, type Program } from "../program.ts";
import type { Row, Sizes } from "../row.ts";

/** Messages of one sendMany, and the most of one receiveMany. */
const BATCH = 256;
/** High-water mark where none is set, here and in libzmq. */
const DEFAULT_MARK = 1000;
/** How many messages a fast arm gets for one of a slow arm. */
const FAST = 5;
/** And in batches: with less, most of the time that is counted goes by before the compilers have had their turn. */
const FAST_IN_BATCHES = 25;
const LARGE_BYTES = 1 << 20;
/** How many messages the arm that passes memory on gets for one of a slow arm. */
const IN_PLACE = 300;
/** High-water mark of both sockets where messages are passed on; few, and threads wait for each other more than they work. */
const PASSED_ON_MARK = 64;
/** High-water mark of both sockets for large messages: the default would let a gigabyte wait, and time what had come before. */
const LARGE_MARK = 8;
/** Fewest messages that are counted: several times what can wait on the way. */
const LARGE_MIN = 100;
/** How many times as many large messages go over tcp. */
const LARGE_ON_WIRE = 10;
/** 64 KiB. */
const MIDDLE_BYTES = 1 << 16;

function count(messages: number): number {
	return Math.max(1, Math.round(messages));
}

function node(library: LibraryName, transport: TransportName, order: Omit<ThroughputOrder, "library" | "endpoint">): Program {
	const whole = { library, endpoint: freshEndpoint(transport), ...order };
	return nodeProgram<ThroughputOrder>("throughput", whole);
}

function port(bytes: number, messages: number): Program {
	return nodeProgram<ThroughputOrder>("throughput", { library: "MessagePort", endpoint: "", bytes, messages });
}

function oneAtATime(transport: "inproc" | "tcp", atLeast: number, { messages }: Sizes): Row {
	return {
		name: `${transport}-64`,
		title: `${transport} 64 B, send / for await`,
		measures: "PUSH in one thread awaits each send, PULL in another receives by `for await`. MessagePort: between the same two threads.",
		unit: "msg/s",
		arms: new Map([
			["zloom", node("zloom", transport, { bytes: 64, messages: messages * FAST })],
			["npm zeromq", node("zeromq", transport, { bytes: 64, messages })],
			["MessagePort", port(64, messages)],
		]),
		bars: [{ against: "npm zeromq", atLeast }],
	};
}

function batches(transport: TransportName, atLeast: number, { messages }: Sizes): Row {
	const many = Math.ceil((messages * FAST_IN_BATCHES) / BATCH) * BATCH;
	return {
		name: `${transport}-64-batches`,
		title: `${transport} 64 B, batches of ${BATCH}`,
		measures: `PUSH in one thread sends by \`sendMany\`, PULL in another receives by \`receiveMany\`, ${BATCH} at a time. C: zmq_msg_send and zmq_msg_recv in loops.`,
		unit: "msg/s",
		arms: new Map([
			["zloom", node("zloom", transport, { bytes: 64, messages: many, batch: BATCH })],
			["libzmq C", cProgram("throughput", freshEndpoint(transport), 64, many, DEFAULT_MARK, 1)],
		]),
		bars: [{ against: "libzmq C", atLeast }],
	};
}

function flooded({ messages }: Sizes): Row {
	const many = Math.ceil((messages * FAST) / BATCH) * BATCH;
	const order = { bytes: 64, messages: many, batch: BATCH };
	return {
		name: "inproc-flooded",
		title: `inproc 64 B, batches of ${BATCH}, beside a flood`,
		measures: `As the row of batches, while a second PUSH of the same thread sends as much as it is let to a PULL of the other thread that never reads: two pipes of one lane.`,
		unit: "msg/s",
		arms: new Map([
			["zloom", node("zloom", "inproc", { ...order, floodEndpoint: `${freshEndpoint("inproc")}-flood` })],
			["alone", node("zloom", "inproc", order)],
		]),
		bars: [{ against: "alone", atLeast: 0.9 }],
	};
}

/** One buffer sent over and over: nobody fills it, and receivers drop what they get. */
const SAME_BUFFER = `High-water mark ${LARGE_MARK} at both ends. The sender sends one buffer again and again and never fills it; the receiver drops what it gets unread.`;

function large({ messages }: Sizes): Row[] {
	const many = Math.max(LARGE_MIN, count(messages / 1000));
	// Ten times as many over tcp: with fewer the sockets' code is compiled only when most have passed.
	const manyOnWire = many * LARGE_ON_WIRE;
	return [
		{
			name: "tcp-1m",
			title: "tcp 1 MiB, send / for await",
			measures: `${SAME_BUFFER} C lends the buffer to libzmq (zmq_msg_init_data), no copy. In one context, one I/O thread of libzmq writes and reads all of it, without a wake-up and out of its core's cache; with two contexts, as in two processes, each side has a thread of its own, as ours have.`,
			unit: "msg/s",
			arms: new Map([
				["zloom", node("zloom", "tcp", { bytes: LARGE_BYTES, messages: manyOnWire, highWaterMark: LARGE_MARK })],
				["libzmq C", cProgram("throughput", freshEndpoint("tcp"), LARGE_BYTES, manyOnWire, LARGE_MARK, 1)],
				["libzmq C, two contexts", cProgram("throughput", freshEndpoint("tcp"), LARGE_BYTES, manyOnWire, LARGE_MARK, 2)],
				["npm zeromq", node("zeromq", "tcp", { bytes: LARGE_BYTES, messages: manyOnWire, highWaterMark: LARGE_MARK })],
			]),
			bars: [
				{ against: "libzmq C", atLeast: 0.8 },
				{ against: "npm zeromq", atLeast: 1 },
			],
		},
		{
			name: "inproc-1m",
			title: "inproc 1 MiB, send / for await",
			measures: `zloom: each message is a new buffer of \`alloc\`, in which the sender writes a number and nothing else; the receiver reads it in place, checks the number, and the buffer is given back at its next receive. The others send one buffer again and again, which nobody fills; the receiver drops it unread; npm zeromq passes a reference, MessagePort clones. "copied" is zloom with a plain Buffer. High-water mark ${PASSED_ON_MARK} at both ends, ${LARGE_MARK} for copied.`,
			unit: "msg/s",
			arms: new Map([
				["zloom", node("zloom", "inproc", { bytes: LARGE_BYTES, messages: many * IN_PLACE, highWaterMark: PASSED_ON_MARK, inPlace: true })],
				["zloom copied", node("zloom", "inproc", { bytes: LARGE_BYTES, messages: many, highWaterMark: LARGE_MARK })],
				["MessagePort", port(LARGE_BYTES, many)],
				["npm zeromq", node("zeromq", "inproc", { bytes: LARGE_BYTES, messages: many * 3, highWaterMark: PASSED_ON_MARK })],
			]),
			bars: [
				{ against: "MessagePort", atLeast: 50 },
				{ against: "npm zeromq", atLeast: 5 },
			],
		},
	];
}

function curve(name: string, size: string, bytes: number, messages: number, atLeast: number): Row {
	return {
		name,
		title: `CURVE tcp ${size}, send / for await`,
		measures: "As the row without CURVE, with a key pair at each side; the handshake is not counted.",
		unit: "msg/s",
		arms: new Map([
			["zloom", node("zloom", "tcp", { bytes, messages, curve: true })],
			["npm zeromq", node("zeromq", "tcp", { bytes, messages, curve: true })],
		]),
		bars: [{ against: "npm zeromq", atLeast }],
	};
}

/** What an I/O thread costs, and what it brings where the work is in the connection: four threads instead of two. */
function ioThread(name: string, title: string, order: Omit<ThroughputOrder, "library" | "endpoint">): Row {
	return {
		name,
		title,
		measures: 'Ours beside ours: the contexts of both threads with `io: "worker"`, and without.',
		unit: "msg/s",
		arms: new Map([
			["zloom", node("zloom", "tcp", { ...order, io: true })],
			["zloom inline", node("zloom", "tcp", order)],
		]),
		bars: [],
	};
}

export function ioRows({ messages }: Sizes): Row[] {
	const many = Math.ceil((messages * FAST) / BATCH) * BATCH;
	return [
		ioThread("io-tcp-64", "I/O threads, tcp 64 B, send / for await", { bytes: 64, messages: messages * 2 }),
		ioThread("io-tcp-64-batches", `I/O threads, tcp 64 B, batches of ${BATCH}`, { bytes: 64, messages: many, batch: BATCH }),
		ioThread("io-curve-64k", "I/O threads, CURVE tcp 64 KiB", { bytes: MIDDLE_BYTES, messages: count(messages / 100), curve: true }),
	];
}

export function plainRows(sizes: Sizes): Row[] {
	return [
		oneAtATime("inproc", 10, sizes),
		batches("inproc", 1, sizes),
		flooded(sizes),
		oneAtATime("tcp", 5, sizes),
		batches("tcp", 1.5, sizes),
		batches("ipc", 1.5, sizes),
		...large(sizes),
	];
}

export function curveRows({ messages }: Sizes): Row[] {
	return [curve("curve-64", "64 B", 64, count(messages / 2), 1.5), curve("curve-64k", "64 KiB", MIDDLE_BYTES, count(messages / 100), 0.5)];
}
