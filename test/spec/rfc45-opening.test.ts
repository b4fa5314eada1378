/** ZWS 2.0: how a connection is opened, and what there is below it. */
import { Authenticator, Pull, Push, type SocketOptionsInput } from "@zloom/core";
import { expect } from "vitest";
import { CERTIFICATE_PEM, KEY_PEM } from "../../packages/core/src/transport/web-socket/fixtures/certificates.ts";
import { covers } from "./covers.ts";
import { next } from "./events.ts";
import { atEnd, meanwhile, meet, open, texts } from "./open-sockets.ts";
import { tap } from "./tap.ts";
import { dial, greeting } from "./wire.ts";
import { CLOSE, dialWs, headerOf, listenWs } from "./ws-peer.ts";

const WS = { transports: ["ws"] } as const;
const NULL = "ZWS2.0/NULL";
const LOGIN: SocketOptionsInput = { plainUsername: "joe", plainPassword: "secret" };

covers(
	["45/websocket-1", "45/handshake-1", "45/handshake-2", "45/handshake-3"],
	WS,
	"our client asks for the host, the path and the protocols that it has to, and says nothing more before it is answered",
	async () => {
		for (const [options, protocols] of [
			[{}, [NULL, "ZWS2.0"]],
			[LOGIN, ["ZWS2.0/PLAIN"]],
		] as const)
			for (const host of ["127.0.0.1", "localhost"]) {
				const listener = await listenWs("/some/path");
				const endpoint = listener.endpoint.replace("127.0.0.1", host);
				open(new Push(options)).connect(endpoint);
				const raw = await listener.request();
				await meanwhile("ws");
				expect(raw.raw.unread.length).toBe(0);
				const { head, protocol } = raw;
				expect(head).toMatch(/^GET \/some\/path HTTP\/1\.1\r\n/);
				expect(headerOf(head, "host")).toBe(new URL(endpoint).host);
				expect(headerOf(head, "upgrade")?.toLowerCase()).toBe("websocket");
				expect((protocol ?? "").split(",").map((one) => one.trim())).toEqual(protocols);
				raw.answer(protocols[0]);
				expect((await raw.command()).name).toBe(options === LOGIN ? "HELLO" : "READY");
			}
	},
);

covers(["45/handshake-4", "45/handshake-2"], WS, "our server chooses one of the client's protocols and says which", async () => {
	const endpoint = await meet("ws", open(new Pull()));
	for (const [offered, chosen] of [
		[NULL, NULL],
		["ZWS2.0", "ZWS2.0"],
		["chat, ZWS2.0", "ZWS2.0"],
		[`chat,${NULL}, other`, NULL],
	] as const) {
		const { head, protocol } = await dialWs(endpoint, offered);
		expect(head).toMatch(/^HTTP\/1\.1 101 /);
		expect(protocol).toBe(chosen);
	}
	const plain = await dialWs(await meet("ws", open(new Pull({ plainServer: true }))), `${NULL}, ZWS2.0, ZWS2.0/PLAIN`);
	expect(plain.protocol).toBe("ZWS2.0/PLAIN");
});

covers(["45/handshake-5"], WS, "a client without a protocol that we know is turned away", async () => {
	const endpoint = await meet("ws", open(new Pull()));
	for (const offered of ["chat", "zws2.0", "ZWS1.0", "ZWS2.0/PLAIN", undefined]) {
		const answer = await dialWs(endpoint, offered).then(
			async (ws) => {
				await ws.raw.ended();
				return ws.head;
			},
			() => "",
		);
		expect(answer).not.toMatch(/^HTTP\/1\.1 101 /);
	}
});

covers(["45/security-2"], WS, "with wss nothing is on the wire as it is, and who does not speak TLS is not heard", async () => {
	const pull = open(new Pull({ plainServer: true, wssKeyPem: KEY_PEM, wssCertPem: CERTIFICATE_PEM }));
	const judge = new Authenticator({ plain: { joe: "secret" } });
	atEnd(() => judge.close());
	await judge.start();
	await pull.bind("wss://127.0.0.1:*/path");
	const { port, told } = await tap(Number(new URL(pull.lastEndpoint as string).port));
	const push = open(new Push({ ...LOGIN, wssTrustPem: CERTIFICATE_PEM }));
	push.connect(`wss://127.0.0.1:${port}/path`);
	await push.send("confidential");
	expect(texts(await pull.receive())).toEqual(["confidential"]);
	for (const hidden of ["confidential", "secret", "ZWS2.0", "/path"]) expect(told().includes(hidden)).toBe(false);
	const failed = next(pull, "accept:error");
	await expect(dialWs(pull.lastEndpoint, "ZWS2.0/PLAIN")).rejects.toThrow();
	await failed;
});

covers(["45/websocket-1"], WS, "a close of WebSocket ends the connection", async () => {
	const pull = open(new Pull());
	const begun = next(pull, "handshake");
	const ws = await dialWs(await meet("ws", pull), "ZWS2.0");
	ws.write("\x00");
	await begun;
	expect((await ws.frame()).flags).toBe(0);
	const gone = next(pull, "disconnect");
	ws.write(Buffer.of(3, 0xe8), { opcode: CLOSE });
	await gone;
	expect(await ws.closed()).toEqual([]);
});

covers(["45/websocket-1"], WS, "nothing but the handshake of WebSocket begins a connection, at either side", async () => {
	const pull = open(new Pull());
	const endpoint = await meet("ws", pull);
	const { host, port } = new URL(endpoint);
	let handshakes = 0;
	pull.events.on("handshake", () => {
		handshakes += 1;
	});
	const upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
	const zws = `Sec-WebSocket-Protocol: ${NULL}\r\n`;
	const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
	const version = "Sec-WebSocket-Version: 13\r\n";
	for (const text of [
		"\x02\x05READY",
		`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
		`POST / HTTP/1.1\r\nHost: ${host}\r\n${upgrade}${zws}${key}${version}\r\n`,
		`GET / HTTP/1.1\r\nHost: ${host}\r\n${upgrade}${zws}${version}\r\n`,
		`GET / HTTP/1.1\r\nHost: ${host}\r\n${upgrade}${zws}${key}Sec-WebSocket-Version: 7\r\n\r\n`,
	]) {
		const raw = await dial(`tcp://127.0.0.1:${port}`);
		raw.write(Buffer.from(text, "latin1"));
		await raw.ended();
		expect([text, /^(?:HTTP\/1\.1 4\d\d |$)/.test(raw.unread.toString("latin1"))]).toEqual([text, true]);
	}
	const raw = await dial(`tcp://127.0.0.1:${port}`);
	raw.write(greeting());
	await raw.ended();
	expect([handshakes, pull.pipeCount]).toEqual([0, 0]);
	for (const answer of [{ status: "200 OK" }, { accept: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" }]) {
		const listener = await listenWs();
		const push = open(new Push({ reconnectInterval: -1 }));
		const failed = next(push, "handshake:error:protocol", "handshake:error:other");
		push.connect(listener.endpoint);
		const asked = await listener.request();
		asked.answer(NULL, answer);
		await failed;
		await asked.raw.ended();
		expect(asked.raw.unread.length).toBe(0);
	}
});
