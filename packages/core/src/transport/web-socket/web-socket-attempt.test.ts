/**
 * What a connecting socket makes of servers: which failures are final, which are tried again, and what the monitor hears.
 */
import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ProtocolError } from "../../wire/protocol-error.ts";
import { freePort } from "../fixtures/free-port.ts";
import { transportEnds } from "../fixtures/transport-ends.ts";
import { ws } from "./web-socket.ts";

const { host, bound, connected } = transportEnds(ws);
const servers: (Server | HttpServer)[] = [];

afterEach(() => {
	for (const server of servers.splice(0)) {
		server.close();
		if ("closeAllConnections" in server) server.closeAllConnections();
	}
});

async function listening<S extends Server | HttpServer>(server: S): Promise<string> {
	servers.push(server);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A server that answers every request for a WebSocket with this. */
function answering(answer: string): Promise<string> {
	const server = createHttpServer();
	server.on("upgrade", (_request, stream) => {
		stream.on("error", () => undefined);
		stream.end(answer);
	});
	return listening(server);
}

describe("a connect over ws", () => {
	it("is tried again where nobody listens", async () => {
		const client = host("PUSH", { reconnectInterval: 1 });
		connected(client, `ws://127.0.0.1:${await freePort()}/`);
		await client.until(() => client.eventTypes.filter((type) => type === "connect:retry").length === 2);
		expect(client.eventTypes.slice(0, 3)).toEqual(["connect:delay", "close", "connect:retry"]);
		expect(client.find("connect:retry")?.error).toMatchObject({ code: "ECONNREFUSED" });
	});

	it("is tried again where nobody has the path, until somebody binds it", async () => {
		const { endpoint } = await bound(host("PULL"), "ws://127.0.0.1:*/here");
		const there = endpoint.replace("here", "there");
		const client = host("PUSH", { reconnectInterval: 1 });
		connected(client, there);
		client.pipes[0]?.tryWrite([Buffer.from("late")]);
		await client.until(() => client.eventTypes.includes("connect:retry"));
		expect(client.eventTypes.slice(0, 4)).toEqual(["connect:delay", "connect", "handshake:error:other", "disconnect"]);
		expect(client.find("handshake:error:other")?.error.message).toContain("404");
		const server = host("PULL");
		await bound(server, there);
		await server.until(() => server.messages.length === 1);
	});

	it("is final where the mechanism is another one", async () => {
		const server = host("PULL");
		const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
		const client = host("PUSH", { reconnectInterval: 1, securityMechanism: "plain", plainUsername: "me", plainPassword: "x" });
		connected(client, endpoint);
		await client.until(() => client.closedPipes.length === 1);
		expect(client.eventTypes).toEqual(["connect:delay", "connect", "handshake:error:protocol", "disconnect"]);
		expect(client.find("handshake:error:protocol")?.error).toMatchObject({ reason: "ERR_ZMTP_MECHANISM_MISMATCH" });
	});

	const accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
	it.each([
		["another subprotocol", `${accepted}Sec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`, "ERR_ZWS_SUBPROTOCOL"],
		["no subprotocol", `${accepted}Sec-WebSocket-Accept: x\r\n\r\n`, "ERR_ZWS_SUBPROTOCOL"],
		[
			"a wrong answer to the key",
			`${accepted}Sec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: ZWS2.0/NULL\r\n\r\n`,
			"ERR_WS_UNSPECIFIED",
		],
		["something that is no HTTP", "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03", "ERR_WS_UNSPECIFIED"],
	])("is final where the server answers with %s", async (_what, answer, reason) => {
		const client = host("PUSH", { reconnectInterval: 1 });
		connected(client, await answering(answer));
		await client.until(() => client.closedPipes.length === 1);
		const error = client.find("handshake:error:protocol")?.error;
		expect(error).toBeInstanceOf(ProtocolError);
		expect((error as ProtocolError).reason).toBe(reason);
	});

	it.each([
		["503 of a proxy", "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"],
		["a redirect", "HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"],
		["nothing, and closes", ""],
	])("is tried again where the server answers with %s", async (_what, answer) => {
		const client = host("PUSH", { reconnectInterval: 1 });
		connected(client, await answering(answer));
		await client.until(() => client.eventTypes.filter((type) => type === "connect:retry").length === 2);
		expect(client.eventTypes).toContain("handshake:error:other");
	});

	it("is given up after handshakeInterval where the server does not answer, and tried again", async () => {
		const client = host("PUSH", { reconnectInterval: 1, handshakeInterval: 20 });
		connected(client, await listening(createServer()));
		await client.until(() => client.eventTypes.includes("connect:retry"));
		expect(client.find("handshake:error:other")?.error).toMatchObject({ code: "EAGAIN" });
	});

	it("can be closed at any moment of an attempt", async () => {
		const silent = await listening(createServer());
		for (let turns = 0; turns < 30; turns++) {
			const client = host("PUSH", { linger: 0 });
			const connector = connected(client, silent);
			for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
			client.close();
			await connector.close();
			expect(client.closedPipes.length + Number(client.pipes[0]?.closed)).toBeGreaterThan(0);
		}
	});

	it.each(["ws://127.0.0.1:0/", "ws://127.0.0.1:*/", "ws://a b:1/", "ws://[::1]:1/", "ws://-:1/"])("to %s can never work", (endpoint) => {
		expect(() => connected(host("PUSH"), endpoint)).toThrowError(expect.objectContaining({ code: "EINVAL" }));
	});
});
