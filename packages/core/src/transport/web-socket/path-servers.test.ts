/**
 * Sockets that share a port by their paths, on a server of ours and on one of a program.
 */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { freePort } from "../fixtures/free-port.ts";
import { transportEnds } from "../fixtures/transport-ends.ts";
import { CERTIFICATE_PEM, KEY_PEM } from "./fixtures/certificates.ts";
import { webClient } from "./fixtures/web-ends.ts";
import { shareHttpServer } from "./path-servers.ts";
import { ws, wss } from "./web-socket.ts";

const { host, bound, connected } = transportEnds(ws);
const secure = transportEnds(wss);
const servers: Server[] = [];

afterEach(() => {
	for (const server of servers.splice(0)) {
		server.close();
		server.closeAllConnections();
	}
});

async function listening(server: Server): Promise<Server> {
	servers.push(server);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return server;
}

/** One message from a new client to this endpoint. */
async function arrives(endpoint: string, server: ReturnType<typeof host>): Promise<void> {
	const client = host("PUSH");
	connected(client, endpoint);
	client.pipes[0]?.tryWrite([Buffer.from(endpoint)]);
	await server.until(() => server.messages.some((message) => String(message[0]) === endpoint));
}

describe("sockets that bind one port", () => {
	it("with different paths each get their own peers", async () => {
		const [a, b] = [host("PULL"), host("PULL")];
		const { endpoint } = await bound(a, "ws://127.0.0.1:*/a");
		const other = endpoint.replace("/a", "/b");
		expect((await bound(b, other)).endpoint).toBe(other);
		await arrives(endpoint, a);
		await arrives(other, b);
		expect([a.messages.length, b.messages.length]).toEqual([1, 1]);
	});

	it("at the same moment get along", async () => {
		const port = await freePort();
		const paths = ["/a", "/b", "/c", "/a"];
		const binds = await Promise.allSettled(paths.map((path) => bound(host("PULL"), `ws://127.0.0.1:${port}${path}`)));
		expect(binds.map((bind) => bind.status)).toEqual(["fulfilled", "fulfilled", "fulfilled", "rejected"]);
	});

	it("leave it to others when they go, and free it with the last", async () => {
		const [a, b] = [host("PULL"), host("PULL")];
		const first = await bound(a, "ws://127.0.0.1:*/a");
		const second = await bound(b, first.endpoint.replace("/a", "/b"));
		await first.close();
		await arrives(second.endpoint, b);
		const again = await bound(a, first.endpoint);
		await arrives(again.endpoint, a);
		await Promise.all([again.close(), second.close()]);
		const third = await bound(host("PULL"), first.endpoint);
		expect(third.endpoint).toBe(first.endpoint);
	});

	it("must not have the same path, and cannot mix ws and wss", async () => {
		const { endpoint } = await bound(host("PULL"), "ws://127.0.0.1:*/a");
		await expect(bound(host("PULL"), endpoint)).rejects.toMatchObject({ code: "EADDRINUSE", address: endpoint });
		const mixed = secure.host("PULL", { wssKeyPem: KEY_PEM, wssCertPem: CERTIFICATE_PEM });
		await expect(secure.bound(mixed, endpoint.replace("ws:", "wss:"))).rejects.toMatchObject({ code: "EADDRINUSE" });
	});

	it("cannot have a port that something else has", async () => {
		const server = await listening(createServer());
		const endpoint = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
		const refused = host("PULL");
		await expect(bound(refused, endpoint)).rejects.toMatchObject({ code: "EADDRINUSE", address: endpoint });
		expect(refused.eventTypes).toEqual(["bind:error"]);
	});
});

describe("a program's own server", () => {
	it("carries sockets at paths beside its pages and its own WebSockets", async () => {
		const server = await listening(createServer((_request, response) => response.end("page")));
		const own = new WebSocketServer({ noServer: true });
		server.on("upgrade", (request, stream, head) => {
			if (request.url === "/own") own.handleUpgrade(request, stream, head, (webSocket) => webSocket.send("own"));
		});
		const base = shareHttpServer(server);
		const [a, b] = [host("PULL"), host("PULL")];
		const listeners = [await bound(a, `${base}/a`), await bound(b, `${base}/b`)];
		expect(listeners.map(({ endpoint }) => endpoint)).toEqual([`${base}/a`, `${base}/b`]);
		await arrives(`${base}/a`, a);
		await arrives(`${base}/b`, b);
		expect(await (await fetch(base.replace("ws:", "http:"))).text()).toBe("page");
		expect(String((await once(webClient(`${base}/own`, ""), "message"))[0])).toBe("own");
		await Promise.all(listeners.map((listener) => listener.close()));
		expect(server.listening).toBe(true);
		expect(await (await fetch(base.replace("ws:", "http:"))).text()).toBe("page");
		expect(server.listenerCount("upgrade")).toBe(1);
	});

	it("without WebSockets of its own answers 404 at all other paths", async () => {
		const server = await listening(createServer());
		const base = shareHttpServer(server);
		await bound(host("PULL"), `${base}/a`);
		const [, response] = await once(webClient(`${base}/b`, "ZWS2.0/NULL"), "unexpected-response");
		expect(response.statusCode).toBe(404);
	});

	it("that listens everywhere is bound by the wildcard", async () => {
		const server = createServer();
		servers.push(server);
		server.listen(0);
		await once(server, "listening");
		const base = shareHttpServer(server);
		expect(base).toMatch(/^ws:\/\/\*:\d+$/);
		const pull = host("PULL");
		const { endpoint } = await bound(pull, `${base}/a`);
		expect(endpoint).toBe(`${base.replace("*", "0.0.0.0")}/a`);
		await arrives(endpoint.replace("0.0.0.0", "127.0.0.1"), pull);
	});

	it("of https carries wss, with its own certificate", async () => {
		const server = await listening(createSecureServer({ key: KEY_PEM, cert: CERTIFICATE_PEM }) as unknown as Server);
		const base = shareHttpServer(server);
		const pull = secure.host("PULL");
		const { endpoint } = await secure.bound(pull, `${base}/a`);
		const push = secure.host("PUSH", { wssTrustPem: CERTIFICATE_PEM });
		secure.connected(push, endpoint);
		push.pipes[0]?.tryWrite([Buffer.from("x")]);
		await pull.until(() => pull.messages.length === 1);
		await expect(bound(host("PULL"), endpoint.replace("wss:", "ws:").replace("/a", "/b"))).rejects.toMatchObject({ code: "EADDRINUSE" });
	});

	it("must listen before it is shared", () => {
		expect(() => shareHttpServer(createServer())).toThrowError(expect.objectContaining({ code: "EINVAL" }));
	});

	it("that has closed is forgotten: the next bind makes a server of its own", async () => {
		const server = await listening(createServer());
		const base = shareHttpServer(server);
		server.close();
		await once(server, "close");
		const pull = host("PULL");
		await bound(pull, `${base}/a`);
		await arrives(`${base}/a`, pull);
	});
});
