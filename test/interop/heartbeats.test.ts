/**
 * Heartbeats between our sockets and libzmq's, and what each does about a peer that stopped without closing: a stopped process.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { curveKeyPair, Dealer, type Socket } from "@zloom/core";
import { afterEach, describe, expect, it } from "vitest";
import { closePeers, hasLibzmq, peer, type Zeromq, zmq } from "./libzmq-peer.ts";

const open: Socket[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
	for (const child of children.splice(0)) {
		const gone = once(child, "exit");
		child.kill("SIGKILL");
		await gone;
	}
	closePeers();
	for (const socket of open) socket.linger = 0;
	await Promise.all(open.splice(0).map((socket) => socket[Symbol.asyncDispose]()));
});

function ours(options: ConstructorParameters<typeof Dealer>[0]): Dealer {
	const socket = new Dealer({ linger: 0, ...options });
	open.push(socket);
	return socket;
}

const HEARTBEATS = { heartbeatInterval: 20, heartbeatTimeout: 5_000, heartbeatTimeToLive: 5_000 };

function counted(socket: Socket | Zeromq.Socket): { disconnects: number } {
	const count = { disconnects: 0 };
	(socket.events as { on(type: string, listener: () => void): void }).on("disconnect", () => {
		count.disconnects += 1;
	});
	return count;
}

/** Settles when heartbeats as frequent as those under test have given up a silent peer three times: the clock of this file. */
async function threeBreaks(): Promise<void> {
	const greeting = Buffer.alloc(64);
	greeting.set([0xff], 0);
	greeting.set([0x7f, 3, 1], 9);
	greeting.write("NULL", 12);
	const server = createServer((stream) => {
		stream.on("error", () => stream.destroy());
		stream.resume().write(Buffer.concat([greeting, Buffer.from("\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x06ROUTER", "latin1")]));
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	const clock = ours({ heartbeatInterval: HEARTBEATS.heartbeatInterval, heartbeatTimeout: 100, reconnectInterval: 1 });
	await new Promise<void>((resolve) => {
		let breaks = 0;
		clock.events.on("disconnect", () => {
			breaks += 1;
			if (breaks === 3) resolve();
		});
		clock.connect(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
	});
	clock.close();
	server.close();
}

/** A program that binds a DEALER, says where, and echoes. */
const ECHO = `
	const [kind] = process.argv.slice(1);
	const { Dealer } = await import(kind === "ours" ? "@zloom/core" : "zeromq");
	const dealer = new Dealer({ linger: 0 });
	await dealer.bind("tcp://127.0.0.1:*");
	console.log(dealer.lastEndpoint);
	for await (const message of dealer) await dealer.send(message);
`;

async function echoProcess(kind: "ours" | "libzmq"): Promise<{ child: ChildProcess; endpoint: string }> {
	const child = spawn(process.execPath, ["--input-type=module", "-e", ECHO, kind], {
		cwd: import.meta.dirname,
		stdio: ["ignore", "pipe", "inherit"],
	});
	children.push(child);
	const [line] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
	return { child, endpoint: line.toString().trim() };
}

describe.skipIf(!hasLibzmq)("heartbeats with libzmq", () => {
	const keys = [curveKeyPair(), curveKeyPair()] as const;
	const securities = {
		NULL: [{}, {}],
		CURVE: [
			{ curveServer: true, curvePublicKey: keys[0].publicKey, curveSecretKey: keys[0].secretKey },
			{ curvePublicKey: keys[1].publicKey, curveSecretKey: keys[1].secretKey, curveServerKey: keys[0].publicKey },
		],
	} as const;
	for (const [name, [server, client]] of Object.entries(securities)) {
		it(`keep a connection under ${name} alive that is otherwise idle, with PINGs from both sides`, async () => {
			const us = ours({ ...server, ...HEARTBEATS });
			const them = peer(new zmq.Dealer({ ...client, ...HEARTBEATS }));
			await us.bind("tcp://127.0.0.1:*");
			const counts = [counted(us), counted(them)];
			them.connect(us.lastEndpoint as string);
			for (let round = 0; round < 10; round++) {
				await Promise.all([us.receive(), them.send(["to us", String(round)])]);
				await Promise.all([them.receive(), us.send(["to them", String(round)])]);
			}
			await threeBreaks();
			await Promise.all([us.receive(), them.send("still here")]);
			expect(counts.map((count) => count.disconnects)).toEqual([0, 0]);
		});
	}

	it("notice a libzmq that was stopped, and reach it again when it goes on", async () => {
		const { child, endpoint } = await echoProcess("libzmq");
		const us = ours({ heartbeatInterval: 20, heartbeatTimeout: 1_000, reconnectInterval: 10 });
		us.connect(endpoint);
		await us.send("before");
		expect((await us.receive()).map(String)).toEqual(["before"]);
		const lost = new Promise<Error | undefined>((resolve) => us.events.on("disconnect", ({ error }) => resolve(error)));
		child.kill("SIGSTOP");
		expect((await lost)?.message).toContain("heartbeatTimeout");
		const again = new Promise<void>((resolve) => us.events.on("handshake", () => resolve()));
		child.kill("SIGCONT");
		await again;
		await us.send("after");
		expect((await us.receive()).map(String)).toEqual(["after"]);
	});

	it("make libzmq notice that we were stopped, and it reaches us again when we go on", async () => {
		const { child, endpoint } = await echoProcess("ours");
		const them = peer(new zmq.Dealer({ heartbeatInterval: 20, heartbeatTimeout: 1_000, reconnectInterval: 10, linger: 0 }));
		them.connect(endpoint);
		await them.send("before");
		expect((await them.receive()).map(String)).toEqual(["before"]);
		const lost = new Promise<void>((resolve) => them.events.on("disconnect", () => resolve()));
		child.kill("SIGSTOP");
		await lost;
		const again = new Promise<void>((resolve) => them.events.on("handshake", () => resolve()));
		child.kill("SIGCONT");
		await again;
		await them.send("after");
		expect((await them.receive()).map(String)).toEqual(["after"]);
	});
});
