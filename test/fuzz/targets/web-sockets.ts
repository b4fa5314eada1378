/**
 * ws and wss: strangers who connect to a bound socket, or to whom one connects, and speak HTTP and WebSocket more or less. The first part says
 * how the stranger leaves; every other part is one write. Frames have a mask of zeros, so that what is changed is what arrives. In an
 * answer "$ACCEPT" stands for what the key of the request asks for.
 *
 * With wss the second octet of the first part says whether the stranger speaks TLS (0) or writes its bytes where TLS should be.
 *
 * A connection that was accepted ends with one reason in the monitor, whole messages arrive at most, and the healthy peer must not
 * notice.
 */
import { createHash } from "node:crypto";
import { createServer, type Socket as NetSocket } from "node:net";
import { connect as connectTls } from "node:tls";
import { CERTIFICATE_PEM, KEY_PEM } from "../../../packages/core/src/transport/web-socket/fixtures/certificates.ts";
import { CLIENTS, type Role, SERVERS } from "../casts.ts";
import { encodeReady } from "../core.ts";
import { leave, reasonOf, Scene, stranger, turn, until } from "../scene.ts";
import { must, type Parts, type Subject, type Target } from "../target.ts";
import { text } from "../wire.ts";

const ACCEPT = "$ACCEPT";
const WRITES_MAX = 40;
const MAX_MESSAGE_SIZE = 5000;

async function write(stream: NetSocket, parts: Parts): Promise<void> {
	for (const part of parts) {
		if (stream.destroyed || stream.writableEnded) return;
		if (part.length > 0) stream.write(part);
		await turn();
	}
}

/** @param below the connection that `stream` goes through */
async function gone(stream: NetSocket, parts: Parts, below = stream): Promise<void> {
	stream.resume();
	await write(stream, parts.slice(1, WRITES_MAX));
	const manner = (parts[0]?.[0] ?? 0) % 3;
	// Node keeps the handle of a connection that is reset under TLS.
	if (stream !== below && manner !== 0) stream.destroy();
	else leave(stream, manner);
	await until("the end of a stranger's stream", () => below.destroyed);
}

/** TLS over a stranger's connection, when it comes to that. */
async function secured(below: NetSocket): Promise<NetSocket> {
	const stream = connectTls({ socket: below, rejectUnauthorized: false });
	stream.on("error", () => undefined);
	let done = false;
	stream.once("secureConnect", () => {
		done = true;
	});
	await until("a connection of TLS", () => done || stream.destroyed);
	return stream;
}

async function judgeBound(scene: Scene, endpoint: string, parts: Parts): Promise<string> {
	const errors: Error[] = [];
	const onError = ({ error }: { error: Error }): void => {
		errors.push(error);
	};
	scene.cast.attacked.events.on("accept:error", onError);
	const below = await stranger(endpoint.replace(/\/fuzz$/, ""));
	const speaksTls = endpoint.startsWith("wss:") && ((parts[0]?.[1] ?? 0) & 1) === 0;
	await gone(speaksTls ? await secured(below) : below, parts, below);
	await scene.beat();
	scene.cast.attacked.events.off("accept:error", onError);
	if (scene.count("accept") === 0) return `not accepted: ${reasonOf(errors[0])}`;
	const { handshake, reason } = await scene.ending();
	return `${handshake ? "after the handshake " : ""}${reason}`;
}

async function openBound(role: Role, scheme: "ws" | "wss"): Promise<Subject> {
	const [certificate, trust] =
		scheme === "ws" ? [{}, {}] : [{ wssKeyPem: KEY_PEM, wssCertPem: CERTIFICATE_PEM }, { wssTrustPem: CERTIFICATE_PEM }];
	const cast = role.make({ linger: 0, maxMessageSize: MAX_MESSAGE_SIZE, ...certificate }, { linger: 0, ...trust });
	const scene = new Scene(cast);
	await cast.attacked.bind(`${scheme}://127.0.0.1:*/fuzz`);
	const endpoint = cast.attacked.lastEndpoint as string;
	cast.healthy.connect(endpoint);
	await scene.begin();
	return {
		async run(parts) {
			scene.forget();
			const outcome = await judgeBound(scene, endpoint, parts);
			await scene.beat();
			return outcome;
		},
		close: () => scene.close(),
	};
}

/** The request of the socket under attack, up to its end. */
async function request(stream: NetSocket): Promise<string> {
	let head = "";
	stream.on("data", (chunk: Buffer) => {
		head += chunk.toString("latin1");
	});
	await until("the request for a WebSocket", () => head.includes("\r\n\r\n"));
	return head;
}

function answered(parts: Parts, head: string): Parts {
	const key = /sec-websocket-key: *(\S+)/i.exec(head)?.[1] ?? "";
	const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
	return parts.map((part) => {
		const at = part.indexOf(ACCEPT);
		return at === -1 ? part : Buffer.concat([part.subarray(0, at), text(accept), part.subarray(at + ACCEPT.length)]);
	});
}

async function openConnecting(role: Role): Promise<Subject> {
	const waiting: NetSocket[] = [];
	const server = createServer((stream) => {
		stream.on("error", () => undefined);
		waiting.push(stream);
	});
	const cast = role.make({ linger: 0, reconnectInterval: -1, maxMessageSize: MAX_MESSAGE_SIZE }, { linger: 0 });
	const scene = new Scene(cast);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const endpoint = `ws://127.0.0.1:${(server.address() as { port: number }).port}/stranger`;
	await cast.healthy.bind("ws://127.0.0.1:*/fuzz");
	cast.attacked.connect(cast.healthy.lastEndpoint as string);
	await scene.begin();
	return {
		async run(parts) {
			scene.forget();
			cast.attacked.connect(endpoint);
			await until("a connection of the socket under attack", () => waiting.length > 0);
			const stream = waiting.shift() as NetSocket;
			await gone(stream, answered(parts, await request(stream)));
			const { handshake, reason } = await scene.ending();
			cast.attacked.disconnect(endpoint);
			await scene.beat();
			return `${handshake ? "after the handshake " : ""}${reason}`;
		},
		async close() {
			await new Promise((resolve) => server.close(resolve));
			await scene.close();
		},
	};
}

/** One WebSocket frame; opcode 2 is binary, 1 text, 8 close, 9 ping. */
function frame(masked: boolean, opcode: number, payload: Uint8Array, fin = true): Buffer {
	must(payload.length < 65_536, "a seed is too long");
	const first = (fin ? 0x80 : 0) | opcode;
	const mask = masked ? 0x80 : 0;
	const head = payload.length < 126 ? [first, mask | payload.length] : [first, mask | 126, payload.length >> 8, payload.length & 255];
	return Buffer.concat([Buffer.from(head), masked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

const zws = (flags: number, body: string | Uint8Array): Buffer =>
	Buffer.concat([Buffer.of(flags), typeof body === "string" ? text(body) : body]);
const MORE = 1;
const COMMAND = 2;

function conversations(peer: string, masked: boolean): Parts[] {
	const send = (opcode: number, payload: Uint8Array, fin = true): Buffer => frame(masked, opcode, payload, fin);
	const ready = send(2, zws(COMMAND, encodeReady([["Socket-Type", text(peer)]])));
	const huge = Buffer.of(0x82, (masked ? 0x80 : 0) | 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	return [
		[ready, send(2, zws(0, "one")), send(2, zws(MORE, "two")), send(2, zws(0, "three")), send(8, Buffer.of(3, 0xe8))],
		[ready, send(2, zws(0, "\x01topic")), send(2, zws(0, "\x00topic"))],
		[ready, send(9, text("ping")), send(10, text("pong")), send(2, zws(COMMAND, "\x04PING\x00\x00"))],
		[ready, send(1, text("text")), ready],
		[ready, send(2, Buffer.alloc(0))],
		[ready, send(2, zws(7, "unknown flags"))],
		[ready, send(2, zws(0, "part"), false), send(0, text("rest"))],
		[ready, send(2, zws(0, Buffer.alloc(MAX_MESSAGE_SIZE + 1)))],
		[ready, huge],
		[ready, frame(!masked, 2, zws(0, "the wrong mask"))],
		[send(2, zws(0, "before READY"))],
		[send(2, zws(COMMAND, "\x05ERROR\x03400"))],
		[send(2, zws(COMMAND, encodeReady([["Socket-Type", text("PAIR")]])))],
	];
}

function ask(subprotocols: string, path = "/fuzz", key = "AAAAAAAAAAAAAAAAAAAAAA=="): Buffer {
	const lines = ["Host: x", "Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Key: ${key}`, "Sec-WebSocket-Version: 13"];
	return text(`GET ${path} HTTP/1.1\r\n${[...lines, `Sec-WebSocket-Protocol: ${subprotocols}`].join("\r\n")}\r\n\r\n`);
}

function answer(subprotocol: string, status = "101 Switching Protocols"): Buffer {
	const lines = ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${ACCEPT}`, `Sec-WebSocket-Protocol: ${subprotocol}`];
	return text(`HTTP/1.1 ${status}\r\n${lines.join("\r\n")}\r\n\r\n`);
}

const POLITE = Buffer.of(0);
/** No TLS where it should be. */
const BARE = Buffer.of(0, 1);
const boundSeeds = (peer: string): Parts[] => [
	...conversations(peer, true).map((frames) => [POLITE, ask("ZWS2.0/NULL"), ...frames]),
	[POLITE, ask("ZWS2.0"), frame(true, 2, zws(0, "routing id")), frame(true, 2, zws(0, "one"))],
	...["", "mqtt", "ZWS2.0/CURVE", "x".repeat(5000)].map((subprotocols) => [POLITE, ask(subprotocols)]),
	[POLITE, ask("ZWS2.0/NULL", "/other")],
	[POLITE, ask("ZWS2.0/NULL", "/fuzz", "short")],
	[POLITE, text("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
	[POLITE, text("\x16\x03\x01\x00\x05hello")],
	[POLITE],
	[Buffer.of(1), ask("ZWS2.0/NULL")],
];
const connectingSeeds = (peer: string): Parts[] => [
	...conversations(peer, false).map((frames) => [POLITE, answer("ZWS2.0/NULL"), ...frames]),
	[POLITE, answer("ZWS2.0"), frame(false, 2, zws(0, "routing id")), frame(false, 2, zws(0, "one"))],
	...["", "mqtt", "ZWS2.0/CURVE", "ZWS2.0/NULL,ZWS2.0"].map((subprotocol) => [POLITE, answer(subprotocol)]),
	[POLITE, answer("ZWS2.0/NULL", "404 Not Found")],
	[POLITE, answer("ZWS2.0/NULL", "200 OK")],
	[POLITE, text("SSH-2.0-server\r\n")],
	[POLITE],
];

export const webSockets: readonly Target[] = [
	...SERVERS.filter(({ type }) => type === "PULL" || type === "XPUB").map(
		(role): Target => ({
			name: `ws-${role.type.toLowerCase()}-server`,
			level: "socket",
			seeds: () => boundSeeds(role.peer),
			open: () => openBound(role, "ws"),
		}),
	),
	...SERVERS.filter(({ type }) => type === "PULL").map(
		(role): Target => ({
			name: `wss-${role.type.toLowerCase()}-server`,
			level: "socket",
			seeds: () => [...boundSeeds(role.peer), [BARE, text("\x16\x03\x01\x00\x05hello")], [BARE, text("GET / HTTP/1.1\r\n\r\n")], [BARE]],
			open: () => openBound(role, "wss"),
		}),
	),
	...CLIENTS.filter(({ type }) => type === "PULL" || type === "SUB").map(
		(role): Target => ({
			name: `ws-${role.type.toLowerCase()}-client`,
			level: "socket",
			seeds: () => connectingSeeds(role.peer),
			open: () => openConnecting(role),
		}),
	),
];
