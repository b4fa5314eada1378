/**
 * Options of security, heartbeats and metadata: what they take, what follows from them, and that no error shows a secret.
 */
import { describe, expect, it } from "vitest";
import { anyEndpoint, open } from "../fixtures/open-sockets.ts";
import { curveKeyPair } from "../security/curve-keys.ts";
import { Dealer, Pair, type PairOptions, Pull } from "../sockets/sockets.ts";
import { z85Decode } from "../z85.ts";

const { publicKey, secretKey } = curveKeyPair();
const CLIENT = { curvePublicKey: publicKey, curveSecretKey: secretKey, curveServerKey: publicKey };
const EINVAL = expect.objectContaining({ code: "EINVAL" });

describe("keys", () => {
	it("are taken as Z85, as bytes and with C's terminating zero, and kept as bytes of their own", () => {
		const bytes = z85Decode(publicKey);
		for (const key of [publicKey, `${publicKey}\0`, bytes, new Uint8Array(bytes)]) {
			const pair = open(new Pair({ curvePublicKey: key }));
			expect(pair.curvePublicKey).toEqual(bytes);
			expect(pair.curvePublicKey).not.toBe(key);
		}
	});

	it.each([["short"], ["x".repeat(40).replace("x", " ")], [Buffer.alloc(31)], [5], [true], [{}]])(
		"that are none are refused without being shown: %j",
		(key) => {
			let message = "";
			try {
				new Pair({ curveSecretKey: key as never });
			} catch (error) {
				message = (error as Error).message;
			}
			expect(message).toMatch(/curveSecretKey|Z85/);
			expect(message).not.toContain(String(key).slice(0, 20).padEnd(5, "?"));
		},
	);
});

describe("the mechanism", () => {
	const cases: [string, PairOptions, "plain" | "curve" | null, { plainServer?: boolean; curveServer?: boolean }][] = [
		["nothing", {}, null, {}],
		["plainServer", { plainServer: true }, "plain", { plainServer: true }],
		["plainServer: false", { plainServer: false }, null, {}],
		["a user name", { plainUsername: "ada" }, "plain", { plainServer: false }],
		["a user name after plainServer", { plainServer: true, plainUsername: "ada" }, "plain", { plainServer: false }],
		["a user name, and no server", { plainUsername: "ada", plainServer: false }, "plain", { plainServer: false }],
		["a user name taken back", { plainUsername: null }, null, {}],
		["curveServer", { curveServer: true, curveSecretKey: secretKey }, "curve", { curveServer: true }],
		["a server's key", CLIENT, "curve", { curveServer: false }],
		["a server's key, and no server", { ...CLIENT, curveServer: false }, "curve", { curveServer: false }],
		["CURVE after PLAIN", { plainServer: true, ...CLIENT }, "curve", {}],
		["PLAIN after CURVE", { ...CLIENT, plainServer: true }, "plain", { plainServer: true }],
		["a key taken back", { ...CLIENT, ...{ curveServerKey: null } }, null, {}],
	];
	it.each(cases)("follows from %s", (_name, options, mechanism, roles) => {
		const pair = open(new Pair(options));
		expect(pair.securityMechanism).toBe(mechanism);
		for (const [role, value] of Object.entries(roles)) expect([role, pair[role as keyof Pair]]).toEqual([role, value]);
	});

	it("can be read and not set", () => {
		expect(() => new Pair({ securityMechanism: "curve" } as never)).toThrowError(EINVAL);
		expect(() => {
			(open(new Pair()) as { securityMechanism: unknown }).securityMechanism = null;
		}).toThrowError(EINVAL);
	});

	it("CURVE asks for missing keys at bind and connect, by name", async () => {
		const server = open(new Pull({ curveServer: true }));
		await expect(server.bind("tcp://127.0.0.1:*")).rejects.toMatchObject({
			code: "EINVAL",
			message: expect.stringContaining("curveSecretKey"),
		});
		await expect(server.bind(anyEndpoint("ipc"))).rejects.toMatchObject({ code: "EINVAL" });
		for (const name of ["curvePublicKey", "curveSecretKey", "curveServerKey"] as const) {
			const { [name]: _, ...rest } = CLIENT;
			expect(() => open(new Dealer(rest)).connect("tcp://127.0.0.1:1")).toThrowError(
				expect.objectContaining({ code: "EINVAL", message: expect.stringContaining(name) }),
			);
		}
	});
});

describe("texts", () => {
	it("have at most 255 bytes and are not shown in errors", () => {
		expect(open(new Pair({ plainPassword: "é".repeat(127) })).plainPassword?.length).toBe(127);
		for (const [name, value] of [
			["plainPassword", "secret".repeat(50)],
			["plainUsername", 5],
			["zapDomain", null],
			["zapDomain", "a".repeat(256)],
			["zapDomain", "é"],
		]) {
			expect(() => new Pair({ [name as string]: value } as never)).toThrowError(EINVAL);
			expect(() => new Pair({ [name as string]: value } as never)).not.toThrowError(/secretsecret/);
		}
	});
});

describe("metadata", () => {
	it("is a copy, with names that begin with X-", () => {
		const value = Buffer.from("7");
		const given: Record<string, string | Uint8Array> = { "X-Rack": value, "x-room": "ü" };
		const pair = open(new Pair({ metadata: given }));
		value.fill(0);
		given["X-Later"] = "1";
		expect(pair.metadata).toEqual({ "X-Rack": Buffer.from("7"), "x-room": "ü" });
	});

	it.each([
		[null],
		["X-A:1"],
		[{ Rack: "7" }],
		[{ "X-": "7" }],
		[{ "X-\u00e4": "7" }],
		[{ [`X-${"a".repeat(254)}`]: "7" }],
		[{ "X-A": 7 }],
		[{ "X-A": "7".repeat(33_000) }],
	])("is refused as %j", (metadata) => {
		expect(() => new Pair({ metadata: metadata as never })).toThrowError(EINVAL);
	});
});

describe("heartbeats", () => {
	it("have libzmq's ranges", () => {
		expect(open(new Pair({ heartbeatTimeToLive: 6_553_599 })).heartbeatTimeToLive).toBe(6_553_599);
		for (const options of [
			{ heartbeatTimeToLive: 6_553_600 },
			{ heartbeatInterval: -1 },
			{ heartbeatTimeout: -2 },
			{ heartbeatInterval: 0.5 },
		])
			expect(() => new Pair(options)).toThrowError(EINVAL);
	});
});
