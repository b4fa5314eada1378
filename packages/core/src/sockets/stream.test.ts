/**
 * STREAM against a real HTTP client and server, and two of them with each other.
 */
import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket as TcpSocket } from "node:net";
import { describe, expect, it } from "vitest";
import { open } from "../fixtures/open-sockets.ts";
import { Router } from "./sockets.ts";
import { Stream } from "./stream-socket.ts";

const code = (name: string) => expect.objectContaining({ code: name });

async function bound(): Promise<{ stream: Stream; port: number }> {
	const stream = open(new Stream());
	await stream.bind("tcp://127.0.0.1:*");
	return { stream, port: Number((stream.lastEndpoint as string).split(":").at(-1)) };
}

/** All that one connection reads up to its end. */
async function readAll(stream: Stream): Promise<string> {
	let text = "";
	for (;;) {
		const [, piece] = (await stream.receive()) as [Buffer, Buffer];
		if (piece.length === 0) return text;
		text += piece.toString();
	}
}

describe("STREAM", () => {
	it("serves an HTTP client, and closes the connection by an empty frame", async () => {
		const { stream, port } = await bound();
		const response = new Promise<IncomingMessage>((resolve) => get({ port, host: "127.0.0.1", path: "/hello", agent: false }, resolve));
		const [id, notice] = (await stream.receive()) as [Buffer, Buffer];
		expect([id.length, id[0], notice.length]).toEqual([5, 0, 0]);
		let request = "";
		while (!request.includes("\r\n\r\n")) {
			const [from, piece] = (await stream.receive()) as [Buffer, Buffer];
			expect(from).toEqual(id);
			request += piece.toString();
		}
		expect(request).toMatch(/^GET \/hello HTTP\/1\.1\r\n/);
		const body = "x".repeat(1_000_000);
		await stream.send([id, `HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n`]);
		await stream.send([id, body]);
		await stream.send([id, null]);
		const got = await response;
		let length = 0;
		for await (const chunk of got) length += (chunk as Buffer).length;
		expect([got.statusCode, length]).toEqual([200, body.length]);
		await expect(stream.send([id, "more"])).rejects.toEqual(code("EHOSTUNREACH"));
	});

	it("asks an HTTP server under a name of its own, which it can write to at once", async () => {
		const server = createServer((request, response) => response.end(`you asked for ${request.url}`)).listen(0, "127.0.0.1");
		await once(server, "listening");
		const stream = open(new Stream({ reconnectInterval: -1 }));
		const endpoint = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
		stream.connect(endpoint, { routingId: "web" });
		expect(() => stream.connect(endpoint, { routingId: "web" })).toThrowError(code("EINVAL"));
		await stream.send(["web", "GET /page HTTP/1.0\r\n\r\n"]);
		const [id, notice] = (await stream.receive()) as [Buffer, Buffer];
		expect([String(id), notice.length]).toEqual(["web", 0]);
		expect(await readAll(stream)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*you asked for \/page$/);
		server.close();
		await once(server, "close");
	});

	it("talks with another STREAM, and tells of the end", async () => {
		const { stream, port } = await bound();
		const client = open(new Stream());
		client.connect(`tcp://127.0.0.1:${port}`);
		const [there] = (await client.receive()) as [Buffer, Buffer];
		const [here] = (await stream.receive()) as [Buffer, Buffer];
		await client.send([there, "ping"]);
		expect(String((await stream.receive())[1])).toBe("ping");
		await stream.send([here, "pong"]);
		expect(String((await client.receive())[1])).toBe("pong");
		client.close();
		const [gone, notice] = (await stream.receive()) as [Buffer, Buffer];
		expect([gone, notice.length]).toEqual([here, 0]);
	});

	it("tells of nothing without notify", async () => {
		const { stream, port } = await bound();
		stream.notify = false;
		const client = connect(port, "127.0.0.1");
		client.end("data");
		expect(String((await stream.receive())[1])).toBe("data");
		await once(client.resume(), "close");
		expect(stream.tryReceive()).toBeUndefined();
	});

	it("holds up a peer that sends faster than it is read, and loses nothing", async () => {
		const stream = open(new Stream({ receiveHighWaterMark: 2 }));
		await stream.bind("tcp://127.0.0.1:*");
		const client = connect(Number((stream.lastEndpoint as string).split(":").at(-1)), "127.0.0.1");
		const size = 8_000_000;
		client.end(Buffer.alloc(size, 1));
		await stream.receive();
		let length = 0;
		for (;;) {
			const [, piece] = (await stream.receive()) as [Buffer, Buffer];
			if (piece.length === 0) break;
			length += piece.length;
		}
		expect(length).toBe(size);
	});

	it("waits with a send while its connection takes no more", async () => {
		const held: TcpSocket[] = [];
		const server = createTcpServer((socket) => held.push(socket.pause())).listen(0, "127.0.0.1");
		await once(server, "listening");
		const stream = open(new Stream({ sendHighWaterMark: 1 }));
		stream.connect(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, { routingId: "slow" });
		await stream.receive();
		const piece = Buffer.alloc(1 << 20);
		// Full is what takes nothing five times over: the first time it may be this thread that had no time.
		for (let refused = 0; refused < 5; )
			await stream.send(["slow", piece], { timeoutMs: 20 }).then(
				() => {
					refused = 0;
				},
				() => {
					refused += 1;
				},
			);
		await expect(stream.send(["slow", piece], { timeoutMs: 5 })).rejects.toEqual(code("EAGAIN"));
		for (const socket of held) socket.destroy();
		server.close();
	});

	it("is carried by tcp only", async () => {
		const stream = open(new Stream());
		await expect(stream.bind("ipc:///tmp/never")).rejects.toEqual(code("ENOCOMPATPROTO"));
		expect(() => stream.connect("inproc://never")).toThrowError(code("ENOCOMPATPROTO"));
		await expect(open(new Router()).bind("tcp://127.0.0.1:*")).resolves.toBeUndefined();
	});
});
