/** ZAP: what our servers ask a handler of the user's own. */
import { networkInterfaces } from "node:os";
import { curveKeyPair, Dealer, Pair, Pull, Push, Reply, Router, type SocketOptionsInput, z85Decode } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { next, verdict } from "./events.ts";
import { meet, open, texts } from "./open-sockets.ts";
import { dial, properties, SIGNATURE } from "./wire.ts";
import { dialWs } from "./ws-peer.ts";

const OVER = { transports: ["tcp", "ipc", "ws"] } as const;
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
		// As long as they may be.
		const [zapDomain, routingId] = ["d".repeat(255), "i".repeat(255)];
		let last: Buffer[] | undefined;
		for (const { name, server, client, credentials } of MECHANISMS) {
			const socket = open(new Dealer({ ...server, zapDomain, routingId }));
			const accepted = next(socket, "handshake");
			await meet(transport, socket, open(new Dealer({ ...client, routingId: "client" })));
			const request = await handler.receive();
			const [id, delimiter, version, requestId, domain, address, identity, mechanism, ...given] = request;
			expect([id?.length, delimiter?.length, String(version)]).toEqual([5, 0, "1.0"]);
			expect(requestId?.length).toBeGreaterThan(0);
			expect(texts([domain, address, mechanism] as Buffer[])).toEqual([zapDomain, transport === "ipc" ? "" : "127.0.0.1", name]);
			expect(String(identity)).toBe(routingId);
			expect(given).toEqual(credentials);
			// A second reply to the request before is none to this one.
			if (last !== undefined) await handler.send(answer(last, "400"));
			last = request;
			await handler.send(answer(request, "200", "joe", properties([["X-Team", "blue"]])));
			const { peer } = await accepted;
			expect([peer.get("user-id"), peer.get("x-team")].map(String)).toEqual(["joe", "blue"]);
			expect(handler.tryReceive()).toBeUndefined();
		}
	},
);

covers(
	["27/types-1", "27/types-2", "27/architecture-1", "27/architecture-2"],
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

covers(["27/architecture-2"], OVER, "a socket of another type that is bound there is no handler, and is not asked", async (transport) => {
	for (const other of [open(new Pull()), open(new Dealer()), open(new Pair())]) {
		await other.bind(HANDLER);
		const server = open(new Pull({ zapDomain: "test", zapEnforceDomain: true }));
		const refused = next(server, "handshake:error:other");
		await meet(transport, server, open(new Push({ reconnectInterval: -1 })));
		expect((await refused).error).toMatchObject({ code: "EACCES" });
		expect(other.pipeCount).toBe(0);
		expect(other.tryReceive()).toBeUndefined();
		await other[Symbol.asyncDispose]();
	}
});

covers(["27/architecture-1"], OVER, "several clients are asked about at once, and answered in any order", async (transport) => {
	const handler = await router();
	const server = open(new Dealer({ plainServer: true }));
	const endpoint = await meet(transport, server);
	const requests = new Map<string, Buffer[]>();
	for (const plainUsername of ["a", "b", "c"])
		open(new Dealer({ plainUsername, plainPassword: "", reconnectInterval: -1 })).connect(endpoint);
	while (requests.size < 3) {
		const request = await handler.receive();
		requests.set(String(request[8]), request);
	}
	expect(new Set([...requests.values()].map((request) => String(request[3]))).size).toBe(3);
	for (const name of ["c", "a", "b"]) {
		const accepted = next(server, "handshake");
		await handler.send(answer(requests.get(name) as Buffer[], "200", name));
		expect(String((await accepted).peer.get("user-id"))).toBe(name);
	}
});

covers(
	["27/request-4"],
	{ transports: ["tcp", "ws"] },
	"an IPv6 address is given in its canonical form, an IPv4 address with dots also by a socket for both",
	async (transport) => {
		const has6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === "::1"));
		const handler = await router();
		for (const [bound, connected, address] of [
			["[::1]", "[::1]", "::1"],
			["[::]", "127.0.0.1", "127.0.0.1"],
			["127.0.0.1", "127.0.0.1", "127.0.0.1"],
		] as const) {
			if (bound !== "127.0.0.1" && !has6) continue;
			const server = open(new Pull({ zapDomain: "test", ipv6: true }));
			await server.bind(`${transport}://${bound}:*`);
			open(new Push({ ipv6: true })).connect((server.lastEndpoint as string).replace(bound, connected));
			expect(String((await handler.receive())[5])).toBe(address);
		}
	},
);

covers(
	["27/request-8", "27/request-5"],
	OVER,
	"a domain that is no ASCII or has 256 characters is refused, and so is such a routing id",
	() => {
		const einval = expect.objectContaining({ code: "EINVAL" });
		for (const zapDomain of ["d".repeat(256), "dömain"]) expect(() => open(new Pull({ zapDomain }))).toThrowError(einval);
		expect(() => open(new Dealer({ routingId: "i".repeat(256) }))).toThrowError(einval);
	},
);

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

covers(["27/architecture-6"], OVER, "without a handler nobody gets past a server that needs one", async (transport) => {
	for (const { name, server: options, client: credentials } of MECHANISMS) {
		const enforced = name === "PLAIN" ? {} : { zapDomain: "test", zapEnforceDomain: true };
		const server = open(new Dealer({ ...options, ...enforced }));
		const refused = next(server, "handshake:error:other");
		const endpoint = await meet(transport, server, open(new Dealer({ ...credentials, reconnectInterval: -1 })));
		expect((await refused).error).toMatchObject({ code: "EACCES" });
		expect(server.pipeCount).toBe(0);
		// Nor with a protocol that knows no mechanism.
		const evaded = next(server, "handshake:error:protocol");
		if (transport === "ws") expect((await dialWs(endpoint, "ZWS2.0")).head).not.toMatch(/^HTTP\/1\.1 101 /);
		else (await dial(endpoint)).write(SIGNATURE, Buffer.of(1, 5, 0, 0));
		expect((await evaded).error).toMatchObject({ reason: transport === "ws" ? "ERR_ZMTP_MECHANISM_MISMATCH" : "ERR_ZMTP_VERSION" });
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
