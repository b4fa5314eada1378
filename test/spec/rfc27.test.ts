/** ZAP: what our servers ask a handler of the user's own, and what our Authenticator answers. */
import { networkInterfaces } from "node:os";
import { Authenticator, curveKeyPair, Dealer, Pull, Push, Reply, Router, type SocketOptionsInput, z85Decode } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { next, verdict } from "./events.ts";
import { atEnd, meet, open, texts } from "./open-sockets.ts";
import { properties, readProperties } from "./wire.ts";

const OVER = { transports: ["tcp", "ipc", "ws"] } as const;
const INPROC = { transports: ["inproc"] } as const;
const HANDLER = "inproc://zeromq.zap.01";
const [serverKeys, clientKeys] = [curveKeyPair(), curveKeyPair()];

const MECHANISMS: readonly { name: string; server: SocketOptionsInput; client: SocketOptionsInput; credentials: Uint8Array[] }[] = [
	{ name: "NULL", server: {}, client: {}, credentials: [] },
	{
		name: "PLAIN",
		server: { plainServer: true },
		client: { plainUsername: "joe", plainPassword: "secret" },
		credentials: ["joe", "secret"].map((text) => Buffer.from(text)),
	},
	{
		name: "CURVE",
		server: { curveServer: true, curveSecretKey: serverKeys.secretKey },
		client: {
			curveServerKey: serverKeys.publicKey,
			curvePublicKey: clientKeys.publicKey,
			curveSecretKey: clientKeys.secretKey,
		},
		credentials: [z85Decode(clientKeys.publicKey)],
	},
];

/** A handler that is a ROUTER of ours. */
async function router(): Promise<Router> {
	const handler = open(new Router());
	await handler.bind(HANDLER);
	return handler;
}

/** A reply to a request that a ROUTER has received. */
function answer(
	request: readonly Uint8Array[],
	status = "200",
	userId = "",
	metadata: Uint8Array = Buffer.alloc(0),
): (Uint8Array | string)[] {
	return [request[0] as Uint8Array, "", "1.0", request[3] as Uint8Array, status, "", userId, metadata];
}

covers(
	[
		...["architecture-1", "architecture-2", "architecture-3", "architecture-4", "dialog-1", "request-1", "request-2", "request-4"],
		...["request-5", "request-6", "request-7", "request-8", "reply-1", "reply-2", "reply-3", "reply-4", "reply-5", "reply-6", "reply-8"],
		...["types-1", "types-3", "types-4", "null-1", "null-2", "plain-1", "plain-2", "curve-1", "curve-2"],
	].map((name) => `27/${name}`),
	OVER,
	"a handler that is a ROUTER is asked once for each client, frame by frame as the RFC says, and its answer counts",
	async (transport) => {
		const handler = await router();
		for (const { name, server, client, credentials } of MECHANISMS) {
			const socket = open(new Dealer({ ...server, zapDomain: "test", routingId: "server" }));
			const accepted = next(socket, "handshake");
			await meet(transport, socket, open(new Dealer({ ...client, routingId: "client" })));
			const request = await handler.receive();
			const [id, delimiter, version, requestId, domain, address, identity, mechanism, ...given] = request;
			expect([id?.length, delimiter?.length, String(version)]).toEqual([5, 0, "1.0"]);
			expect(requestId?.length).toBeGreaterThan(0);
			expect(texts([domain, address, mechanism] as Buffer[])).toEqual(["test", transport === "ipc" ? "" : "127.0.0.1", name]);
			expect(identity?.length).toBeLessThanOrEqual(255);
			expect(given).toEqual(credentials);
			await handler.send(answer(request, "200", "joe", properties([["X-Team", "blue"]])));
			const { peer } = await accepted;
			expect([peer.get("user-id"), peer.get("x-team")].map(String)).toEqual(["joe", "blue"]);
			expect(handler.tryReceive()).toBeUndefined();
		}
	},
);

covers(
	["27/types-1", "27/types-2", "27/architecture-2"],
	OVER,
	"a handler that is a REP sees no empty frame and sends none",
	async (transport) => {
		const handler = open(new Reply());
		await handler.bind(HANDLER);
		const server = open(new Pull({ zapDomain: "test" }));
		const accepted = next(server, "handshake");
		await meet(transport, server, open(new Push()));
		const [version, requestId, domain] = await handler.receive();
		expect(texts([version, domain] as Buffer[])).toEqual(["1.0", "test"]);
		await handler.send(["1.0", requestId as Buffer, "200", "OK", "ann", ""]);
		expect(String((await accepted).peer.get("user-id"))).toBe("ann");
	},
);

covers(["27/request-4"], { transports: ["tcp"] }, "an IPv6 address is given in its canonical form", async () => {
	const has6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === "::1"));
	const handler = await router();
	const server = open(new Pull({ zapDomain: "test", ipv6: true }));
	await server.bind(has6 ? "tcp://[::1]:*" : "tcp://127.0.0.1:*");
	open(new Push({ ipv6: true })).connect(server.lastEndpoint as string);
	expect(String((await handler.receive())[5])).toBe(has6 ? "::1" : "127.0.0.1");
});

const NOT_REPLIES: readonly (readonly [(request: readonly Uint8Array[]) => (Uint8Array | string)[], string])[] = [
	[(request) => answer(request).slice(0, -1), "ERR_ZAP_MALFORMED_REPLY"],
	[(request) => [...answer(request), ""], "ERR_ZAP_MALFORMED_REPLY"],
	[(request) => answer(request).with(1, "x"), "ERR_ZAP_MALFORMED_REPLY"],
	[(request) => answer(request).with(2, "1.1"), "ERR_ZAP_BAD_VERSION"],
	[(request) => answer(request).with(2, ""), "ERR_ZAP_BAD_VERSION"],
	[(request) => answer(request).with(3, "another"), "ERR_ZAP_BAD_REQUEST_ID"],
	...["", "201", "20", "2000", "abc", "0200", " 200"].map(
		(status) => [(request: readonly Uint8Array[]) => answer(request, status), "ERR_ZAP_INVALID_STATUS_CODE"] as const,
	),
	[(request) => answer(request).with(7, "\x05X"), "ERR_ZAP_INVALID_METADATA"],
];

covers(
	["27/reply-1", "27/reply-2", "27/reply-3", "27/reply-4", "27/reply-8", "27/reply-9"],
	OVER,
	"what is no reply lets nobody in, and the monitor says what is wrong with it",
	async (transport) => {
		const handler = await router();
		for (const [make, reason] of NOT_REPLIES) {
			const server = open(new Pull({ zapDomain: "test" }));
			const refused = verdict(server);
			const client = open(new Push({ reconnectInterval: -1 }));
			await meet(transport, server, client);
			await handler.send(make(await handler.receive()));
			expect(await refused).toBe(reason);
			await Promise.all([server, client].map((socket) => socket[Symbol.asyncDispose]()));
		}
	},
);

covers(["27/reply-4"], OVER, "300, 400 and 500 keep a client out, 200 lets it in", async (transport) => {
	const handler = await router();
	for (const status of ["300", "400", "500"]) {
		const server = open(new Pull({ zapDomain: "test" }));
		const refused = next(server, "handshake:error:auth");
		const client = open(new Push({ reconnectInterval: -1 }));
		await meet(transport, server, client);
		await handler.send(answer(await handler.receive(), status));
		expect((await refused).error.status).toBe(Number(status));
		await Promise.all([server, client].map((socket) => socket[Symbol.asyncDispose]()));
	}
});

covers(["27/architecture-5"], INPROC, "a second handler is told that there is one", async () => {
	const [first, second] = [new Authenticator(), new Authenticator()];
	atEnd(() => Promise.all([first.close(), second.close()]));
	await first.start();
	await expect(second.start()).rejects.toMatchObject({ code: "EADDRINUSE" });
	await expect(router()).rejects.toMatchObject({ code: "EADDRINUSE" });
	await first.close();
	await second.start();
});

covers(["27/architecture-6"], OVER, "without a handler nobody gets past a server that needs one", async (transport) => {
	for (const { name, server: options, client: credentials } of MECHANISMS) {
		const enforced = name === "PLAIN" ? {} : { zapDomain: "test", zapEnforceDomain: true };
		const server = open(new Dealer({ ...options, ...enforced }));
		const refused = next(server, "handshake:error:other");
		await meet(transport, server, open(new Dealer({ ...credentials, reconnectInterval: -1 })));
		expect((await refused).error).toMatchObject({ code: "EACCES" });
		expect(server.pipeCount).toBe(0);
	}
});

covers(
	["27/proxy-1", "27/proxy-2", "27/proxy-3"],
	OVER,
	"a ROUTER and a DEALER pass requests on to a handler elsewhere, whole and unchanged",
	async (transport) => {
		const front = await router();
		const [back, terminal] = [open(new Dealer()), open(new Router())];
		await meet(transport, terminal, back);
		const server = open(new Pull({ zapDomain: "test" }));
		const accepted = next(server, "handshake");
		await meet(transport, server, open(new Push()));
		const request = await front.receive();
		await back.send(request);
		const passed = await terminal.receive();
		expect(passed.slice(1)).toEqual(request);
		expect(String(passed[3])).toBe("1.0");
		await terminal.send([passed[0] as Buffer, ...answer(request, "200", "far away")]);
		await front.send(await back.receive());
		expect(String((await accepted).peer.get("user-id"))).toBe("far away");
	},
);

/** Asks our Authenticator directly, as intermediaries would. */
async function ask(envelope: readonly string[], ...request: string[]): Promise<Buffer[]> {
	const asking = open(new Dealer());
	asking.connect(HANDLER);
	await asking.send([...envelope, "", ...request]);
	return asking.receive();
}

covers(
	["27/proxy-4", "27/proxy-5", "27/proxy-6", "27/reply-3", "27/reply-7"],
	INPROC,
	"our Authenticator returns any envelope with its reply, and a user id only with 200",
	async () => {
		const judge = new Authenticator({
			plain: async ({ username }) => {
				await new Promise((turn) => setImmediate(turn));
				return username === "joe" ? { userId: "user joe", metadata: { "X-Team": "blue" } } : false;
			},
		});
		atEnd(() => judge.close());
		await judge.start();
		for (const envelope of [[], ["one"], ["one", "two", "three"]]) {
			const before = envelope.length;
			const good = await ask(envelope, "1.0", "id 1", "test", "10.0.0.1", "", "PLAIN", "joe", "secret");
			expect(texts(good.slice(0, before + 4))).toEqual([...envelope, "", "1.0", "id 1", "200"]);
			expect(good.length).toBe(before + 7);
			expect(String(good[before + 5])).toBe("user joe");
			expect(readProperties(good[before + 6] as Buffer)).toEqual(new Map([["X-Team", Buffer.from("blue")]]));
			const bad = await ask(envelope, "1.0", "\x00\xff", "test", "10.0.0.1", "", "PLAIN", "ann", "secret");
			expect(texts(bad.slice(0, before + 4))).toEqual([...envelope, "", "1.0", "\x00\xff", "400"]);
			expect([bad[before + 5]?.length, bad[before + 6]?.length]).toEqual([0, 0]);
		}
	},
);
