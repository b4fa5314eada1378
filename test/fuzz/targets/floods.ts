/**
 * Floods over real tcp: many connections at once that say nothing, too little or rubbish; endless messages, PINGs, subscriptions and
 * frames without end; and peers that never read. A part is one flood: its kind and its size. They all run at once.
 *
 * Each must end when its peer leaves; memory for it is bounded while it lasts; and the healthy peer is served meanwhile.
 */
import type { Socket as NetSocket } from "node:net";
import { type Role, SERVERS } from "../casts.ts";
import { memoryInUse, memoryNow } from "../heap.ts";
import { Scene, stranger, turn, until } from "../scene.ts";
import { must, type Parts, type Subject, type Target } from "../target.ts";
import { frame, greeting, longHeader, ping, ready, subscribe, text } from "../wire.ts";

const CONNECTIONS_MAX = 120;
const FLOODS_MAX = 4;
/** What all floods of one run may hold, bytes: about 100 connections with what a socket and a pipe of each may queue. */
const HELD_BYTES_MAX = 256 << 20;
const BEATS = 5;

interface Flood {
	/** True: each size is one connection; else one connection sends so much. */
	readonly wide: boolean;
	bytes(peer: string, size: number): Buffer;
	readonly reads: boolean;
}

const opening = (peer: string): Buffer => Buffer.concat([greeting(), ready(peer)]);
const repeated = (bytes: Buffer, count: number): Buffer => Buffer.alloc(bytes.length * count, bytes);

const FLOODS: readonly Flood[] = [
	{ wide: true, reads: true, bytes: () => Buffer.alloc(0) },
	{ wide: true, reads: false, bytes: () => greeting().subarray(0, 11) },
	{ wide: true, reads: true, bytes: () => text("GET / HTTP/1.1\r\n\r\n") },
	{ wide: true, reads: false, bytes: (peer) => Buffer.concat([opening(peer), longHeader(0, 0x7000_0000n), text("little")]) },
	{ wide: true, reads: true, bytes: (peer) => Buffer.concat([opening(peer), frame("unfinished", true)]) },
	{ wide: false, reads: false, bytes: (peer, size) => Buffer.concat([opening(peer), repeated(ping(0, "context of 16 b"), size * 200)]) },
	{ wide: false, reads: false, bytes: (peer, size) => Buffer.concat([opening(peer), repeated(frame("message"), size * 200)]) },
	{ wide: false, reads: false, bytes: (peer, size) => Buffer.concat([opening(peer), repeated(frame("", true), size * 200)]) },
	{ wide: false, reads: false, bytes: (peer, size) => Buffer.concat([opening(peer), repeated(frame(Buffer.alloc(50_000)), size)]) },
	{
		wide: false,
		reads: false,
		bytes: (peer, size) => Buffer.concat([opening(peer), ...Array.from({ length: size * 20 }, (_, at) => subscribe(`topic ${at}`))]),
	},
	{
		wide: false,
		reads: false,
		bytes: (peer, size) => Buffer.concat([opening(peer), subscribe(""), repeated(subscribe("healthy"), size * 50)]),
	},
];

async function start(endpoint: string, role: Role, part: Buffer): Promise<NetSocket[]> {
	const flood = FLOODS[(part[0] ?? 0) % FLOODS.length] as Flood;
	const size = 1 + (part[1] ?? 0);
	const bytes = flood.bytes(role.peer, size);
	const count = flood.wide ? Math.min(CONNECTIONS_MAX, size) : 1;
	const streams = await Promise.all(Array.from({ length: count }, () => stranger(endpoint)));
	for (const stream of streams) {
		if (flood.reads) stream.resume();
		if (bytes.length > 0) stream.write(bytes);
	}
	return streams;
}

async function open(role: Role): Promise<Subject> {
	const cast = role.make({ linger: 0 }, { linger: 0 });
	const scene = new Scene(cast);
	await cast.attacked.bind("tcp://127.0.0.1:*");
	const endpoint = cast.attacked.lastEndpoint as string;
	cast.healthy.connect(endpoint);
	await scene.begin();
	return {
		async run(parts: Parts) {
			scene.forget();
			const before = memoryNow();
			const streams = (await Promise.all(parts.slice(0, FLOODS_MAX).map((part) => start(endpoint, role, part)))).flat();
			for (let beat = 0; beat < BEATS; beat++) {
				await scene.beat();
				await turn();
			}
			// Garbage is looked for only when there is much.
			const bytes = memoryNow() - before < HELD_BYTES_MAX ? 0 : memoryInUse() - before;
			must(bytes < HELD_BYTES_MAX, `${streams.length} strangers hold ${bytes >> 20} MiB`);
			await until("all connections", () => scene.count("accept") === streams.length);
			for (const stream of streams) stream.destroy();
			await until("the end of all strangers", () => scene.count("disconnect") === streams.length);
			await scene.beat();
			return `${parts.length} floods, ${Math.round(streams.length / 50) * 50} connections`;
		},
		close: () => scene.close(),
	};
}

export const floods: readonly Target[] = SERVERS.filter(({ type }) => type === "PULL" || type === "XPUB" || type === "ROUTER").map(
	(role) => ({
		name: `tcp-flood-${role.type.toLowerCase()}`,
		level: "flood",
		seeds: () => [
			...FLOODS.map((_, kind) => [Buffer.of(kind, 100)]),
			FLOODS.slice(0, 4).map((_, kind) => Buffer.of(kind, 60)),
			FLOODS.slice(5, 9).map((_, at) => Buffer.of(5 + at, 200)),
		],
		open: () => open(role),
	}),
);
