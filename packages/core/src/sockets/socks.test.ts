/**
 * tcp connections through a SOCKS5 proxy: by address and by name, with a password, with CURVE, and with proxies that refuse or misbehave.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket as TcpSocket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { open } from "../fixtures/open-sockets.ts";
import { curveKeyPair } from "../security/curve-keys.ts";
import { type SocksServer, type SocksServerOptions, socksServer } from "../transport/fixtures/socks-server.ts";
import { type Dealer, Pull, Push } from "./sockets.ts";

const code = (name: string) => expect.objectContaining({ code: name });
const proxies: SocksServer[] = [];
const servers: Server[] = [];

afterEach(() => {
	for (const proxy of proxies.splice(0)) proxy.close();
	for (const server of servers.splice(0)) server.close();
});

async function through(options: SocksServerOptions = {}): Promise<SocksServer> {
	const proxy = await socksServer(options);
	proxies.push(proxy);
	return proxy;
}

/** A proxy that answers the first bytes with these and then is silent, or leaves. */
async function strange(answer: Buffer, leaves: boolean): Promise<string> {
	const server = createServer((stream: TcpSocket) => {
		stream.on("error", () => stream.destroy());
		stream.once("data", () => (leaves ? stream.end(answer) : stream.write(answer)));
		stream.unref();
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	server.unref();
	servers.push(server);
	return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function boundPull(options: ConstructorParameters<typeof Pull>[0] = {}): Promise<{ pull: Pull; port: number }> {
	const pull = open(new Pull(options));
	await pull.bind("tcp://127.0.0.1:*");
	const endpoint = pull.lastEndpoint as string;
	return { pull, port: Number(endpoint.slice(endpoint.lastIndexOf(":") + 1)) };
}

/** Why the first attempt failed. */
function failure(socket: Push | Dealer): Promise<Error | undefined> {
	return new Promise((resolve) => socket.events.on("connect:retry", ({ error }) => resolve(error)));
}

describe("a SOCKS5 proxy", () => {
	it("leads to an address", async () => {
		const [proxy, { pull, port }] = [await through(), await boundPull()];
		const push = open(new Push({ socksProxy: proxy.proxy }));
		push.connect(`tcp://127.0.0.1:${port}`);
		await push.send(["a", Buffer.alloc(200_000, 1)]);
		expect((await pull.receive())[1]).toHaveLength(200_000);
		expect(proxy.asked).toEqual([`1 127.0.0.1:${port}`]);
	});

	it("resolves names itself", async () => {
		const [proxy, { pull, port }] = [await through({ names: { "hidden.example": "127.0.0.1" } }), await boundPull()];
		const push = open(new Push({ socksProxy: proxy.proxy }));
		push.connect(`tcp://hidden.example:${port}`);
		await push.send("x");
		expect(String(await pull.receive())).toBe("x");
		expect(proxy.asked).toEqual([`3 hidden.example:${port}`]);
	});

	it.each([
		["[::1]", "4 0000:0000:0000:0000:0000:0000:0000:0001"],
		["[2001:db8::a:0:1]", "4 2001:0db8:0000:0000:0000:000a:0000:0001"],
		["[::ffff:127.0.0.1]", "4 0000:0000:0000:0000:0000:ffff:7f00:0001"],
		["[1:2:3:4:5:6:7:8]", "4 0001:0002:0003:0004:0005:0006:0007:0008"],
	])("is told of %s as an address", async (host, asked) => {
		const proxy = await through({ refusal: 4 });
		const push = open(new Push({ socksProxy: proxy.proxy, ipv6: true }));
		const failed = failure(push);
		push.connect(`tcp://${host}:5555`);
		await failed;
		expect(proxy.asked[0]).toBe(`${asked}:5555`);
	});

	it("may name its own address in any form", async () => {
		for (const boundAddress of [
			Buffer.concat([Buffer.of(3, 5), Buffer.from("proxy")]),
			Buffer.concat([Buffer.of(4), Buffer.alloc(16)]),
			Buffer.of(3, 0),
		]) {
			const [proxy, { pull, port }] = [await through({ boundAddress }), await boundPull()];
			const push = open(new Push({ socksProxy: proxy.proxy }));
			push.connect(`tcp://127.0.0.1:${port}`);
			await push.send("x");
			expect(String(await pull.receive())).toBe("x");
		}
	});

	it("may want a user name and a password", async () => {
		const [proxy, { pull, port }] = [await through({ username: "ada", password: "pw" }), await boundPull()];
		const push = open(new Push({ socksProxy: proxy.proxy, socksUsername: "ada", socksPassword: "pw" }));
		push.connect(`tcp://127.0.0.1:${port}`);
		await push.send("x");
		expect(String(await pull.receive())).toBe("x");
		for (const credentials of [{}, { socksUsername: "ada" }, { socksUsername: "ada", socksPassword: "wrong" }]) {
			const refused = open(new Push({ socksProxy: proxy.proxy, ...credentials }));
			const failed = failure(refused);
			refused.connect(`tcp://127.0.0.1:${port}`);
			expect(await failed).toEqual(code("EACCES"));
		}
	});

	it("carries CURVE as any other connection", async () => {
		const [server, client] = [curveKeyPair(), curveKeyPair()];
		const { pull, port } = await boundPull({ curveServer: true, curveSecretKey: (await server).secretKey });
		const push = open(
			new Push({
				socksProxy: (await through()).proxy,
				curveServerKey: (await server).publicKey,
				curvePublicKey: (await client).publicKey,
				curveSecretKey: (await client).secretKey,
			}),
		);
		push.connect(`tcp://127.0.0.1:${port}`);
		await push.send("secret");
		expect(String(await pull.receive())).toBe("secret");
	});

	it("is asked again after a lost connection", async () => {
		const [proxy, { pull, port }] = [await through(), await boundPull()];
		const push = open(new Push({ socksProxy: proxy.proxy, reconnectInterval: 1 }));
		push.connect(`tcp://127.0.0.1:${port}`);
		await push.send("1");
		await pull.receive();
		await pull.unbind(pull.lastEndpoint as string);
		await pull.bind(`tcp://127.0.0.1:${port}`);
		await push.send("2");
		expect(String(await pull.receive())).toBe("2");
		expect(proxy.asked.length).toBeGreaterThan(1);
	});

	it.each([
		[1, "general failure"],
		[5, "connection refused"],
		[9, "code 9"],
	])("that refuses with %i makes the connection fail, with what it said", async (refusal, text) => {
		const push = open(new Push({ socksProxy: (await through({ refusal })).proxy }));
		const failed = failure(push);
		push.connect("tcp://127.0.0.1:5555");
		const error = await failed;
		expect(error).toEqual(code("EHOSTUNREACH"));
		expect(error?.message).toContain(text);
	});

	it.each([
		["speaks something else", Buffer.from("HTTP/1.1 400\r\n"), "EPROTO"],
		["speaks something else after the greeting", Buffer.from("\x05\x00HTTP/"), "EPROTO"],
		["names its address in an unknown form", Buffer.of(5, 0, 5, 0, 0, 9, 1), "EPROTO"],
		["wants a method that was not offered", Buffer.of(5, 2), "EACCES"],
		["leaves at once", Buffer.alloc(0), "EPROTO"],
		["leaves in the middle", Buffer.of(5, 0, 5, 0), "EPROTO"],
	])("that %s makes the connection fail", async (_what, answer, expected) => {
		const push = open(new Push({ socksProxy: await strange(answer, true) }));
		const failed = failure(push);
		push.connect("tcp://127.0.0.1:5555");
		expect(await failed).toEqual(code(expected));
	});

	it("that never answers is given up after the handshake interval", async () => {
		const push = open(new Push({ socksProxy: await strange(Buffer.of(5), false), handshakeInterval: 20 }));
		const failed = failure(push);
		push.connect("tcp://127.0.0.1:5555");
		expect(await failed).toEqual(code("EAGAIN"));
	});

	it("that is silent does not hold up the end of a socket", async () => {
		const push = new Push({ socksProxy: await strange(Buffer.of(5), false), linger: 0 });
		push.connect("tcp://127.0.0.1:5555");
		await push.send("x");
		await push[Symbol.asyncDispose]();
	});

	it.each(["127.0.0.1", "127.0.0.1:0", "127.0.0.1:*", "-bad:5", ":5", "http://127.0.0.1:5"])("is not %s", (socksProxy) => {
		const push = open(new Push({ socksProxy }));
		expect(() => push.connect("tcp://127.0.0.1:5555")).toThrow(code("EINVAL"));
	});
});
