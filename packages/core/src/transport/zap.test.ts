/**
 * ZAP between engines and handlers: what is asked, every answer and its consequence, handlers that misbehave, vanish or are not there.
 */
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { Authenticator, type AuthenticatorOptions } from "../authenticator.ts";
import type { SocketOptions } from "../option/options.ts";
import { curveKeyBytes } from "../option/security-options.ts";
import type { Grant } from "../security/access-policy.ts";
import { curveKeyPair } from "../security/curve-keys.ts";
import { Router } from "../sockets/sockets.ts";
import type { AuthenticationError, ProtocolError } from "../wire/protocol-error.ts";
import type { RecordingHost } from "./fixtures/recording-host.ts";
import { bound, connected, greeted, host, rawClient, ready } from "./fixtures/tcp-ends.ts";

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
	for (const end of ends.splice(0)) await end();
});

/** A ROUTER in the handler's place, closed after the test. */
async function zapRouter(): Promise<Router> {
	const router = new Router({ linger: 0 });
	ends.push(() => router[Symbol.asyncDispose]());
	await router.bind("inproc://zeromq.zap.01");
	return router;
}

async function authenticator(options: AuthenticatorOptions): Promise<Authenticator> {
	const made = new Authenticator(options);
	await made.start();
	ends.push(() => made.close());
	return made;
}

/** A handler made of a ROUTER; `reply` gets version, id and the rest of each request. */
async function handler(reply: (request: Buffer[]) => (Buffer | string)[] | undefined): Promise<Router> {
	const router = await zapRouter();
	const serve = async (): Promise<void> => {
		for await (const [from, delimiter, ...request] of router) {
			const frames = reply(request);
			if (frames !== undefined) await router.send([from, delimiter as Buffer, ...frames]);
		}
	};
	// Ends with the socket, which the test closes.
	serve().catch(() => undefined);
	return router;
}

const keys = [curveKeyPair(), curveKeyPair()] as const;
const [serverKeys, clientKeys] = keys.map((pair) => ({
	publicKey: curveKeyBytes("publicKey", pair.publicKey),
	secretKey: curveKeyBytes("secretKey", pair.secretKey),
})) as [{ publicKey: Buffer; secretKey: Buffer }, { publicKey: Buffer; secretKey: Buffer }];

const PLAIN_SERVER: Partial<SocketOptions> = { securityMechanism: "plain", plainServer: true };
const PLAIN_CLIENT: Partial<SocketOptions> = { securityMechanism: "plain", plainUsername: "ada", plainPassword: "lovelace" };
const CURVE_SERVER: Partial<SocketOptions> = { securityMechanism: "curve", curveServer: true, curveSecretKey: serverKeys.secretKey };
const CURVE_CLIENT: Partial<SocketOptions> = {
	securityMechanism: "curve",
	curvePublicKey: clientKeys.publicKey,
	curveSecretKey: clientKeys.secretKey,
	curveServerKey: serverKeys.publicKey,
};

const EACH_MECHANISM: readonly [Partial<SocketOptions>, Partial<SocketOptions>][] = [
	[PLAIN_SERVER, PLAIN_CLIENT],
	[CURVE_SERVER, CURVE_CLIENT],
	[{ zapDomain: "x" }, {}],
];

/** A server and a client that tries to join it. */
async function tried(
	serverOptions: Partial<SocketOptions>,
	clientOptions: Partial<SocketOptions>,
): Promise<[RecordingHost, RecordingHost]> {
	const [server, client] = [host("PULL", serverOptions), host("PUSH", { reconnectInterval: 1, ...clientOptions })];
	connected(client, (await bound(server)).endpoint);
	return [server, client];
}

async function settled(server: RecordingHost): Promise<void> {
	await server.until(() => server.eventTypes.includes("handshake") || server.eventTypes.includes("disconnect"));
}

describe("a ZAP request", () => {
	it.each([
		["NULL", { zapDomain: "home" }, {}, []],
		["PLAIN", { ...PLAIN_SERVER, zapDomain: "home" }, PLAIN_CLIENT, [Buffer.from("ada"), Buffer.from("lovelace")]],
		["CURVE", { ...CURVE_SERVER, zapDomain: "home" }, CURVE_CLIENT, [clientKeys.publicKey]],
	] as const)(
		"of %s has version, id, domain, address, routing id, mechanism and credentials",
		async (mechanism, server, client, credentials) => {
			const requests: Buffer[][] = [];
			await handler((request) => {
				requests.push(request);
				return ["1.0", request[1] as Buffer, "200", "OK", "ada", ""];
			});
			const [bind] = await tried({ ...server, routingId: Buffer.from("me") }, client);
			await settled(bind);
			const [version, id, domain, address, routingId, name, ...rest] = requests[0] as Buffer[];
			expect([version, domain, address, routingId, name].map(String)).toEqual(["1.0", "home", "127.0.0.1", "me", mechanism]);
			expect(String(id)).toMatch(/^\d+$/);
			expect(rest).toEqual(credentials);
			expect(bind.pipes[0]?.peerProperties.get("user-id")?.toString()).toBe("ada");
		},
	);

	it("is not made under NULL without a domain", async () => {
		let asked = 0;
		await handler(() => {
			asked += 1;
			return undefined;
		});
		const [server] = await tried({}, {});
		await settled(server);
		expect([server.eventTypes.at(-1), asked]).toEqual(["handshake", 0]);
	});
});

describe("a ZAP reply", () => {
	const id = (request: Buffer[]): Buffer => request[1] as Buffer;
	const bad: [string, (request: Buffer[]) => (Buffer | string)[], string][] = [
		["of another version", (request) => ["2.0", id(request), "200", "", "", ""], "ERR_ZAP_BAD_VERSION"],
		["with another id", () => ["1.0", "no such id", "200", "", "", ""], "ERR_ZAP_BAD_REQUEST_ID"],
		["with too few frames", (request) => ["1.0", id(request), "200", "", ""], "ERR_ZAP_MALFORMED_REPLY"],
		["with too many frames", (request) => ["1.0", id(request), "200", "", "", "", ""], "ERR_ZAP_MALFORMED_REPLY"],
		["with status 100", (request) => ["1.0", id(request), "100", "", "", ""], "ERR_ZAP_INVALID_STATUS_CODE"],
		["with status 2000", (request) => ["1.0", id(request), "2000", "", "", ""], "ERR_ZAP_INVALID_STATUS_CODE"],
		["with status OK", (request) => ["1.0", id(request), "OK", "", "", ""], "ERR_ZAP_INVALID_STATUS_CODE"],
		["with metadata that is none", (request) => ["1.0", id(request), "200", "", "", "\x09x"], "ERR_ZAP_INVALID_METADATA"],
	];
	it.each(bad)("%s ends the handshake", async (_name, reply, reason) => {
		await handler(reply);
		for (const [serverOptions, clientOptions] of EACH_MECHANISM) {
			const [server] = await tried(serverOptions, clientOptions);
			await settled(server);
			expect((server.find("handshake:error:protocol")?.error as ProtocolError | undefined)?.reason).toBe(reason);
			expect(server.pipes.length).toBe(0);
		}
	});

	it.each(["400", "500"])("of status %s is told to the client, which does not come back", async (status) => {
		await handler((request) => ["1.0", id(request), status, "", "", ""]);
		for (const [serverOptions, clientOptions] of EACH_MECHANISM) {
			const [server, client] = await tried(serverOptions, clientOptions);
			await client.until(() => client.eventTypes.includes("disconnect"));
			await settled(server);
			for (const [side, byPeer] of [
				[server, false],
				[client, true],
			] as const) {
				const error = side.find("handshake:error:auth")?.error as AuthenticationError | undefined;
				expect([error?.status, error?.byPeer]).toEqual([Number(status), byPeer]);
			}
			expect(client.eventTypes).not.toContain("connect:retry");
		}
	});

	it("of status 300 is not told, and the client tries again until it is let in", async () => {
		let asked = 0;
		await handler((request) => {
			asked += 1;
			return ["1.0", id(request), asked < 3 ? "300" : "200", "", "", ""];
		});
		const [, client] = await tried(PLAIN_SERVER, PLAIN_CLIENT);
		await client.until(() => client.eventTypes.includes("handshake"));
		expect(asked).toBe(3);
		expect(client.eventTypes).not.toContain("handshake:error:auth");
	});

	it("may come in any order", async () => {
		const held: Buffer[][] = [];
		const router = await zapRouter();
		const both = [tried(PLAIN_SERVER, PLAIN_CLIENT), tried(PLAIN_SERVER, { ...PLAIN_CLIENT, plainUsername: "eve" })];
		for (let i = 0; i < 2; i++) held.push((await router.receive()) as Buffer[]);
		for (const [from, delimiter, version, requestId, , , , , username] of held.reverse())
			await router.send([from as Buffer, delimiter as Buffer, version as Buffer, requestId as Buffer, "200", "", username as Buffer, ""]);
		const users: (string | undefined)[] = [];
		for (const [server] of await Promise.all(both)) {
			await settled(server);
			users.push(server.pipes[0]?.peerProperties.get("user-id")?.toString());
		}
		expect(users).toEqual(["ada", "eve"]);
	});
});

describe("without a ZAP handler", () => {
	it("nobody gets in by PLAIN, and the client tries again", async () => {
		const [server, client] = await tried(PLAIN_SERVER, PLAIN_CLIENT);
		await client.until(() => client.eventTypes.includes("connect:retry"));
		expect(server.find("handshake:error:other")?.error.message).toContain("Authenticator");
	});

	it.each([
		[{ ...CURVE_SERVER }, true],
		[{ ...CURVE_SERVER, zapDomain: "home" }, true],
		[{ ...CURVE_SERVER, zapEnforceDomain: true }, true],
		[{ ...CURVE_SERVER, zapDomain: "home", zapEnforceDomain: true }, false],
	])("CURVE with %# lets in whoever knows the server's key, unless a domain is enforced", async (options, letsIn) => {
		const [server] = await tried(options, CURVE_CLIENT);
		await settled(server);
		expect(server.eventTypes.includes("handshake")).toBe(letsIn);
	});

	it.each([
		[false, true],
		[true, false],
	])("NULL with a domain, enforced: %s, lets its peers in: %s", async (zapEnforceDomain, letsIn) => {
		const [server] = await tried({ zapDomain: "home", zapEnforceDomain }, {});
		await settled(server);
		expect(server.eventTypes.includes("handshake")).toBe(letsIn);
	});
});

describe("a ZAP handler", () => {
	it("that never answers is bounded by the handshake timer", async () => {
		await handler(() => undefined);
		const [server] = await tried({ ...PLAIN_SERVER, handshakeInterval: 30 }, PLAIN_CLIENT);
		await settled(server);
		expect(server.find("handshake:error:other")?.error.message).toContain("handshakeInterval");
	});

	it("that goes away fails what it was asked, and the next one is found", async () => {
		const first = await zapRouter();
		const [server, client] = await tried(PLAIN_SERVER, PLAIN_CLIENT);
		await first.receive();
		first.close();
		await settled(server);
		expect(server.find("handshake:error:other")?.error.message).toContain("went away");
		await authenticator({ plain: { ada: "lovelace" } });
		await client.until(() => client.eventTypes.includes("handshake"));
	});

	it("is asked no more about a peer that has left, and a peer may not go on before it was judged", async () => {
		const router = await zapRouter();
		const server = host("PULL", { zapDomain: "home" });
		const stream = await rawClient((await bound(server)).endpoint);
		const gone = once(stream, "close");
		stream.resume().write(greeted(ready("PUSH"), ready("PUSH")));
		const [from, delimiter, , id] = (await router.receive()) as Buffer[];
		await gone;
		expect((server.find("handshake:error:protocol")?.error as ProtocolError | undefined)?.reason).toBe("ERR_ZMTP_UNEXPECTED_COMMAND");
		await router.send([from as Buffer, delimiter as Buffer, "1.0", id as Buffer, "200", "", "", ""]);
		const [next] = await tried({ zapDomain: "home" }, {});
		await router.receive();
		expect(next.pipes.length).toBe(0);
		expect(server.pipes.length).toBe(0);
	});

	it("that replies about a peer which has left does not touch the one that is being judged", async () => {
		const router = await zapRouter();
		const left = host("PULL", { zapDomain: "home" });
		const stream = await rawClient((await bound(left)).endpoint);
		stream.resume().write(greeted());
		const [from, delimiter, , late] = (await router.receive()) as Buffer[];
		stream.end();
		await left.until(() => left.eventTypes.includes("disconnect"));
		const [server] = await tried({ zapDomain: "home" }, {});
		const [, , , id] = (await router.receive()) as Buffer[];
		const reply = (to: Buffer | undefined, status: string): Promise<void> =>
			router.send([from as Buffer, delimiter as Buffer, "1.0", to as Buffer, status, "", "", ""]);
		await reply(late, "400");
		await reply(id, "200");
		await settled(server);
		expect(server.eventTypes).toContain("handshake");
	});
});

describe("an Authenticator", () => {
	it("judges by address before anything else", async () => {
		for (const [rules, letsIn] of [
			[{ allow: ["127.0.0.1"] }, true],
			[{ allow: ["10.0.0.1"] }, false],
			[{ deny: ["127.0.0.1"] }, false],
			[{ deny: ["10.0.0.1"] }, true],
			[{ allow: ["127.0.0.1"], deny: ["127.0.0.1"] }, false],
		] as const) {
			const made = await authenticator({ ...rules, curve: "any" });
			const [server] = await tried(CURVE_SERVER, CURVE_CLIENT);
			await settled(server);
			expect(server.eventTypes.includes("handshake")).toBe(letsIn);
			await made.close();
		}
	});

	const plainRules: [AuthenticatorOptions["plain"] | undefined, boolean][] = [
		[{ ada: "lovelace" }, true],
		[{ ada: "other" }, false],
		[{ eve: "lovelace" }, false],
		[{}, false],
		[undefined, false],
		[(): boolean => true, true],
		[async (): Promise<Grant> => ({ userId: "someone" }), true],
		[(): boolean => false, false],
	];
	it.each(plainRules)("judges passwords, case %#", async (plain, letsIn) => {
		await authenticator(plain === undefined ? {} : { plain });
		const [server] = await tried(PLAIN_SERVER, PLAIN_CLIENT);
		await settled(server);
		expect(server.eventTypes.includes("handshake")).toBe(letsIn);
	});

	it.each([
		["any", true],
		[[clientKeys.publicKey], true],
		[[keys[1].publicKey], true],
		[[keys[0].publicKey], false],
		[[], false],
		[({ publicKey }: { publicKey: string }) => publicKey === keys[1].publicKey, true],
	] as const)("judges keys, case %#", async (curve, letsIn) => {
		await authenticator({ curve });
		const [server] = await tried(CURVE_SERVER, CURVE_CLIENT);
		await settled(server);
		expect(server.eventTypes.includes("handshake")).toBe(letsIn);
	});

	it("does not find users among the properties of all objects", async () => {
		await authenticator({ plain: { ada: "lovelace" } });
		const [server] = await tried(PLAIN_SERVER, { ...PLAIN_CLIENT, plainUsername: "constructor" });
		await settled(server);
		expect(server.find("handshake:error:auth")?.error.status).toBe(400);
	});

	it("refuses with 500 when a callback throws, and says what it threw", async () => {
		let report: (error: unknown) => void = () => {};
		const reported = new Promise((resolve) => {
			report = resolve;
		});
		await authenticator({
			plain: (): boolean => {
				throw new Error("database is down");
			},
			onError: (error) => report(error),
		});
		const [server] = await tried(PLAIN_SERVER, PLAIN_CLIENT);
		await settled(server);
		expect(server.find("handshake:error:auth")?.error.status).toBe(500);
		expect(String(await reported)).toContain("database is down");
	});

	it("is one in a process, and its place is free again after close()", async () => {
		const first = await authenticator({});
		await expect(new Authenticator().start()).rejects.toMatchObject({ code: "EADDRINUSE" });
		await first.close();
		await (await authenticator({})).close();
		await first.close();
	});

	it("refuses keys that are none", () => {
		expect(() => new Authenticator({ curve: ["short"] })).toThrowError(expect.objectContaining({ code: "EINVAL" }));
	});
});
