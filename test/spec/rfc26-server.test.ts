/** CURVE: our server against scripted clients. */
import { Authenticator } from "@zloom/core";
import { expect, vi } from "vitest";
import { root } from "../../scripts/workspace.mjs";
import { covers } from "./covers.ts";
import { client, clientKeys, ourPushServer, ourServer, serverKeys } from "./curve-ends.ts";
import { counterOf, newKeys, openSecretBox, publicKeyOf, RawCurveClient, z85 } from "./curve-peer.ts";
import { next, verdict } from "./events.ts";
import { atEnd, meanwhile, texts } from "./open-sockets.ts";
import { command, dial, greeting, message, properties, readProperties, WIRE } from "./wire.ts";
import { zmtp } from "./zmtp-ids.ts";

/** What is looked at of the cipher. */
interface Cipher {
	seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Buffer;
}

const OVER = { transports: WIRE };
const DEALER = [["Socket-Type", "DEALER"]] as const;
/** A property whose value has, it says, 2^31 octets. */
const OVERSIZE = Buffer.from("\x03X-A\x80\0\0\0", "latin1");

covers(
	["26/flow-1", "26/hello-4", "26/hello-12", "26/welcome-1", "26/welcome-2", "26/welcome-3", "26/welcome-4", "26/welcome-5", "26/cookie-4"],
	OVER,
	"our server answers HELLO by a WELCOME of 168 octets, with new keys, a new nonce and a new cookie each time",
	async (transport) => {
		const { endpoint } = await ourServer(transport);
		const seen = new Set<string>();
		for (let i = 0; i < 5; i++) {
			const raw = await client(endpoint);
			const hello = raw.hello();
			raw.raw.write(hello);
			const data = await raw.welcome();
			expect("\x07WELCOME".length + data.length).toBe(168);
			expect(data.length + 8).toBeLessThan(hello.length - 2);
			expect([raw.peerTransient.length, raw.cookie.length]).toEqual([32, 96]);
			seen.add(data.toString("hex", 0, 16)).add(Buffer.from(raw.peerTransient).toString("hex"));
			seen.add(raw.cookie.toString("hex", 0, 16)).add(raw.cookie.toString("hex", 16));
			expect(raw.raw.unread.length).toBe(0);
		}
		expect(seen.size).toBe(20);
	},
);

covers(
	["26/hello-10", "26/hello-11"],
	OVER,
	"a HELLO with anything wrong in it ends the connection before any WELCOME",
	async (transport) => {
		const { socket, endpoint } = await ourServer(transport);
		const padded = Buffer.alloc(72);
		padded[40] = 1;
		const wrong: readonly (readonly [(raw: Awaited<ReturnType<typeof client>>) => Buffer, string])[] = [
			[(raw) => raw.hello({ version: Buffer.of(1, 1) }), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
			[(raw) => raw.hello({ version: Buffer.of(2, 0) }), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
			[(raw) => raw.hello({ padding: padded }), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
			[(raw) => raw.hello({ padding: Buffer.alloc(71) }), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
			[(raw) => raw.hello({ padding: Buffer.alloc(73) }), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
			[(raw) => raw.hello({ signed: Buffer.alloc(64, 1) }), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
			[(raw) => raw.hello({ serverKey: newKeys().publicKey }), "ERR_ZMTP_CRYPTOGRAPHIC"],
			[(raw) => raw.hello({ counter: counterOf(0n) }), "ERR_ZMTP_INVALID_SEQUENCE"],
			[() => command("HELLO"), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
			[() => message("not a command"), "ERR_ZMTP_UNEXPECTED_COMMAND"],
		];
		for (const [make, reason] of wrong) {
			const refused = verdict(socket);
			const raw = await client(endpoint);
			raw.raw.write(make(raw));
			expect(await refused).toBe(reason);
			await raw.raw.ended();
			expect(raw.raw.unread.length).toBe(0);
		}
	},
);

covers(
	["26/cookie-1", "26/cookie-2"],
	OVER,
	"the cookie has C' and s', closed with a key of its own under a nonce that begins with COOKIE--",
	async (transport) => {
		// Its key never leaves the server: what it gives the cipher is looked at where it does.
		const { Sodium } = (await import(`${root}/packages/core/dist/security/sodium.js`)) as { Sodium: new () => Cipher };
		const seal = vi.spyOn(Sodium.prototype as Cipher, "seal");
		const { endpoint } = await ourServer(transport);
		const raw = await client(endpoint);
		raw.raw.write(raw.hello());
		await raw.welcome();
		const [key, nonce, plain] = seal.mock.calls.find(([, sealed]) => Buffer.from(sealed).toString("latin1", 0, 8) === "COOKIE--") ?? [];
		seal.mockRestore();
		expect(Buffer.from(nonce ?? []).subarray(8)).toEqual(raw.cookie.subarray(0, 16));
		expect(openSecretBox(raw.cookie.subarray(16), nonce as Uint8Array, key as Uint8Array)).toEqual(Buffer.from(plain ?? []));
		expect(plain?.subarray(0, 32)).toEqual(Buffer.from(raw.transient.publicKey));
		expect(publicKeyOf(plain?.subarray(32) ?? Buffer.alloc(0))).toEqual(raw.peerTransient);
	},
);

covers(
	["26/hello-13", "26/hello-14", "26/cookie-2", "26/cookie-3", "26/initiate-6"],
	OVER,
	"it knows S' by the cookie alone: one that was changed, is another connection's or comes too late is refused",
	async (transport) => {
		const { socket, endpoint } = await ourServer(transport);
		const first = await client(endpoint);
		first.raw.write(first.hello());
		await first.welcome();
		for (const at of [0, 15, 16, 95]) {
			const refused = verdict(socket);
			const raw = await client(endpoint);
			raw.raw.write(raw.hello());
			await raw.welcome();
			const cookie = Buffer.from(raw.cookie);
			cookie[at] = (cookie[at] as number) ^ 1;
			raw.raw.write(raw.initiate(DEALER, { cookie }));
			expect(await refused).toBe("ERR_ZMTP_KEY_EXCHANGE");
		}
		const stolen = verdict(socket);
		const thief = await client(endpoint);
		thief.raw.write(thief.hello());
		await thief.welcome();
		thief.raw.write(thief.initiate(DEALER, { cookie: first.cookie }));
		expect(await stolen).toBe("ERR_ZMTP_KEY_EXCHANGE");
		expect(thief.cookie.includes(Buffer.from(thief.transient.publicKey))).toBe(false);
		first.raw.write(first.initiate(DEALER));
		await first.ready();
		const gone = next(socket, "disconnect");
		first.raw.write(first.initiate(DEALER));
		expect((await gone).error).toMatchObject({ reason: "ERR_ZMTP_UNEXPECTED_COMMAND" });
		const impatient = await ourServer(transport, { handshakeInterval: 50 });
		const late = new RawCurveClient(await dial(impatient.endpoint), serverKeys.publicKey);
		late.raw.write(greeting({ mechanism: "CURVE" }), late.hello());
		await late.raw.ended();
	},
);

covers(
	["26/initiate-6", "26/initiate-7", "26/vouch-3", "26/metadata-1", "26/metadata-3", "26/hello-17"],
	OVER,
	"an INITIATE with anything wrong in it ends the connection before any READY",
	async (transport) => {
		const { socket, endpoint } = await ourServer(transport);
		type Raw = Awaited<ReturnType<typeof client>>;
		const other = newKeys();
		const wrong: readonly (readonly [(raw: Raw) => Buffer, string])[] = [
			[(raw) => raw.initiate(DEALER, { vouchBy: other.secretKey }), "ERR_ZMTP_CRYPTOGRAPHIC"],
			[(raw) => raw.initiate(DEALER, { key: other.publicKey }), "ERR_ZMTP_CRYPTOGRAPHIC"],
			[(raw) => raw.initiate(DEALER, { vouched: Buffer.concat([other.publicKey, raw.serverKey]) }), "ERR_ZMTP_KEY_EXCHANGE"],
			[(raw) => raw.initiate(DEALER, { vouched: Buffer.concat([raw.transient.publicKey, other.publicKey]) }), "ERR_ZMTP_KEY_EXCHANGE"],
			[(raw) => raw.initiate(DEALER, { counter: counterOf(1n) }), "ERR_ZMTP_INVALID_SEQUENCE"],
			[(raw) => raw.initiate(properties([["", "x"]])), "ERR_ZMTP_MALFORMED_COMMAND_INITIATE"],
			[(raw) => raw.initiate(properties(DEALER).subarray(0, 20)), "ERR_ZMTP_MALFORMED_COMMAND_INITIATE"],
			[(raw) => raw.initiate(Buffer.concat([properties(DEALER), OVERSIZE])), "ERR_ZMTP_MALFORMED_COMMAND_INITIATE"],
			[(raw) => raw.initiate([["X-Only", "this"]]), "ERR_ZMTP_INVALID_METADATA"],
			[() => command("INITIATE", Buffer.alloc(247)), "ERR_ZMTP_MALFORMED_COMMAND_INITIATE"],
			[(raw) => raw.hello(), "ERR_ZMTP_UNEXPECTED_COMMAND"],
		];
		for (const [make, reason] of wrong) {
			const refused = verdict(socket);
			const raw = await client(endpoint);
			raw.raw.write(raw.hello());
			await raw.welcome();
			raw.raw.write(make(raw));
			expect(await refused).toBe(reason);
			await raw.raw.ended();
			expect(raw.raw.unread.length).toBe(0);
		}
	},
);

covers(
	["26/flow-2", "26/initiate-9", "26/ready-1", "26/ready-2", "26/ready-3", "26/ready-4", "26/ready-8", "26/metadata-2", "26/metadata-3"],
	OVER,
	"it reads the metadata in INITIATE and answers by READY with its own",
	async (transport) => {
		const { socket, endpoint } = await ourServer(transport, { metadata: { "X-Side": "us" } });
		const accepted = next(socket, "handshake");
		const raw = await client(endpoint);
		raw.raw.write(raw.hello());
		await raw.welcome();
		const every = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
		raw.raw.write(
			raw.initiate([
				["socket-TYPE", "DEALER"],
				["X-EVERY", every],
				["x-empty", ""],
			]),
		);
		const { data, metadata } = await raw.ready();
		expect("\x05READY".length + data.length).toBeGreaterThanOrEqual(30);
		expect(data.readBigUInt64BE()).toBe(1n);
		expect([...readProperties(metadata)].map(([name, value]) => `${name}=${value}`)).toEqual([
			"Socket-Type=DEALER",
			"Identity=",
			"X-Side=us",
		]);
		const { peer } = await accepted;
		expect([String(peer.get("socket-type")), peer.get("x-every"), peer.get("x-empty")?.length]).toEqual(["DEALER", every, 0]);
	},
);

covers(
	[
		...["26/flow-3", "26/message-2", "26/message-3", "26/message-4", "26/message-5", "26/message-7", "26/ready-8", "25/flow-2"],
		...zmtp("mechanism-6", "analysis-4"),
	],
	OVER,
	"its messages begin after READY, each with the next nonce",
	async (transport) => {
		const { socket, endpoint } = await ourPushServer(transport);
		const sending = Promise.all([socket.send(["two", "frames"]), socket.send("one")]);
		const raw = await client(endpoint);
		raw.raw.write(raw.hello());
		await raw.welcome();
		await meanwhile(transport);
		expect(raw.raw.unread.length).toBe(0);
		raw.raw.write(raw.initiate([["Socket-Type", "PULL"]]));
		await raw.ready();
		await sending;
		const got = [await raw.read(), await raw.read(), await raw.read()];
		expect(got.map(({ counter, flags, data }) => [counter, flags, String(data)])).toEqual([
			[2n, 1, "two"],
			[3n, 0, "frames"],
			[4n, 0, "one"],
		]);
	},
);

covers(
	["26/reject-1", "26/error-1", "26/error-2"],
	OVER,
	"a client that is not let in is told so by ERROR, and the next one is let in",
	async (transport) => {
		const judge = new Authenticator({ curve: [z85(clientKeys.publicKey)] });
		atEnd(() => judge.close());
		await judge.start();
		const { socket, endpoint } = await ourServer(transport);
		const refused = next(socket, "handshake:error:auth");
		const stranger = await client(endpoint, newKeys());
		stranger.raw.write(stranger.hello());
		await stranger.welcome();
		stranger.raw.write(stranger.initiate(DEALER));
		const { flags, body } = await stranger.raw.frame();
		expect([flags, body.toString("latin1")]).toEqual([4, "\x05ERROR\x03400"]);
		expect((await refused).error.status).toBe(400);
		await stranger.raw.ended();
		const friend = await client(endpoint);
		await friend.shake("DEALER");
		friend.raw.write(friend.message("hello"));
		expect(texts(await socket.receive())).toEqual(["hello"]);
	},
);
