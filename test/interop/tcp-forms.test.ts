/**
 * Forms of tcp endpoints against real libzmq: own addresses, resources (which libzmq does not know and does not mind), and SOCKS5, where its
 * client proves that the proxy of these tests is one.
 */
import { Pull, Push, Reply, type Socket } from "@zloom/core";
import { afterEach, describe, expect, it } from "vitest";
import { type SocksServer, socksServer } from "../../packages/core/src/transport/fixtures/socks-server.ts";
import { closePeers, hasLibzmq, peer, zmq } from "./libzmq-peer.ts";

const open: Socket[] = [];
const proxies: SocksServer[] = [];

afterEach(async () => {
	closePeers();
	await Promise.all(open.splice(0).map((socket) => socket[Symbol.asyncDispose]()));
	for (const proxy of proxies.splice(0)) proxy.close();
});

function ours<S extends Socket>(socket: S): S {
	open.push(socket);
	return socket;
}

async function proxied(): Promise<SocksServer> {
	const proxy = await socksServer();
	proxies.push(proxy);
	return proxy;
}

describe.runIf(hasLibzmq)("libzmq over tcp", () => {
	it("is reached from an own address, and reaches us from one", async () => {
		const theirs = peer(new zmq.Pull());
		await theirs.bind("tcp://127.0.0.1:*");
		const push = ours(new Push());
		push.connect((theirs.lastEndpoint as string).replace("tcp://", "tcp://127.0.0.1:0;"));
		await push.send("out");
		expect((await theirs.receive()).map(String)).toEqual(["out"]);

		const pull = ours(new Pull());
		await pull.bind("tcp://127.0.0.1:*");
		const theirPush = peer(new zmq.Push());
		theirPush.connect((pull.lastEndpoint as string).replace("tcp://", "tcp://127.0.0.1:0;"));
		await theirPush.send("in");
		expect((await pull.receive()).map(String)).toEqual(["in"]);
	});

	it("does not mind a resource that we name", async () => {
		const theirs = peer(new zmq.Pull());
		await theirs.bind("tcp://127.0.0.1:*");
		const push = ours(new Push());
		push.connect(`${theirs.lastEndpoint}/jobs`);
		await push.send("x");
		expect((await theirs.receive()).map(String)).toEqual(["x"]);
	});

	it("is turned away from a port that is shared by resources, which it cannot name", async () => {
		const reply = ours(new Reply());
		await reply.bind("tcp://127.0.0.1:*/names");
		const refused = new Promise<Error>((resolve) => reply.events.on("handshake:error:protocol", ({ error }) => resolve(error)));
		const request = peer(new zmq.Request());
		request.connect((reply.lastEndpoint as string).replace("/names", ""));
		expect(await refused).toMatchObject({ reason: "ERR_ZMTP_UNKNOWN_RESOURCE" });
	});

	it("is reached through a SOCKS5 proxy, and reaches us through it", async () => {
		const proxy = await proxied();
		const theirs = peer(new zmq.Pull());
		await theirs.bind("tcp://127.0.0.1:*");
		const push = ours(new Push({ socksProxy: proxy.proxy }));
		push.connect(theirs.lastEndpoint as string);
		await push.send("out");
		expect((await theirs.receive()).map(String)).toEqual(["out"]);

		const pull = ours(new Pull());
		await pull.bind("tcp://127.0.0.1:*");
		const theirPush = peer(new zmq.Push());
		theirPush.socksProxy = proxy.proxy;
		theirPush.connect(pull.lastEndpoint as string);
		await theirPush.send("in");
		expect((await pull.receive()).map(String)).toEqual(["in"]);
		expect(proxy.asked).toHaveLength(2);
	});
});
