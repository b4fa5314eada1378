/** CURVE after the handshake: MESSAGE, nonces, and keys that are forgotten. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "vitest";
import { root } from "../../scripts/workspace.mjs";
import { secretKeysDuring } from "./cipher-watch.ts";
import { covers } from "./covers.ts";
import { client, ourClient, ourServer } from "./curve-ends.ts";
import { close, counterOf, damaged, nonceOf, type RawCurveClient, type RawCurveServer } from "./curve-peer.ts";
import { next } from "./events.ts";
import { anyEndpoint, texts } from "./open-sockets.ts";
import { COMMAND, command, frame, LONG, MORE, message, WIRE } from "./wire.ts";

const OVER = { transports: WIRE };
type Raw = RawCurveClient | RawCurveServer;

const WRONG: readonly (readonly [what: string, make: (raw: Raw) => Buffer, reason: string])[] = [
	["a nonce that was used", (raw) => raw.message("x", { counter: counterOf(raw.count) }), "ERR_ZMTP_INVALID_SEQUENCE"],
	["the nonce of the handshake", (raw) => raw.message("x", { counter: counterOf(1n) }), "ERR_ZMTP_INVALID_SEQUENCE"],
	["nonce 0", (raw) => raw.message("x", { counter: counterOf(0n) }), "ERR_ZMTP_INVALID_SEQUENCE"],
	["a box that was changed", (raw) => damaged(raw.message("x")), "ERR_ZMTP_CRYPTOGRAPHIC"],
	["a nonce that was changed", (raw) => damaged(raw.message("x"), 17), "ERR_ZMTP_CRYPTOGRAPHIC"],
	["another name", (raw) => damaged(raw.message("x"), 9), "ERR_ZMTP_UNEXPECTED_COMMAND"],
	["a box of the other direction", (raw) => reflected(raw), "ERR_ZMTP_CRYPTOGRAPHIC"],
	[
		"a box without flags",
		() => frame(0, Buffer.concat([Buffer.from("\x07MESSAGE"), Buffer.alloc(24)])),
		"ERR_ZMTP_MALFORMED_COMMAND_MESSAGE",
	],
	["a name alone", () => frame(0, "\x07MESSAGE"), "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"],
	["flags 4", (raw) => raw.message("x", { flags: 4 }), "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"],
	["flags 3", (raw) => raw.message("x", { flags: 3 }), "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"],
	["flags 5", (raw) => raw.message("x", { flags: 5 }), "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"],
	["flags 128", (raw) => raw.message("x", { flags: 128 }), "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"],
	["a message in clear", () => message("in clear"), "ERR_ZMTP_UNEXPECTED_COMMAND"],
	["a command in clear", () => command("PING", "\0\0"), "ERR_ZMTP_UNEXPECTED_COMMAND"],
	["a frame that continues", (raw) => continued(raw.message("x")), "ERR_ZMTP_UNEXPECTED_COMMAND"],
];

/** A MESSAGE that only the other side may send: the keys are right, the nonce is not. */
function reflected(raw: Raw): Buffer {
	const counter = raw.nextCounter();
	const nonce = nonceOf(`CurveZMQMESSAGE${raw.letter === "C" ? "S" : "C"}`, counter);
	const box = close(Buffer.from("\0x"), nonce, raw.peerTransient, raw.transient.secretKey);
	return frame(0, Buffer.concat([Buffer.from("\x07MESSAGE"), counter, box]));
}

function continued(bytes: Buffer): Buffer {
	bytes[0] = (bytes[0] as number) | MORE;
	return bytes;
}

covers(
	["26/message-8", "26/message-9", "26/message-10", "26/message-11", "26/message-3", "26/message-4", "26/hello-17"],
	OVER,
	"our server disconnects, without ERROR, from a client whose MESSAGE has anything wrong in it",
	async (transport) => {
		const { socket, endpoint } = await ourServer(transport);
		for (const [what, make, reason] of WRONG) {
			const raw = await client(endpoint);
			await raw.shake("DEALER");
			raw.raw.write(raw.message("before"));
			expect(texts(await socket.receive())).toEqual(["before"]);
			const gone = next(socket, "disconnect");
			raw.raw.write(make(raw));
			expect([what, (await gone).error]).toMatchObject([what, { reason }]);
			await raw.raw.ended();
			expect(raw.raw.unread.length).toBe(0);
		}
	},
);

covers(
	["26/message-8", "26/message-9", "26/message-11", "26/message-3", "26/message-4", "26/ready-10"],
	OVER,
	"our client disconnects from a server whose MESSAGE has anything wrong in it",
	async (transport) => {
		for (const [what, make, reason] of WRONG) {
			const { socket, server } = await ourClient(transport);
			await server.shake("DEALER");
			server.raw.write(server.message("before"));
			expect(texts(await socket.receive())).toEqual(["before"]);
			const gone = next(socket, "disconnect");
			server.raw.write(make(server));
			expect([what, (await gone).error]).toMatchObject([what, { reason }]);
			await server.raw.ended();
			expect(server.raw.unread.length).toBe(0);
		}
	},
);

covers(
	["26/message-7", "26/message-8"],
	OVER,
	"MESSAGE is taken as a message and as a command of ZMTP, short or long, with gaps between nonces",
	async (transport) => {
		const { socket, endpoint } = await ourServer(transport);
		const raw = await client(endpoint);
		await raw.shake("DEALER");
		const inner = raw.message("as a command").subarray(2);
		raw.raw.write(frame(COMMAND, inner), frame(LONG, raw.message("long without need").subarray(2)));
		raw.count += 1000n;
		raw.raw.write(raw.message("several", { flags: 1 }), raw.message(Buffer.alloc(1000, "x")));
		expect(texts(await socket.receive())).toEqual(["as a command"]);
		expect(texts(await socket.receive())).toEqual(["long without need"]);
		expect(texts(await socket.receive())).toEqual(["several", "x".repeat(1000)]);
	},
);

covers(
	["26/hello-17", "26/ready-10"],
	OVER,
	"nonces are compared over all their 64 bits: a jump beyond 2^32 is taken, what lies below it no more",
	async (transport) => {
		const { socket, endpoint } = await ourServer(transport);
		const theirs = await client(endpoint);
		await theirs.shake("DEALER");
		const ours = await ourClient(transport);
		await ours.server.shake("DEALER");
		for (const [receiving, raw] of [
			[socket, theirs],
			[ours.socket, ours.server],
		] as const) {
			const gone = next(receiving, "disconnect");
			raw.raw.write(raw.message("high", { counter: counterOf(2n ** 32n) }), raw.message("top", { counter: counterOf(2n ** 63n + 1n) }));
			expect(texts(await receiving.receive())).toEqual(["high"]);
			expect(texts(await receiving.receive())).toEqual(["top"]);
			raw.raw.write(raw.message("low", { counter: counterOf(2n ** 62n + 0xffff_ffffn) }));
			expect((await gone).error).toMatchObject({ reason: "ERR_ZMTP_INVALID_SEQUENCE" });
		}
	},
);

covers(
	["26/hello-6"],
	OVER,
	"no key of a connection outlives it, neither in an object nor in the memory of the cipher",
	async (transport) => {
		const program = fileURLToPath(new URL("key-holders.mjs", import.meta.url));
		const { stdout } = await promisify(execFile)(process.execPath, ["--expose-gc", program, anyEndpoint(transport)]);
		const [during, after] = stdout
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
		// While it lives, each side has one object, and the keys of the connection are somewhere.
		expect(during).toMatchObject({ holders: 2, cipher: true });
		expect(during.keys).toBeGreaterThan(0);
		expect(after).toEqual({ holders: 0, keys: 0, cipher: false });
	},
);

/** What a module imports that is not of this repository, it and all that it imports. */
function foreignImports(file: string, seen = new Set<string>(), found = new Set<string>()): Set<string> {
	seen.add(file);
	const text = readFileSync(file, "utf8");
	expect(text).not.toMatch(/\bprocess\.(?:send|std|emit)|\bfetch\(|\bconsole\./);
	const statements = [...text.matchAll(/^(?:import|export) (?!type\b)[^;]*?from "([^"]+)"/gm), ...text.matchAll(/\bimport\("([^"]+)"\)/g)];
	for (const [, name] of statements as unknown as [string, string][]) {
		const path = join(dirname(file), name);
		if (!name.startsWith(".")) found.add(name);
		else if (!seen.has(path)) foreignImports(path, seen, found);
	}
	return found;
}

covers(
	["26/hello-7"],
	OVER,
	"the secret half of C' is on no wire, and what handles it can write no file, start no thread and open no connection",
	async (transport) => {
		const told: Buffer[] = [];
		const secrets = await secretKeysDuring(async () => {
			const { socket, server } = await ourClient(transport);
			server.raw.stream.on("data", (chunk: Buffer) => told.push(chunk));
			told.push((await server.hello()).signed);
			server.raw.write(server.welcome());
			const { vouched, metadata } = await server.initiate();
			server.raw.write(server.ready([["Socket-Type", "DEALER"]]));
			await socket.send("hello");
			told.push(vouched, metadata, (await server.read()).data);
		});
		expect(secrets.length).toBe(1);
		expect(told.some((bytes) => bytes.includes(secrets[0] as Buffer))).toBe(false);
		const sources = `${root}/packages/core/src/security`;
		expect([...foreignImports(`${sources}/curve-client.ts`)].sort()).toEqual(["libsodium", "node:crypto"]);
	},
);

covers(["26/hello-16", "26/ready-9"], OVER, "when the last of 2^64 nonces is used up nothing more is encrypted", async () => {
	const { CurveMessages } = await import(`${root}/packages/core/dist/security/curve-messages.js`);
	const { loadSodium } = await import(`${root}/packages/core/dist/security/sodium.js`);
	await loadSodium();
	for (const role of ["client", "server"]) {
		const messages = new CurveMessages({ key: Buffer.alloc(32, 1), role, counter: [0xffff_ffff, 0xffff_fffe], peerCounter: undefined });
		const target = Buffer.alloc(200);
		for (const last of [0xfffffffffffffffen, 0xffffffffffffffffn]) {
			messages.encode(target, 0, 0, Buffer.from("x"));
			expect(target.readBigUInt64BE(10)).toBe(last);
		}
		target.fill(0);
		expect(() => messages.encode(target, 0, 0, Buffer.from("x"))).toThrowError(RangeError);
		// But for the header of the frame nothing was written.
		expect(target.subarray(2).equals(Buffer.alloc(198))).toBe(true);
	}
});
