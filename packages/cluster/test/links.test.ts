import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cluster, type ClusterOptions, cluster } from "@zloom/cluster";
import { Dealer, Router } from "@zloom/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeGreeting, KIND_HELLO, KIND_REFUSE, KIND_WELCOME } from "../src/wire.ts";
import { BareHost } from "./bare-host.ts";

let folder: string;
let running: { stop(): Promise<void> }[] = [];
let sockets: { close(): void }[] = [];

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "zloom-links-"));
});

afterEach(async () => {
	for (const socket of sockets) socket.close();
	await Promise.all(running.map((one) => one.stop()));
	running = [];
	sockets = [];
	rmSync(folder, { recursive: true });
});

async function start(options: ClusterOptions = {}): Promise<{ remote: Cluster; host: BareHost }> {
	const remote = cluster(options);
	const host = new BareHost();
	running.push(remote);
	await remote.start(host);
	return { remote, host };
}

function open<Socket extends { close(): void }>(socket: Socket): Socket {
	sockets.push(socket);
	return socket;
}

/** A dialling node, a listening node, and both ends of the link between them. */
async function pair(listen: string, options: ClusterOptions = {}) {
	const far = await start({ ...options, listen });
	const near = await start(options);
	const node = far.remote.endpoints[0] as string;
	const link = near.host.take(await near.remote.dial(node));
	await far.host.until(() => far.host.links.length === 1);
	return { near, far, node, link, back: far.host.links[0] as typeof link };
}

const text = (value: string | number): Uint8Array[] => [Buffer.from(String(value))];
const texts = (host: BareHost): string[] => host.envelopes.map((frames) => frames.map((frame) => Buffer.from(frame).toString()).join("|"));

describe.each(["tcp", "ipc"])("a link over %s", (scheme) => {
	const endpoint = (): string => (scheme === "tcp" ? "tcp://127.0.0.1:*" : `ipc://${folder}/node.sock`);

	it("carries envelopes both ways, in order, frames untouched", async () => {
		const { near, far, link, back } = await pair(endpoint());
		for (let i = 0; i < 20_000; i++) link.send([Buffer.from(String(i)), Buffer.alloc(0)]);
		for (let i = 0; i < 20_000; i++) back.send(text(i));
		await far.host.until(() => far.host.envelopes.length === 20_000);
		await near.host.until(() => near.host.envelopes.length === 20_000);
		expect(texts(far.host)).toEqual([...Array(20_000).keys()].map((i) => `${i}|`));
		expect(texts(near.host)).toEqual([...Array(20_000).keys()].map(String));
	});

	it("carries values larger than its window", async () => {
		const { far, link } = await pair(endpoint());
		const sent = [1, 2, 3].map((value) => Buffer.alloc(16 * 1024 * 1024 + value, value));
		for (const value of sent) link.send([value]);
		await far.host.until(() => far.host.envelopes.length === 3);
		expect(far.host.envelopes.map(([frame], i) => sent[i]?.equals(frame as Buffer))).toEqual([true, true, true]);
	});

	it("ends at both sides once, with what was sent before arriving first", async () => {
		const { near, far, node, link } = await pair(endpoint());
		for (let i = 0; i < 10_000; i++) link.send(text(i));
		link.close();
		link.send(text("after the end"));
		await far.host.until(() => far.host.ends.length === 1);
		expect(far.host.envelopes.length).toBe(10_000);
		expect(far.host.ends[0]?.reason.code).toBe("ERR_NODE_DOWN");
		expect(near.host.ends).toEqual([]);
		const next = near.host.take(await near.remote.dial(node));
		expect(next).not.toBe(link);
		next.send(text("on the next link"));
		await far.host.until(() => far.host.envelopes.length === 10_001);
		expect(far.host.ends.length).toBe(1);
	});

	it("ends at the dialling side when the node stops, behind everything that the node had sent", async () => {
		const { near, far, node, back } = await pair(endpoint());
		for (let i = 0; i < 10_000; i++) back.send(text(i));
		await far.remote.stop();
		await near.host.until(() => near.host.ends.length === 1);
		expect(near.host.envelopes.length).toBe(10_000);
		expect(near.host.ends[0]?.reason).toMatchObject({ code: "ERR_NODE_DOWN", message: expect.stringContaining(node) });
		expect(existsSync(join(folder, "node.sock"))).toBe(false);
		await expect(near.remote.dial(node)).rejects.toMatchObject({ code: "ERR_NODE_DOWN" });
	});

	it("is shared by all who dial while it lives", async () => {
		const { near, far, node, link } = await pair(endpoint());
		expect(await near.remote.dial(node)).toBe(link);
		const other = await start();
		const [one, two] = await Promise.all([other.remote.dial(node), other.remote.dial(node)]);
		expect(one).toBe(two);
		await far.host.until(() => far.host.links.length === 2);
	});

	it("leads to the node itself as well", async () => {
		const { far, node } = await pair(endpoint());
		const link = far.host.take(await far.remote.dial(node));
		link.send(text("to myself"));
		await far.host.until(() => texts(far.host).includes("to myself"));
	});
});

describe("dialling", () => {
	it.each([
		["a port where nobody listens", "tcp://127.0.0.1:1"],
		["a host that does not exist", "tcp://no-such-host.invalid:7400"],
		["a path where nobody listens", "ipc:///no/such/folder/node.sock"],
	])("%s rejects with ERR_NODE_DOWN and says what to do", async (_what, node) => {
		const { remote } = await start();
		const error = await remote.dial(node).catch((reason: unknown) => reason);
		expect(error).toMatchObject({ code: "ERR_NODE_DOWN", message: expect.stringContaining(node) });
		expect((error as Error).message).toContain("zloom node --listen");
	});

	it.each(["tcp://127.0.0.1", "tcp://127.0.0.1:0", "tcp://a b:1", "tcp://::1:7400", "inproc://x", "ws://127.0.0.1:80", "nonsense", ""])(
		"%s rejects with ERR_BAD_ADDRESS",
		async (node) => {
			const { remote } = await start();
			await expect(remote.dial(node)).rejects.toMatchObject({ code: "ERR_BAD_ADDRESS" });
		},
	);

	it("something that accepts and says nothing ends at the time limit", async () => {
		const silent = open(new Router());
		await silent.bind("tcp://127.0.0.1:*");
		const { remote } = await start({ connectTimeoutMs: 50 });
		await expect(remote.dial(silent.lastEndpoint as string)).rejects.toMatchObject({
			code: "ERR_NODE_DOWN",
			message: expect.stringContaining("did not answer within 50 ms"),
		});
	});

	it("a node of another protocol version says both versions", async () => {
		const other = open(new Router());
		await other.bind("tcp://127.0.0.1:*");
		const { remote } = await start();
		const dialling = remote.dial(other.lastEndpoint as string);
		const [id] = await other.receive();
		const greeting = { version: 2, incarnation: "00".repeat(16), software: "zloom/9" };
		await other.send([id as Buffer, ...(encodeGreeting(KIND_WELCOME, greeting) as Buffer[])]);
		await expect(dialling).rejects.toMatchObject({ code: "ERR_NODE_DOWN", message: expect.stringMatching(/version 2 .* version 1/) });
	});

	it("a server that speaks no ZeroMQ says so", async () => {
		const server = createServer((stream) => {
			stream.on("error", () => stream.destroy());
			stream.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".padEnd(200));
		});
		await once(server.listen(0, "127.0.0.1"), "listening");
		const { remote } = await start();
		const { port } = server.address() as AddressInfo;
		await expect(remote.dial(`tcp://127.0.0.1:${port}`)).rejects.toMatchObject({
			code: "ERR_NODE_DOWN",
			message: expect.stringContaining("does not speak ZeroMQ"),
		});
		server.close();
	});

	it("a socket that is no node says so", async () => {
		const other = open(new Router());
		await other.bind("tcp://127.0.0.1:*");
		const { remote } = await start();
		const dialling = remote.dial(other.lastEndpoint as string);
		const [id] = await other.receive();
		await other.send([id as Buffer, "what?"]);
		await expect(dialling).rejects.toMatchObject({ message: expect.stringContaining("is not a zloom node") });
	});

	it("is given up when the cluster stops, and refused afterwards", async () => {
		const silent = open(new Router());
		await silent.bind("tcp://127.0.0.1:*");
		const { remote } = await start();
		const dialling = remote.dial(silent.lastEndpoint as string);
		await silent.receive();
		const stopped = remote.stop();
		await expect(dialling).rejects.toMatchObject({ code: "ERR_SYSTEM_STOPPED" });
		await stopped;
		await expect(remote.dial("tcp://127.0.0.1:1")).rejects.toMatchObject({ code: "ERR_SYSTEM_STOPPED" });
	});
});

describe("listening", () => {
	it("on a taken endpoint rejects with EADDRINUSE and leaves nothing behind", async () => {
		const first = await start({ listen: "tcp://127.0.0.1:*" });
		const taken = first.remote.endpoints[0] as string;
		const second = cluster({ listen: [`ipc://${folder}/second.sock`, taken] });
		await expect(second.start(new BareHost())).rejects.toMatchObject({ code: "EADDRINUSE", message: expect.stringContaining(taken) });
		expect(existsSync(join(folder, "second.sock"))).toBe(false);
		await second.stop();
	});

	it("on an ipc path of a living node rejects with EADDRINUSE", async () => {
		await start({ listen: `ipc://${folder}/node.sock` });
		const second = cluster({ listen: `ipc://${folder}/node.sock` });
		await expect(second.start(new BareHost())).rejects.toMatchObject({ code: "EADDRINUSE" });
		expect(existsSync(join(folder, "node.sock"))).toBe(true);
		await second.stop();
	});

	it("on a malformed endpoint rejects with ERR_BAD_ADDRESS", async () => {
		const remote = cluster({ listen: "tcp://127.0.0.1:99999" });
		await expect(remote.start(new BareHost())).rejects.toMatchObject({ code: "ERR_BAD_ADDRESS" });
		await remote.stop();
	});

	it.each([{ deadAfterMs: 2000 }, { heartbeatIntervalMs: 0 }, { connectTimeoutMs: 1.5 }, { linksMax: -1 }, { connectTimeoutMs: 2 ** 31 }])(
		"with %o is refused",
		(options) => {
			expect(() => cluster(options)).toThrow(expect.objectContaining({ code: "ERR_BAD_OPTION" }));
		},
	);

	it("off loopback is refused without insecure", async () => {
		expect(() => cluster({ listen: "tcp://0.0.0.0:*" })).toThrow(expect.objectContaining({ code: "ERR_BAD_OPTION" }));
		const { remote } = await start({ listen: "tcp://0.0.0.0:*", insecure: true });
		expect(remote.endpoints[0]).toMatch(/^tcp:\/\/0\.0\.0\.0:\d+$/);
	});

	it("at several endpoints serves all of them", async () => {
		const far = await start({ listen: ["tcp://127.0.0.1:*", `ipc://${folder}/node.sock`] });
		const near = await start();
		for (const node of far.remote.endpoints) near.host.take(await near.remote.dial(node)).send(text(node));
		await far.host.until(() => far.host.envelopes.length === 2);
		expect(texts(far.host).sort()).toEqual([...far.remote.endpoints].sort());
	});

	it("refuses a peer of another protocol version in words, without a link", async () => {
		const { remote, host } = await start({ listen: "tcp://127.0.0.1:*" });
		const peer = open(new Dealer());
		peer.connect(remote.endpoints[0] as string);
		await peer.send(encodeGreeting(KIND_HELLO, { version: 7, incarnation: "00".repeat(16), software: "x" }) as Buffer[]);
		const [kind, code, words] = await peer.receive();
		expect([kind?.[0], String(code)]).toEqual([KIND_REFUSE, "version"]);
		expect(String(words)).toContain("version 1");
		expect(host.links).toEqual([]);
	});

	it("takes a second HELLO on one connection as a new life", async () => {
		const { remote, host } = await start({ listen: "tcp://127.0.0.1:*" });
		const peer = open(new Dealer());
		peer.connect(remote.endpoints[0] as string);
		for (const incarnation of ["01".repeat(16), "02".repeat(16)])
			await peer.send(encodeGreeting(KIND_HELLO, { version: 1, incarnation, software: "x" }) as Buffer[]);
		await host.until(() => host.links.length === 2 && host.ends.length === 1);
		expect(host.ends[0]?.link).toBe(host.links[0]);
	});

	it("counts a peer down that greets and then is silent", async () => {
		const { remote, host } = await start({ listen: "tcp://127.0.0.1:*", heartbeatIntervalMs: 10, deadAfterMs: 50 });
		const peer = open(new Dealer());
		peer.connect(remote.endpoints[0] as string);
		await peer.send(encodeGreeting(KIND_HELLO, { version: 1, incarnation: "01".repeat(16), software: "x" }) as Buffer[]);
		await host.until(() => host.ends.length === 1);
		expect(host.ends[0]?.reason).toMatchObject({ code: "ERR_NODE_DOWN", message: expect.stringContaining("nothing was heard") });
	});

	it("refuses a node too many, and takes it when another has left", async () => {
		const { remote, host } = await start({ listen: `ipc://${folder}/node.sock`, linksMax: 3 });
		const peers = [...Array(4)].map(() => open(new Dealer({ linger: 0 })));
		for (const peer of peers) {
			peer.connect(remote.endpoints[0] as string);
			await peer.send(encodeGreeting(KIND_HELLO, { version: 1, incarnation: "01".repeat(16), software: "x" }) as Buffer[]);
		}
		const answers = await Promise.all(peers.map((peer) => peer.receive()));
		const refused = answers.flatMap(([kind, code], i) =>
			kind?.[0] === KIND_REFUSE ? [{ code: String(code), peer: peers[i] as Dealer }] : [],
		);
		expect([refused.length, refused[0]?.code, host.links.length]).toEqual([1, "full", 3]);
		peers.find((peer) => peer !== refused[0]?.peer)?.close();
		await host.until(() => host.ends.length === 1);
		await refused[0]?.peer.send(encodeGreeting(KIND_HELLO, { version: 1, incarnation: "02".repeat(16), software: "x" }) as Buffer[]);
		await host.until(() => host.links.length === 4);
	});

	it("notices a closed connection at once, not by its heartbeat", async () => {
		const { remote, host } = await start({ listen: "tcp://127.0.0.1:*", heartbeatIntervalMs: 1_000_000, deadAfterMs: 3_000_000 });
		const peer = open(new Dealer());
		peer.connect(remote.endpoints[0] as string);
		await peer.send(encodeGreeting(KIND_HELLO, { version: 1, incarnation: "01".repeat(16), software: "x" }) as Buffer[]);
		await host.until(() => host.links.length === 1);
		peer.close();
		await host.until(() => host.ends.length === 1);
		expect(host.ends[0]?.reason.message).toContain("connection is gone");
	});
});

it("a node tells its peers the version of its package", async () => {
	const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
	const { back } = await pair("tcp://127.0.0.1:*");
	expect(back.peer).toContain(`zloom/${version}`);
});

it("a link that is idle for many heartbeats lives on", async () => {
	const { near, far, link } = await pair("tcp://127.0.0.1:*", { heartbeatIntervalMs: 5, deadAfterMs: 200 });
	const beats = 60;
	await new Promise<void>((resolve) => {
		let count = 0;
		const timer = setInterval(() => {
			count += 1;
			if (count < beats) return;
			clearInterval(timer);
			resolve();
		}, 5);
	});
	link.send(text("still here"));
	await far.host.until(() => far.host.envelopes.length === 1);
	expect([near.host.ends, far.host.ends]).toEqual([[], []]);
});
