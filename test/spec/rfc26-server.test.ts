/** CURVE: our server against scripted clients. */
import { Authenticator } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { client, clientKeys, ourPushServer, ourServer } from "./curve-ends.ts";
import { counterOf, damaged, newKeys, type RawCurveClient, z85 } from "./curve-peer.ts";
import { next, verdict } from "./events.ts";
import { atEnd, meanwhile, texts } from "./open-sockets.ts";
import { command, message, properties, readProperties, WIRE } from "./wire.ts";
import { zmtp } from "./zmtp-ids.ts";

type Raw = RawCurveClient;

const OVER = { transports: WIRE };
const DEALER = [["Socket-Type", "DEALER"]] as const;
/** A property whose value has, it says, 2^31 octets. */
const OVERSIZE = Buffer.from("\x03X-A\x80\0\0\0", "latin1");

/** A name of 255 characters. */
const LONG_NAME = `X-${"n".repeat(253)}`;
/** Where in its frame, which is a short one, the fields of HELLO begin. */
const HELLO_KEY_AT = 2 + "\x05HELLO".length + 2 + 72;
const HELLO_NONCE_AT = HELLO_KEY_AT + 32;
const HELLO_BOX_AT = HELLO_NONCE_AT + 8;
/** The same for INITIATE, whose frame is a long one. */
const INITIATE_NONCE_AT = 9 + "\x08INITIATE".length + 96;
const INITIATE_BOX_AT = INITIATE_NONCE_AT + 8;

covers(
	["26/flow-1", "26/hello-4", "26/hello-12", "26/welcome-1", "26/welcome-2", "26/welcome-3", "26/welcome-4", "26/welcome-5", "26/cookie-4"],
	OVER,
	"our server answers HELLO by a WELCOME of 168 octets, with new keys, a new nonce and a new cookie each time",
	async (transport) => {
		// Two sockets with the same keys.
		const endpoints = [(await ourServer(transport)).endpoint, (await ourServer(transport)).endpoint];
		const seen = new Set<string>();
		for (let i = 0; i < 6; i++) {
			const raw = await client(endpoints[i % 2] as string);
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
		expect(seen.size).toBe(24);
	},
);

covers(
	["26/hello-10", "26/hello-11"],
	OVER,
	"a HELLO with anything wrong in it ends the connection before any WELCOME",
	async (transport) => {
		const { socket, endpoint } = await ourServer(transport);
		const padded = (at: number): Buffer => damaged(Buffer.alloc(72), at);
		const wrong: readonly (readonly [(raw: Raw) => Buffer, string])[] = [
			[(raw) => raw.hello({ version: Buffer.of(0, 0) }), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
			[(raw) => raw.hello({ version: Buffer.of(1, 1) }), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
			[(raw) => raw.hello({ version: Buffer.of(2, 0) }), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
			...[0, 40, 71].map((at) => [(raw: Raw) => raw.hello({ padding: padded(at) }), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"] as const),
			[(raw) => raw.hello({ padding: Buffer.alloc(71) }), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
			[(raw) => raw.hello({ padding: Buffer.alloc(73) }), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
			[(raw) => raw.hello({ signed: damaged(Buffer.alloc(64)) }), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
			...[HELLO_KEY_AT, HELLO_NONCE_AT, HELLO_BOX_AT].map(
				(at) => [(raw: Raw) => damaged(raw.hello(), at), "ERR_ZMTP_CRYPTOGRAPHIC"] as const,
			),
			[(raw) => Buffer.from(raw.hello().fill(0, HELLO_KEY_AT, HELLO_NONCE_AT)), "ERR_ZMTP_CRYPTOGRAPHIC"],
			[(raw) => raw.hello({ serverKey: newKeys().publicKey }), "ERR_ZMTP_CRYPTOGRAPHIC"],
			[(raw) => raw.hello({ counter: counterOf(0n) }), "ERR_ZMTP_INVALID_SEQUENCE"],
			[() => command("HELLO"), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
			[() => message("not a command"), "ERR_ZMTP_UNEXPECTED_COMMAND"],
			[(raw) => damaged(raw.hello(), 3), "ERR_ZMTP_UNEXPECTED_COMMAND"],
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
	["26/initiate-6", "26/initiate-7", "26/vouch-3", "26/metadata-1", "26/metadata-3", "26/hello-17"],
	OVER,
	"an INITIATE with anything wrong in it ends the connection before any READY",
	async (transport) => {
		const { socket, endpoint } = await ourServer(transport);
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
			...[INITIATE_NONCE_AT, INITIATE_BOX_AT].map(
				(at) => [(raw: Raw) => damaged(raw.initiate(DEALER), at), "ERR_ZMTP_CRYPTOGRAPHIC"] as const,
			),
			[() => command("INITIATE", Buffer.alloc(247)), "ERR_ZMTP_MALFORMED_COMMAND_INITIATE"],
			[() => command("INITIATE"), "ERR_ZMTP_MALFORMED_COMMAND_INITIATE"],
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
	[
		...["26/flow-2", "26/initiate-9", "26/ready-1", "26/ready-2", "26/ready-3", "26/ready-4", "26/ready-8"],
		...["26/metadata-1", "26/metadata-2", "26/metadata-3", "26/metadata-4"],
	],
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
				["y", "one"],
				[LONG_NAME, "long"],
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
		expect([peer.get("y"), peer.get(LONG_NAME.toLowerCase())].map(String)).toEqual(["one", "long"]);
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
		expect(got.map(({ body, data }) => body.length - data.length)).toEqual([33, 33, 33]);
	},
);

covers(
	["26/reject-1", "26/error-1", "26/error-2"],
	OVER,
	"a client that is not let in is told so by ERROR, and the next one is let in",
	async (transport) => {
		const stranger = newKeys();
		const judge = new Authenticator({
			curve: ({ publicKey }) => {
				if (publicKey === z85(clientKeys.publicKey)) return true;
				if (publicKey === z85(stranger.publicKey)) return false;
				throw new Error("Who is that?");
			},
			onError: () => {},
		});
		atEnd(() => judge.close());
		await judge.start();
		const { socket, endpoint } = await ourServer(transport);
		for (const [keys, status] of [
			[stranger, 400],
			[newKeys(), 500],
		] as const) {
			const refused = next(socket, "handshake:error:auth");
			const raw = await client(endpoint, keys);
			raw.raw.write(raw.hello());
			await raw.welcome();
			raw.raw.write(raw.initiate(DEALER));
			const { flags, body } = await raw.raw.frame();
			expect([flags, body.toString("latin1")]).toEqual([4, `\x05ERROR\x03${status}`]);
			expect((await refused).error.status).toBe(status);
			await raw.raw.ended();
			expect(raw.raw.unread.length).toBe(0);
		}
		const friend = await client(endpoint);
		await friend.shake("DEALER");
		friend.raw.write(friend.message("hello"));
		expect(texts(await socket.receive())).toEqual(["hello"]);
	},
);
