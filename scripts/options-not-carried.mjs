/**
 * libzmq's options that are not in the table of socket options, and why: the second half of docs/options.md.
 *
 * A test checks that each of libzmq's numbers is either in the table or here.
 */

/** By libzmq's number: its name without ZMQ_, and what there is instead or why there is nothing. */
export const OPTIONS_ELSEWHERE = /** @type {Readonly<Record<number, readonly [name: string, where: string]>>} */ ({
	4: ["AFFINITY", "There are no I/O threads to choose from: a socket lives in the thread that made it."],
	6: ["SUBSCRIBE", "`subscribe()` of Subscriber, and of XPublisher with `manual`."],
	7: ["UNSUBSCRIBE", "`unsubscribe()` of Subscriber, and of XPublisher with `manual`."],
	8: ["RATE", "Of pgm and norm, which are not carried."],
	9: ["RECOVERY_IVL", "Of pgm and norm, which are not carried."],
	13: ["RCVMORE", "A receive gives the whole message, a list of its frames."],
	14: ["FD", "There is no descriptor to poll: await `receive()`, or look at `readable`."],
	15: ["EVENTS", "`readable` and `writable`."],
	16: ["TYPE", "The property `type`."],
	31: ["IPV4ONLY", "Deprecated in libzmq: the opposite of `ipv6`."],
	32: ["LAST_ENDPOINT", "The property `lastEndpoint`."],
	35: [
		"TCP_KEEPALIVE_CNT",
		"Not every supported version of Node can set it: only when the first probe is sent (`tcpKeepaliveIdle`). Heartbeats work everywhere.",
	],
	37: ["TCP_KEEPALIVE_INTVL", "As TCP_KEEPALIVE_CNT."],
	40: ["XPUB_VERBOSE", '`verbosity: "allSubs"` of XPublisher.'],
	41: ["ROUTER_RAW", "Deprecated in libzmq: take Stream."],
	57: ["TOS", "Not every supported version of Node can set it."],
	58: ["IPC_FILTER_PID", "Node does not tell who is at the other end of a Unix socket; the rights of its folder decide."],
	59: ["IPC_FILTER_UID", "As IPC_FILTER_PID."],
	60: ["IPC_FILTER_GID", "As IPC_FILTER_PID."],
	61: ["CONNECT_ROUTING_ID", "`connect(endpoint, { routingId })` of Router and Stream; `connectPeer()` of Peer."],
	62: ["GSSAPI_SERVER", "GSSAPI needs a native Kerberos library; take CURVE."],
	63: ["GSSAPI_PRINCIPAL", "As GSSAPI_SERVER."],
	64: ["GSSAPI_SERVICE_PRINCIPAL", "As GSSAPI_SERVER."],
	65: ["GSSAPI_PLAINTEXT", "As GSSAPI_SERVER."],
	80: ["TCP_MAXRT", "Node cannot set it; `heartbeatTimeout` ends a connection whose peer does not answer."],
	81: ["THREAD_SAFE", "No socket is used by several threads: each makes its own, and inproc joins them."],
	84: ["MULTICAST_MAXTPDU", "Of pgm and norm, which are not carried; over udp a datagram has up to 8192 bytes."],
	85: ["VMCI_BUFFER_SIZE", "Of vmci, which is not carried."],
	86: ["VMCI_BUFFER_MIN_SIZE", "Of vmci, which is not carried."],
	87: ["VMCI_BUFFER_MAX_SIZE", "Of vmci, which is not carried."],
	88: ["VMCI_CONNECT_TIMEOUT", "Of vmci, which is not carried."],
	90: ["GSSAPI_PRINCIPAL_NAMETYPE", "As GSSAPI_SERVER."],
	91: ["GSSAPI_SERVICE_PRINCIPAL_NAMETYPE", "As GSSAPI_SERVER."],
	92: [
		"BINDTODEVICE",
		"Node cannot set it; name the interface in the endpoint: `tcp://eth0:5555`, `tcp://eth0:0;host:5555`, `udp://eth0;239.0.0.1:5555`.",
	],
	94: ["LOOPBACK_FASTPATH", "Of Windows, and Node cannot set it; take inproc within a process."],
	101: ["IN_BATCH_SIZE", "Bytes are taken as the operating system gives them."],
	102: ["OUT_BATCH_SIZE", "Set for all sockets: SEND_CHUNK_BYTES of `packages/core/src/limits.ts`."],
	112: ["PRIORITY", "Node cannot set it."],
	113: ["BUSY_POLL", "Node cannot set it."],
	116: ["TOPICS_COUNT", "The property `topicsCount` of publishers and subscribers."],
	117: ["NORM_MODE", "Of norm, which is not carried."],
	118: ["NORM_UNICAST_NACK", "Of norm, which is not carried."],
	119: ["NORM_BUFFER_SIZE", "Of norm, which is not carried."],
	120: ["NORM_SEGMENT_SIZE", "Of norm, which is not carried."],
	121: ["NORM_BLOCK_SIZE", "Of norm, which is not carried."],
	122: ["NORM_NUM_PARITY", "Of norm, which is not carried."],
	123: ["NORM_NUM_AUTOPARITY", "Of norm, which is not carried."],
	124: ["NORM_PUSH", "Of norm, which is not carried."],
});

/** libzmq's options of a context: none of them is one of ours. */
export const CONTEXT_OPTIONS_ELSEWHERE = /** @type {readonly (readonly [names: string, where: string])[]} */ ([
	[
		"IO_THREADS, THREAD_PRIORITY, THREAD_SCHED_POLICY, THREAD_AFFINITY_CPU_ADD, THREAD_AFFINITY_CPU_REMOVE, THREAD_NAME_PREFIX",
		"There are no I/O threads.",
	],
	["MAX_SOCKETS, SOCKET_LIMIT", "As many as memory and the operating system allow."],
	["MAX_MSGSZ", "`maxMessageSize` of each socket; without it a frame has at most 2147483647 bytes."],
	["MSG_T_SIZE, ZERO_COPY_RECV", "There is no C structure of a message; frames are views of what was read."],
	["IPV6", "`ipv6` of each socket, or for all of a context: `new Context({ socketOptions: { ipv6: true } })`."],
	["BLOCKY", "`linger` of each socket, or for all of a context: `new Context({ socketOptions: { linger: 0 } })`."],
]);

/** Numbers that libzmq 4.3.5 has options for, drafts included. */
export const LIBZMQ_OPTION_NUMBERS = /** @type {readonly number[]} */ ([
	...[4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 24, 25, 27, 28],
	...Array.from({ length: 32 }, (_, index) => 31 + index),
	...[63, 64, 65, 66, 68, 69, 71],
	...Array.from({ length: 10 }, (_, index) => 72 + index),
	...Array.from({ length: 41 }, (_, index) => 84 + index),
]);

/** @param {string} cell */
const escaped = (cell) => cell.replaceAll("|", "\\|");

/** The second half of the page. */
export function optionsElsewhere() {
	const lines = Object.entries(OPTIONS_ELSEWHERE).map(([number, [name, where]]) => `| ${number} | \`${name}\` | ${escaped(where)} |`);
	const contexts = CONTEXT_OPTIONS_ELSEWHERE.map(([names, where]) => `| ${names.replace(/\w+/g, "`$&`")} | ${escaped(where)} |`);
	return `
## libzmq's options that are not in the table

| libzmq | name | where it is, or why it is not |
|---|---|---|
${lines.join("\n")}

## libzmq's options of a context

| name | where it is, or why it is not |
|---|---|
${contexts.join("\n")}
`;
}
