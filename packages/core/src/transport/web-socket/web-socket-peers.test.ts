/**
 * What a bound socket makes of peers that do not do what ZWS 2.0 says: each loses its own connection, and the monitor hears why.
 */
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { ZmqError } from "../../errors.ts";
import { FLAG_COMMAND } from "../../wire/frame.ts";
import { ProtocolError } from "../../wire/protocol-error.ts";
import { encodeZws } from "../../wire/zws.ts";
import type { RecordingHost } from "../fixtures/recording-host.ts";
import { transportEnds } from "../fixtures/transport-ends.ts";
import { bareClient, readToEnd, readyClient, readyMessage, upgradeRequest, webClient } from "./fixtures/web-ends.ts";
import { ws } from "./web-socket.ts";

const { host, bound } = transportEnds(ws);

/** Why a peer was turned away. */
async function reason(
	of: RecordingHost,
	type: "handshake:error:protocol" | "disconnect" | "accept:error" | "handshake:error:other",
): Promise<unknown> {
	await of.until(() => of.eventTypes.includes(type));
	const error = of.find(type)?.error;
	return error instanceof ProtocolError ? error.reason : (error as { code?: string } | undefined)?.code;
}

describe("a peer that asks for", () => {
	it.each([
		["", "ERR_ZWS_SUBPROTOCOL"],
		["mqtt, chat", "ERR_ZWS_SUBPROTOCOL"],
		["ZWS1.0", "ERR_ZWS_SUBPROTOCOL"],
		["ZWS2.0/CURVE", "ERR_ZMTP_MECHANISM_MISMATCH"],
		["ZWS2.0.PLAIN", "ERR_ZMTP_MECHANISM_MISMATCH"],
	])("the subprotocol %j is turned away with a reason", async (subprotocols, expected) => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const client = webClient(endpoint, subprotocols);
		const [, response] = await once(client, "unexpected-response");
		expect(response.statusCode).toBe(400);
		expect(response.headers["sec-websocket-protocol"]).toContain("ZWS2.0/NULL");
		expect(await reason(server, "handshake:error:protocol")).toBe(expected);
		expect(server.eventTypes).toEqual(["bind", "accept", "handshake:error:protocol", "disconnect"]);
	});

	it.each(["ZWS2.0/NULL", "ZWS2.0.NULL", "ZWS2.0/CURVE, ZWS2.0/NULL,ZWS2.0"])("%j gets in", async (subprotocols) => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const client = webClient(endpoint, subprotocols);
		await once(client, "open");
		client.send(readyMessage("DEALER"));
		client.send(encodeZws(0, Buffer.from("x")));
		await server.until(() => server.messages.length === 1);
	});

	it("no mechanism at all says its routing id, and gets in", async () => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const client = webClient(endpoint, "ZWS2.0");
		const first = once(client, "message");
		await once(client, "open");
		client.send(encodeZws(0, Buffer.from("east")));
		client.send(encodeZws(1, Buffer.from("a")));
		client.send(encodeZws(0, Buffer.from("b")));
		await server.until(() => server.messages.length === 1);
		expect((await first)[0]).toEqual(Buffer.of(0));
		expect(server.messages[0]?.map(String)).toEqual(["a", "b"]);
		expect(Buffer.from(server.pipes[0]?.peerRoutingId as Uint8Array).toString()).toBe("east");
	});

	it("no mechanism is turned away where peers are judged", async () => {
		const server = host("ROUTER", { zapDomain: "global" });
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		webClient(endpoint, "ZWS2.0");
		expect(await reason(server, "handshake:error:protocol")).toBe("ERR_ZMTP_MECHANISM_MISMATCH");
	});

	it("a WebSocket in a way that is none is turned away", async () => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const stream = await bareClient(endpoint);
		stream.write(upgradeRequest("/").replace("AAAAAAAAAAAAAAAAAAAAAA==", "short"));
		expect(await readToEnd(stream)).toContain("400 Bad Request");
		expect(await reason(server, "handshake:error:protocol")).toBe("ERR_WS_UNSPECIFIED");
	});

	it("a path that nobody is bound to gets 404, which every socket at the port is told, and nothing else", async () => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/here");
		const [, response] = await once(webClient(endpoint.replace("here", "there"), "ZWS2.0/NULL"), "unexpected-response");
		expect(response.statusCode).toBe(404);
		const [long] = await once(webClient(`${endpoint}${"x".repeat(1000)}`, "ZWS2.0/NULL"), "unexpected-response");
		expect(long).toBeDefined();
		await server.until(() => server.eventTypes.length === 3);
		expect(server.eventTypes).toEqual(["bind", "accept:error", "accept:error"]);
		const told = server.find("accept:error")?.error as ZmqError;
		expect([told.code, told.message]).toEqual(["ENOENT", 'A peer asked for the path "/there", which no socket is bound to']);
		for (const event of server.events) if (event.type === "accept:error") expect(event.error.message.length).toBeLessThan(200);
	});

	it("a page and no WebSocket is told what this is, and the socket is told of it", async () => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const response = await fetch(endpoint.replace("ws:", "http:"));
		expect(response.status).toBe(426);
		expect(await response.text()).toContain("ZeroMQ");
		expect(server.eventTypes).toEqual(["bind", "accept:error"]);
		const told = server.find("accept:error")?.error as ZmqError;
		expect([told.code, told.message]).toEqual(["EPROTO", 'A peer asked for a page, not for a WebSocket: "GET" "/"']);
	});

	it("the path with a query gets in", async () => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/a");
		await readyClient(`${endpoint}?token=1`);
		await server.until(() => server.eventTypes.includes("handshake"));
	});
});

describe("a peer that", () => {
	it("sends something that is no HTTP is turned away", async () => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		(await bareClient(endpoint)).write(Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1]));
		expect(await reason(server, "accept:error")).toBe("ERR_WS_UNSPECIFIED");
	});

	it.each(["", "GET / HTTP/1.1\r\nHost"])("connects, sends %j and nothing more is turned away", async (begin) => {
		const server = host("ROUTER", { handshakeInterval: 30 });
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const stream = await bareClient(endpoint);
		stream.write(begin);
		expect(await reason(server, "accept:error")).toBe("EAGAIN");
		await readToEnd(stream);
	});

	it("opens a WebSocket and says nothing is turned away", async () => {
		// Long enough to open it on a machine that is busy.
		const server = host("ROUTER", { handshakeInterval: 1000 });
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const client = webClient(endpoint, "ZWS2.0/NULL");
		await once(client, "close");
		expect(await reason(server, "handshake:error:other")).toBe("EAGAIN");
	});

	it.each([
		["text", "hello", "ERR_ZWS_TEXT_MESSAGE"],
		["an empty message", Buffer.alloc(0), "ERR_ZMTP_MALFORMED_FRAME"],
		["unknown flags", Buffer.from([4, 1]), "ERR_ZMTP_MALFORMED_FRAME"],
		["a command that is continued", Buffer.from([3, 1]), "ERR_ZMTP_MALFORMED_FRAME"],
		["a command without a name", encodeZws(FLAG_COMMAND, Buffer.alloc(0)), "ERR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED"],
		["a frame above maxMessageSize", encodeZws(0, Buffer.alloc(1001)), "ERR_ZMTP_MESSAGE_TOO_LARGE"],
		["a frame far above maxMessageSize", encodeZws(0, Buffer.alloc(4_000_000)), "ERR_ZMTP_MESSAGE_TOO_LARGE"],
	])("sends %s loses its connection, after what it sent before was delivered", async (_what, message, expected) => {
		const server = host("ROUTER", { maxMessageSize: 1000 });
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const client = await readyClient(endpoint);
		client.send(encodeZws(0, Buffer.alloc(1000)));
		client.send(message);
		client.send(encodeZws(0, Buffer.from("never")));
		expect(await reason(server, "disconnect")).toBe(expected);
		expect(server.messages.map((one) => one[0]?.length)).toEqual([1000]);
	});

	it("sends a message before its handshake is done is turned away, and told why", async () => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const client = webClient(endpoint, "ZWS2.0/NULL");
		const messages: Buffer[] = [];
		client.on("message", (data: Buffer) => messages.push(data));
		await once(client, "open");
		client.send(encodeZws(0, Buffer.from("early")));
		await once(client, "close");
		expect(await reason(server, "handshake:error:protocol")).toBe("ERR_ZMTP_UNEXPECTED_COMMAND");
		expect(messages.at(-1)?.subarray(0, 7).toString("latin1")).toBe("\x02\x05ERROR");
	});

	it("is of a type that does not fit is told so", async () => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const client = await readyClient(endpoint, "PULL");
		await once(client, "close");
		expect(await reason(server, "handshake:error:protocol")).toBe("ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE");
	});

	it("has not finished its handshake cannot make us collect a large message", async () => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const client = webClient(endpoint, "ZWS2.0/NULL");
		await once(client, "open");
		client.send(encodeZws(FLAG_COMMAND, Buffer.alloc(4 * 2 ** 20)));
		expect(await reason(server, "handshake:error:protocol")).toBe("ERR_ZMTP_MESSAGE_TOO_LARGE");
	});

	it("breaks the rules of WebSocket loses its connection", async () => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const stream = await bareClient(endpoint);
		// A frame of a client must be masked.
		stream.write(Buffer.concat([Buffer.from(upgradeRequest("/")), Buffer.from([0x82, 1, 0])]));
		expect(await reason(server, "handshake:error:protocol")).toBe("ERR_WS_UNSPECIFIED");
	});

	it("closes the WebSocket with a complaint is heard", async () => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const client = await readyClient(endpoint);
		await server.until(() => server.eventTypes.includes("handshake"));
		client.close(1009, "too much");
		await server.until(() => server.eventTypes.includes("disconnect"));
		expect(server.find("disconnect")?.error?.message).toContain("1009: too much");
	});

	it("comes from an address that is not admitted is turned away", async () => {
		const server = host("ROUTER", { tcpAcceptFilter: "10.0.0.0/8" });
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const [, response] = await once(webClient(endpoint, "ZWS2.0/NULL"), "unexpected-response");
		expect(response.statusCode).toBe(403);
		expect(await reason(server, "accept:error")).toBe("EACCES");
	});

	it("sends fragments of a message gets in all the same", async () => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const client = await readyClient(endpoint);
		client.send(encodeZws(0, Buffer.from("ab")), { fin: false });
		client.send("cd", { binary: true, fin: true });
		await server.until(() => server.messages.length === 1);
		expect(server.messages[0]?.map(String)).toEqual(["abcd"]);
	});
});

describe("heartbeats", () => {
	it("are WebSocket's own pings, and a peer that answers stays", async () => {
		const server = host("ROUTER", { heartbeatInterval: 10, heartbeatTimeout: 500 });
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const client = await readyClient(endpoint);
		for (let count = 0; count < 60; count++) await once(client, "ping");
		expect(server.eventTypes).toEqual(["bind", "accept", "handshake"]);
	});

	it("find out a peer that is silent", async () => {
		const server = host("ROUTER", { heartbeatInterval: 10, heartbeatTimeout: 20 });
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		await readyClient(endpoint, "DEALER", { autoPong: false });
		expect(await reason(server, "disconnect")).toBe("EAGAIN");
	});

	it("of a peer are answered with what they bring", async () => {
		const { endpoint } = await bound(host("ROUTER"), "ws://127.0.0.1:*/");
		const client = await readyClient(endpoint);
		client.ping("who");
		expect(String((await once(client, "pong"))[0])).toBe("who");
	});

	it("of a peer that floods us with them and reads nothing cost nothing", async () => {
		const server = host("ROUTER");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const client = await readyClient(endpoint);
		await server.until(() => server.eventTypes.includes("handshake"));
		client.pause();
		let pongs = 0;
		client.on("pong", () => {
			pongs += 1;
		});
		for (let count = 0; count < 20_000; count++) client.ping("x".repeat(100));
		client.send(encodeZws(0, Buffer.from("end")));
		await server.until(() => server.messages.length === 1);
		client.resume();
		client.ping("last");
		for (let last = ""; last !== "last"; ) last = String((await once(client, "pong"))[0]);
		expect(pongs).toBeLessThan(10_000);
	});
});
