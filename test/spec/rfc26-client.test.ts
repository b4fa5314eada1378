/** CURVE: our client against a scripted server. */
import { Dealer, Subscriber } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { CLIENT, clientKeys, ourClient, served, serverKeys } from "./curve-ends.ts";
import { counterOf, damaged, newKeys, z85 } from "./curve-peer.ts";
import { next, verdict } from "./events.ts";
import { meanwhile, open, texts } from "./open-sockets.ts";
import { command, listen, properties, type RawListener, readProperties, WIRE } from "./wire.ts";
import { zmtp } from "./zmtp-ids.ts";

const OVER = { transports: WIRE };
const HELLO_BYTES = 200;
const ROUTER = [["Socket-Type", "ROUTER"]] as const;
/** A name of 255 characters. */
const LONG_NAME = `X-${"n".repeat(253)}`;
/** Where in their frames, which are short ones, the nonces begin. */
const [WELCOME_NONCE_AT, READY_NONCE_AT] = [2 + "\x07WELCOME".length, 2 + "\x05READY".length];
/** A property whose value has, it says, 2^31 octets. */
const OVERSIZE = Buffer.from("\x03X-A\x80\0\0\0", "latin1");

covers(
	[
		...["26/flow-1", "26/hello-1", "26/hello-2", "26/hello-3", "26/hello-4", "26/hello-8", "26/hello-9", "26/hello-15"],
		...["25/flow-1", "25/command-1", ...zmtp("mechanism-6", "analysis-4")],
	],
	OVER,
	"our client begins with a HELLO of 200 octets, as the grammar has it",
	async (transport) => {
		const { server } = await ourClient(transport);
		const { data, signed } = await server.hello();
		expect("\x05HELLO".length + data.length).toBe(HELLO_BYTES);
		expect([...data.subarray(0, 2)]).toEqual([1, 0]);
		expect(data.subarray(2, 74).equals(Buffer.alloc(72))).toBe(true);
		expect(data.subarray(106, 114).readBigUInt64BE()).toBe(1n);
		expect(signed.equals(Buffer.alloc(64))).toBe(true);
		await meanwhile(transport);
		expect(server.raw.unread.length).toBe(0);
	},
);

covers(["26/hello-5", "26/vouch-2"], OVER, "each connection has new keys and a new nonce for its vouch", async (transport) => {
	const seen = new Set<string>();
	// Two sockets with the same keys.
	for (const { server, listener } of [await ourClient(transport), await ourClient(transport)]) {
		let current = server;
		for (let i = 0; i < 3; i++) {
			await current.hello();
			current.raw.write(current.welcome());
			const { vouchNonce } = await current.initiate();
			seen.add(Buffer.from(current.peerTransient).toString("hex")).add(vouchNonce.toString("hex"));
			current.raw.stream.destroy();
			current = await served(listener);
		}
	}
	expect(seen.size).toBe(12);
});

covers(
	[
		...["26/flow-2", "26/initiate-1", "26/initiate-2", "26/initiate-3", "26/initiate-4", "26/initiate-5", "26/vouch-1", "26/vouch-3"],
		...["26/hello-15", "26/metadata-4", "25/flow-2"],
	],
	OVER,
	"after WELCOME it sends INITIATE with the cookie, its key, its vouch and its metadata, all closed",
	async (transport) => {
		const { server } = await ourClient(transport, { metadata: { "X-Secret": "whisper" } });
		await server.hello();
		server.raw.write(server.welcome());
		const { data, vouched, metadata } = await server.initiate();
		expect("\x08INITIATE".length + data.length).toBeGreaterThanOrEqual(257);
		expect(data.subarray(0, 96).equals(server.cookie)).toBe(true);
		expect(data.subarray(96, 104).readBigUInt64BE()).toBe(2n);
		expect(server.clientKey.equals(clientKeys.publicKey)).toBe(true);
		expect(vouched.equals(Buffer.concat([server.peerTransient, serverKeys.publicKey]))).toBe(true);
		expect(metadata.toString("latin1")).toBe("\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\0\x08X-Secret\0\0\0\x07whisper");
		for (const hidden of [clientKeys.publicKey, Buffer.from("whisper"), Buffer.from("DEALER")])
			expect(data.includes(Buffer.from(hidden))).toBe(false);
	},
);

covers(
	[
		...["26/flow-3", "26/message-1", "26/message-3", "26/message-4", "26/message-5", "26/message-7", "26/hello-15", "26/ready-7"],
		...["25/flow-2", ...zmtp("mechanism-6", "analysis-4")],
	],
	OVER,
	"after READY, and not before, messages go both ways as MESSAGE, each with the next nonce",
	async (transport) => {
		const { socket, server } = await ourClient(transport);
		const long = "x".repeat(70_000);
		await socket.send(["a", "message"]);
		await socket.send("");
		await socket.send(long);
		await server.hello();
		server.raw.write(server.welcome());
		await server.initiate();
		await meanwhile(transport);
		expect(server.raw.unread.length).toBe(0);
		server.raw.write(server.ready(ROUTER));
		const got = [await server.read(), await server.read(), await server.read(), await server.read()];
		expect(got.map(({ counter, flags, data }) => [counter, flags, String(data)])).toEqual([
			[3n, 1, "a"],
			[4n, 0, "message"],
			[5n, 0, ""],
			[6n, 0, long],
		]);
		expect(got.map(({ body, data }) => body.length - data.length)).toEqual([33, 33, 33, 33]);
		server.raw.write(server.message("from", { flags: 1 }), server.message("server"));
		expect(texts(await socket.receive())).toEqual(["from", "server"]);
	},
);

covers(["26/hello-15", "26/message-5"], OVER, "the commands of ZMTP go in MESSAGE too, with nonces of the same row", async (transport) => {
	const listener = await listen(transport);
	const subscriber = open(new Subscriber({ ...CLIENT, heartbeatInterval: 1, heartbeatTimeout: 60_000 }));
	subscriber.subscribe("a", "b");
	subscriber.connect(listener.endpoint);
	const server = await served(listener);
	await server.shake("PUB");
	const got = [await server.read(), await server.read(), await server.read(), await server.read()];
	expect(got.map(({ counter, flags }) => [counter, flags])).toEqual([3n, 4n, 5n, 6n].map((counter) => [counter, 2]));
	const names = got.map(({ data }) => data.toString("latin1", 1, 1 + (data[0] as number)));
	expect(names.filter((name) => name === "SUBSCRIBE").length).toBe(2);
	expect(names).toContain("PING");
});

covers(
	["26/welcome-6", "26/welcome-7", "26/reject-3"],
	OVER,
	"a WELCOME with anything wrong in it ends the connection, without ERROR",
	async (transport) => {
		const { socket, server, listener } = await ourClient(transport);
		let current = server;
		const wrong: readonly (readonly [() => Buffer, string])[] = [
			[() => current.welcome({ by: newKeys().secretKey }), "ERR_ZMTP_CRYPTOGRAPHIC"],
			[() => damaged(current.welcome(), WELCOME_NONCE_AT), "ERR_ZMTP_CRYPTOGRAPHIC"],
			[() => damaged(current.welcome()), "ERR_ZMTP_CRYPTOGRAPHIC"],
			[() => current.welcome({ plain: Buffer.concat([Buffer.alloc(32), current.cookie]) }), "ERR_ZMTP_CRYPTOGRAPHIC"],
			[() => current.welcome({ plain: Buffer.alloc(127) }), "ERR_ZMTP_MALFORMED_COMMAND_WELCOME"],
			[() => current.welcome({ plain: Buffer.alloc(129) }), "ERR_ZMTP_MALFORMED_COMMAND_WELCOME"],
			[() => command("WELCOME"), "ERR_ZMTP_MALFORMED_COMMAND_WELCOME"],
			[() => current.ready(ROUTER), "ERR_ZMTP_UNEXPECTED_COMMAND"],
		];
		for (const [index, [make, reason]] of wrong.entries()) {
			const refused = verdict(socket);
			await current.hello();
			current.raw.write(make());
			expect(await refused).toBe(reason);
			await current.raw.ended();
			expect(current.raw.unread.length).toBe(0);
			if (index === wrong.length - 1) break;
			socket.connect(listener.endpoint);
			current = await served(listener);
		}
	},
);

covers(
	["26/ready-5", "26/ready-6", "26/ready-10", "26/reject-3", "26/metadata-1", "26/metadata-3"],
	OVER,
	"a READY with anything wrong in it ends the connection, without ERROR",
	async (transport) => {
		const { socket, server, listener } = await ourClient(transport);
		let current = server;
		const wrong: readonly (readonly [() => Buffer, string])[] = [
			[() => damaged(current.ready(ROUTER)), "ERR_ZMTP_CRYPTOGRAPHIC"],
			[() => damaged(current.ready(ROUTER), READY_NONCE_AT), "ERR_ZMTP_CRYPTOGRAPHIC"],
			[() => current.ready(ROUTER, { counter: counterOf(0n) }), "ERR_ZMTP_INVALID_SEQUENCE"],
			[() => command("READY", Buffer.alloc(23)), "ERR_ZMTP_MALFORMED_COMMAND_READY"],
			[() => current.ready(properties([["", "x"]])), "ERR_ZMTP_MALFORMED_COMMAND_READY"],
			[() => current.ready(properties(ROUTER).subarray(0, 20)), "ERR_ZMTP_MALFORMED_COMMAND_READY"],
			[() => current.ready(Buffer.concat([properties(ROUTER), OVERSIZE])), "ERR_ZMTP_MALFORMED_COMMAND_READY"],
			[() => current.ready([["Socket-Type", "PUB"]]), "ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE"],
			[() => current.message("too early"), "ERR_ZMTP_UNEXPECTED_COMMAND"],
		];
		for (const [index, [make, reason]] of wrong.entries()) {
			const refused = verdict(socket);
			await current.hello();
			current.raw.write(current.welcome());
			await current.initiate();
			current.raw.write(make());
			expect(await refused).toBe(reason);
			await current.raw.ended();
			expect(current.raw.unread.length).toBe(0);
			if (index === wrong.length - 1) break;
			socket.connect(listener.endpoint);
			current = await served(listener);
		}
	},
);

covers(
	["26/ready-4", "26/metadata-1", "26/metadata-2", "26/metadata-3"],
	OVER,
	"it reads the metadata in READY: names of up to 255 characters in any case, empty values, any octets",
	async (transport) => {
		const { socket, server } = await ourClient(transport);
		const accepted = next(socket, "handshake");
		await server.hello();
		server.raw.write(server.welcome());
		await server.initiate();
		const every = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
		server.raw.write(
			server.ready([
				["SOCKET-type", "ROUTER"],
				["X-EVERY", every],
				["x-empty", ""],
				["y", "one"],
				[LONG_NAME, "long"],
			]),
		);
		const { peer } = await accepted;
		expect([String(peer.get("socket-type")), peer.get("x-every"), peer.get("x-empty")?.length]).toEqual(["ROUTER", every, 0]);
		expect([peer.get("y"), peer.get(LONG_NAME.toLowerCase())].map(String)).toEqual(["one", "long"]);
	},
);

covers(
	["26/metadata-1", "26/metadata-3"],
	OVER,
	"it sends names of up to 255 characters, and takes none that is longer or has others",
	async (transport) => {
		for (const name of ["", "X-", "X-a b", "X-a/b", "X-ä", `${LONG_NAME}n`])
			expect(() => open(new Dealer({ metadata: { [name]: "" } }))).toThrowError(expect.objectContaining({ code: "EINVAL" }));
		const every = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
		const { server } = await ourClient(transport, { metadata: { [LONG_NAME]: every, "X-None": "" } });
		await server.hello();
		server.raw.write(server.welcome());
		const sent = readProperties((await server.initiate()).metadata);
		expect([sent.get(LONG_NAME), sent.get("X-None")?.length]).toEqual([every, 0]);
	},
);

/** Each reason that a server may give, and something that is no reason. */
const REASONS: readonly (readonly [data: string, status: number | undefined])[] = [
	["\x03300", 300],
	["\x03400", 400],
	["\x03500", 500],
	["\x07go away", undefined],
	["\0", undefined],
	["", undefined],
	["\x05400", undefined],
];

covers(
	["26/reject-2", "26/reject-3", "26/error-2"],
	OVER,
	"after ERROR, whatever it says and whenever it comes, it does not come again, while another client comes over and over",
	async (transport) => {
		const listeners: RawListener[] = [];
		for (const [data, status] of REASONS)
			for (const welcomed of [false, true]) {
				const { server, listener, socket } = await ourClient(transport);
				listeners.push(listener);
				const refused = next(socket, "handshake:error:auth", "handshake:error:protocol");
				await server.hello();
				if (welcomed) {
					server.raw.write(server.welcome());
					await server.initiate();
				}
				server.raw.write(command("ERROR", data));
				expect(((await refused).error as { status?: number }).status).toBe(status);
				await server.raw.ended();
				expect(server.raw.unread.length).toBe(0);
			}
		const other = await ourClient(transport);
		for (let i = 0; i < 20; i++) {
			other.server.raw.stream.destroy();
			other.server = await served(other.listener);
		}
		expect(listeners.map(({ count }) => count)).toEqual(listeners.map(() => 1));
	},
);

covers(["26/keys-1"], OVER, "a client without the server's key is told so before it connects", async (transport) => {
	const { curveServerKey: _, ...without } = CLIENT;
	const listener = await listen(transport);
	const dealer = open(new Dealer(without));
	expect(() => dealer.connect(listener.endpoint)).toThrowError(expect.objectContaining({ code: "EINVAL" }));
	for (const key of ["", z85(serverKeys.publicKey).slice(1), new Uint8Array(31)])
		expect(() => open(new Dealer({ ...CLIENT, curveServerKey: key }))).toThrowError(expect.objectContaining({ code: "EINVAL" }));
	await meanwhile(transport);
	expect(listener.count).toBe(0);
});
