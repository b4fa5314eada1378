/**
 * wss: TLS below WebSocket. Whom a client trusts, and what a server needs.
 */
import { describe, expect, it } from "vitest";
import type { SocketOptions } from "../../option/options.ts";
import { message, transportEnds } from "../fixtures/transport-ends.ts";
import { CERTIFICATE_PEM, KEY_PEM, OTHER_CERTIFICATE_PEM, OTHER_KEY_PEM } from "./fixtures/certificates.ts";
import { ws, wss } from "./web-socket.ts";

const { host, bound, connected } = transportEnds(wss);
const plain = transportEnds(ws);

const SERVER: Partial<SocketOptions> = { wssKeyPem: KEY_PEM, wssCertPem: CERTIFICATE_PEM };
const TRUSTING: Partial<SocketOptions> = { wssTrustPem: CERTIFICATE_PEM, reconnectInterval: 1 };

describe("wss", () => {
	it("carries messages both ways, small and large", async () => {
		const [server, client] = [host("PAIR", SERVER), host("PAIR", TRUSTING)];
		const { endpoint } = await bound(server, "wss://127.0.0.1:*/path");
		expect(endpoint).toMatch(/^wss:\/\/127\.0\.0\.1:\d+\/path$/);
		connected(client, endpoint);
		client.pipes[0]?.tryWrite(message(0, 1, 70_000, 3_000_000));
		await server.until(() => server.messages.length === 1);
		server.pipes[0]?.tryWrite(message(5_000_000, 1));
		await client.until(() => client.messages.length === 1);
		expect(server.messages[0]?.map((frame) => frame.length)).toEqual([0, 1, 70_000, 3_000_000]);
		expect(client.messages[0]?.map((frame) => frame.length)).toEqual([5_000_000, 1]);
		expect(server.pipes[0]?.peerAddress).toMatch(/^wss:\/\/127\.0\.0\.1:\d+$/);
		expect(client.eventTypes).toEqual(["connect:delay", "connect", "handshake"]);
	});

	it("flushes what was queued before the close of either side", async () => {
		const [server, client] = [host("PAIR", SERVER), host("PAIR", { ...TRUSTING, reconnectInterval: -1 })];
		const { endpoint } = await bound(server, "wss://127.0.0.1:*/");
		const connector = connected(client, endpoint);
		for (let count = 0; count < 100; count++) client.pipes[0]?.tryWrite(message(10_000));
		client.close();
		await connector.close();
		await server.until(() => server.messages.length === 100 && server.closedPipes.length === 1);
	});

	it("connects by name, checked against the certificate", async () => {
		const server = host("PULL", SERVER);
		const { endpoint } = await bound(server, "wss://127.0.0.1:*/");
		const byName = host("PUSH", TRUSTING);
		connected(byName, endpoint.replace("127.0.0.1", "localhost"));
		const byOption = host("PUSH", { ...TRUSTING, wssHostname: "zloom.test" });
		connected(byOption, endpoint);
		await server.until(() => server.pipes.length === 2);
	});

	it.each([
		["whose certificate nobody has vouched for", { wssTrustPem: OTHER_CERTIFICATE_PEM }, "self-signed"],
		["whose certificate Node does not trust", { wssTrustPem: null, wssTrustSystem: true }, "self-signed"],
		["that has another name", { wssTrustPem: CERTIFICATE_PEM, wssHostname: "example.org" }, "altnames"],
	])("does not connect to a server %s, says why, and tries again", async (_what, options, words) => {
		const server = host("PULL", SERVER);
		const { endpoint } = await bound(server, "wss://127.0.0.1:*/");
		const client = host("PUSH", { ...options, reconnectInterval: 1 });
		connected(client, endpoint);
		await client.until(() => client.eventTypes.includes("connect:retry"));
		expect(client.find("handshake:error:other")?.error.message).toContain(words);
		expect(server.pipes.length).toBe(0);
	});

	it("trusts what Node trusts beside what it is given", async () => {
		const server = host("PULL", SERVER);
		const { endpoint } = await bound(server, "wss://127.0.0.1:*/");
		connected(host("PUSH", { ...TRUSTING, wssTrustSystem: true }), endpoint);
		await server.until(() => server.pipes.length === 1);
	});

	it("does not talk to a peer without TLS, nor the other way round", async () => {
		const server = host("PULL", SERVER);
		const { endpoint } = await bound(server, "wss://127.0.0.1:*/");
		plain.connected(plain.host("PUSH"), endpoint.replace("wss:", "ws:"));
		await server.until(() => server.eventTypes.includes("accept:error"));
		const bare = await plain.bound(plain.host("PULL"), "ws://127.0.0.1:*/");
		const client = host("PUSH", TRUSTING);
		connected(client, bare.endpoint.replace("ws:", "wss:"));
		await client.until(() => client.eventTypes.includes("handshake:error:other"));
	});

	it("is tried again where nobody listens", async () => {
		const listener = await bound(host("PULL", SERVER), "wss://127.0.0.1:*/");
		await listener.close();
		const client = host("PUSH", TRUSTING);
		connected(client, listener.endpoint);
		await client.until(() => client.eventTypes.includes("connect:retry"));
		expect(client.find("connect:retry")?.error).toMatchObject({ code: "ECONNREFUSED" });
	});

	it("needs a key and a certificate to bind, and somebody to trust to connect", async () => {
		await expect(bound(host("PULL"), "wss://127.0.0.1:*/")).rejects.toMatchObject({ code: "EINVAL" });
		await expect(bound(host("PULL", { wssKeyPem: KEY_PEM, wssCertPem: "nonsense" }), "wss://127.0.0.1:*/")).rejects.toMatchObject({
			code: "EINVAL",
		});
		expect(() => connected(host("PUSH"), "wss://127.0.0.1:1/")).toThrowError(expect.objectContaining({ code: "EINVAL" }));
		expect(() => connected(host("PUSH", { wssTrustPem: "nonsense" }), "wss://127.0.0.1:1/")).toThrowError(
			expect.objectContaining({ code: "EINVAL" }),
		);
	});

	it("shares a port only with the same certificate", async () => {
		const { endpoint } = await bound(host("PULL", SERVER), "wss://127.0.0.1:*/a");
		const other = endpoint.replace("/a", "/b");
		const stranger = host("PULL", { wssKeyPem: OTHER_KEY_PEM, wssCertPem: OTHER_CERTIFICATE_PEM });
		await expect(bound(stranger, other)).rejects.toMatchObject({ code: "EINVAL" });
		await bound(host("PULL", SERVER), other);
	});
});
