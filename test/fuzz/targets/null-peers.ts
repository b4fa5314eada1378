/**
 * Strangers without security who connect to a socket of ours, or to whom one connects, over real tcp, in every version of ZMTP. The
 * first part says how the stranger behaves; every other part is one write of its own.
 *
 * The connection must end as the model says, the monitor must tell why, whole messages must have arrived and no others, and the healthy
 * peer beside it must not notice.
 */
import type { Socket as NetSocket } from "node:net";
import { boundScene, connectingScene } from "../attack.ts";
import { CLIENTS, type Role, SERVERS } from "../casts.ts";
import { SOCKET_TYPE_NUMBER, type SocketTypeName } from "../core.ts";
import { type Expected, expectedOf } from "../model.ts";
import { MORE_CLIENTS, MORE_SERVERS } from "../more-casts.ts";
import { type Ending, leave, type Scene, turn, until } from "../scene.ts";
import { must, type Parts, type Target } from "../target.ts";
import { cancel, error, frame, longHeader, openings, ping, ready, subscribe, text } from "../wire.ts";

const MAX_MESSAGE_SIZE = 5000;
const RESET = 1;
const VANISH = 2;
const PARTS_MAX = 60;

/** byte 0: how it leaves; byte 1, bit 0: it never reads. */
const POLITE = Buffer.of(0, 0);
const behaviour = (manner: number, deaf = 0): Buffer => Buffer.of(manner, deaf);

async function write(stream: NetSocket, parts: Parts): Promise<void> {
	for (const part of parts) {
		if (stream.destroyed || stream.writableEnded) return;
		if (part.length > 0) stream.write(part);
		await turn();
	}
}

function same(a: readonly Uint8Array[][], b: readonly Uint8Array[][]): boolean {
	return a.length === b.length && a.every((message, at) => Buffer.compare(Buffer.concat(message), Buffer.concat(b[at] ?? [])) === 0);
}

/** The bytes of a stranger on its connection, and what came of them. */
async function judge(scene: Scene, role: Role, stream: NetSocket, parts: Parts): Promise<string> {
	const manner = (parts[0]?.[0] ?? 0) % 3;
	const writes = parts.slice(1, PARTS_MAX);
	if (((parts[0]?.[1] ?? 0) & 1) === 0) stream.resume();
	const expected = expectedOf(role.type, MAX_MESSAGE_SIZE, Buffer.concat(writes));
	await write(stream, writes);
	leave(stream, manner);
	const ending = await scene.ending();
	stream.destroy();
	// What was under way when a connection is reset may be lost: then only that it ended counts.
	if (manner !== RESET && manner !== VANISH) await compare(scene, role, expected, ending);
	return `${expected.end}${expected.opened ? " after the handshake" : ""}`;
}

async function compare(scene: Scene, role: Role, expected: Expected, { handshake, reason, events }: Ending): Promise<void> {
	const { opened } = expected;
	// Who comes to an exclusive socket is turned away once it is known, whatever it goes on to do.
	const end = role.exclusive === true && opened ? "ENOBUFS" : expected.end;
	const messages = role.oneFrame === true ? expected.messages.filter(({ length }) => length === 1) : expected.messages;
	must(handshake === opened, `the handshake was done: ${handshake}, expected: ${opened} (${reason}, expected ${end})`);
	must(end === "left" || reason === end, `it ended with ${reason} instead of ${end}`);
	must(end !== "left" || !reason.startsWith("ERR_"), `it ended with ${reason}, and was all right`);
	const told = events.some(({ type }) => type === (end === "ERR_ZAP_REFUSED" ? "handshake:error:auth" : "handshake:error:protocol"));
	must(told === (end !== "left" && !opened), `the failure of the handshake was told: ${told}; ${end}`);
	if (!role.transparent) return;
	await until(`the arrival of ${messages.length} messages of a stranger`, () => scene.strangers.length >= messages.length);
	must(same(scene.strangers, messages), `${scene.strangers.length} messages arrived, and not as they were sent`);
}

/** Every opening, with everything that may follow it. */
function seeds(peer: SocketTypeName): Parts[] {
	const [modern, ...older] = openings(peer, SOCKET_TYPE_NUMBER[peer]);
	const opening = modern ?? [];
	const followed = [
		[frame("one"), frame("two", true), frame("three")],
		[frame("", true), frame("request")],
		[subscribe("a"), subscribe("a"), cancel("a"), cancel("never"), frame("\x01b"), frame("\x00b"), frame("user message")],
		[subscribe("x".repeat(300)), subscribe("z".repeat(32 * 1024)), subscribe("z".repeat(32 * 1024 + 1)), frame(`\x01${"y".repeat(300)}`)],
		[command("JOIN", "group"), command("LEAVE", "group"), command("JOIN", "g".repeat(300))],
		[ping(100, "context"), ping(0), command("PONG", ""), command("UNKNOWN", "data")],
		[command("PING", ""), frame("after")],
		[frame(Buffer.alloc(MAX_MESSAGE_SIZE)), frame(Buffer.alloc(MAX_MESSAGE_SIZE + 1))],
		[frame("unfinished", true)],
		[error("400")],
		[ready(peer)],
		...[0x7fff_ffffn, 0x8000_0000n, (1n << 53n) + 1n, (1n << 63n) - 1n, 1n << 63n, -1n].map((size) => [longHeader(0, size), text("x")]),
		[longHeader(4, 70_000n)],
		[Buffer.of(0x80, 0), Buffer.of(5, 0)],
		new Array(150).fill(Buffer.of(1, 0)),
	];
	return [
		...followed.map((more) => [POLITE, ...opening, ...more]),
		...older.flatMap((old) => [
			[POLITE, ...old, frame("message")],
			[POLITE, ...old, text("\x02\x00x\x02\x01y")],
		]),
		[behaviour(RESET), ...opening, frame("one")],
		[behaviour(VANISH, 1), ...opening, subscribe(""), frame("one")],
		[behaviour(0, 1), ...opening, ping(0, "never read")],
		[POLITE, ...opening.slice(0, 1), ready("PAIR")],
		[POLITE, ...opening.slice(0, 1), error("no")],
		[POLITE, text("GET / HTTP/1.1\r\n\r\n")],
		[POLITE],
		[POLITE, Buffer.concat(opening).subarray(0, 30)],
	];
}

function command(name: string, data: string): Buffer {
	const body = text(`${String.fromCharCode(name.length)}${name}${data}`);
	return body.length > 255 ? Buffer.concat([longHeader(4, BigInt(body.length)), body]) : Buffer.concat([Buffer.of(4, body.length), body]);
}

/** A scene of one role on one side; for canaries too. */
export function nullPeersTarget(name: string, role: Role, open: typeof boundScene): Target {
	const options = { attacked: { maxMessageSize: MAX_MESSAGE_SIZE }, healthy: {} };
	const play = (scene: Scene, stream: NetSocket, parts: Parts): Promise<string> => judge(scene, role, stream, parts);
	return { name, level: "socket", seeds: () => seeds(role.peer), open: () => open(role, options, play) };
}

export const nullPeers: readonly Target[] = [
	...[...SERVERS, ...MORE_SERVERS].map((role) => nullPeersTarget(`tcp-${role.type.toLowerCase()}-server`, role, boundScene)),
	...[...CLIENTS, ...MORE_CLIENTS].map((role) => nullPeersTarget(`tcp-${role.type.toLowerCase()}-client`, role, connectingScene)),
];
