/** CURVE after the handshake: MESSAGE, nonces, and keys that are forgotten. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "vitest";
import { root } from "../../scripts/workspace.mjs";
import { covers } from "./covers.ts";
import { client, ourClient, ourServer } from "./curve-ends.ts";
import { counterOf, type RawCurveClient, type RawCurveServer } from "./curve-peer.ts";
import { next } from "./events.ts";
import { anyEndpoint, texts } from "./open-sockets.ts";
import { COMMAND, command, frame, LONG, MORE, message, WIRE } from "./wire.ts";

const OVER = { transports: WIRE };
type Raw = RawCurveClient | RawCurveServer;

const WRONG: readonly (readonly [what: string, make: (raw: Raw) => Buffer, reason: string])[] = [
	["a nonce that was used", (raw) => raw.message("x", { counter: counterOf(raw.count) }), "ERR_ZMTP_INVALID_SEQUENCE"],
	["the nonce of the handshake", (raw) => raw.message("x", { counter: counterOf(1n) }), "ERR_ZMTP_INVALID_SEQUENCE"],
	["nonce 0", (raw) => raw.message("x", { counter: counterOf(0n) }), "ERR_ZMTP_INVALID_SEQUENCE"],
	["a box that was changed", (raw) => changed(raw.message("x")), "ERR_ZMTP_CRYPTOGRAPHIC"],
	["a nonce that was changed", (raw) => changed(raw.message("x"), 17), "ERR_ZMTP_CRYPTOGRAPHIC"],
	[
		"a box without flags",
		() => frame(0, Buffer.concat([Buffer.from("\x07MESSAGE"), Buffer.alloc(24)])),
		"ERR_ZMTP_MALFORMED_COMMAND_MESSAGE",
	],
	["a name alone", () => frame(0, "\x07MESSAGE"), "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"],
	["flags 4", (raw) => raw.message("x", { flags: 4 }), "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"],
	["flags 3", (raw) => raw.message("x", { flags: 3 }), "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"],
	["flags 128", (raw) => raw.message("x", { flags: 128 }), "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"],
	["a message in clear", () => message("in clear"), "ERR_ZMTP_UNEXPECTED_COMMAND"],
	["a command in clear", () => command("PING", "\0\0"), "ERR_ZMTP_UNEXPECTED_COMMAND"],
	["a frame that continues", (raw) => continued(raw.message("x")), "ERR_ZMTP_UNEXPECTED_COMMAND"],
];

function changed(bytes: Buffer, at = bytes.length - 1): Buffer {
	bytes[at] = (bytes[at] as number) ^ 1;
	return bytes;
}

function continued(bytes: Buffer): Buffer {
	bytes[0] = (bytes[0] as number) | MORE;
	return bytes;
}

covers(
	["26/message-8", "26/message-9", "26/message-10", "26/hello-17"],
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
	["26/message-8", "26/message-9", "26/ready-10"],
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

covers(["26/hello-6"], OVER, "nothing that holds a key of a connection outlives it", async (transport) => {
	const program = fileURLToPath(new URL("key-holders.mjs", import.meta.url));
	const { stdout } = await promisify(execFile)(process.execPath, [program, anyEndpoint(transport)]);
	// While it lives, one for each side is found.
	expect(stdout).toBe("2\n0\n");
});

covers(["26/hello-7"], OVER, "what handles keys can write no file, start no thread or process, and open no connection", () => {
	const security = `${root}/packages/core/src/security`;
	const sources = readdirSync(security).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
	expect(sources).toContain("curve-client.ts");
	const imported = sources.flatMap((name) => [...readFileSync(`${security}/${name}`, "utf8").matchAll(/(?:from|import\() ?"([^"]+)"/g)]);
	const foreign = new Set(imported.map(([, name]) => name as string).filter((name) => !name.startsWith(".")));
	expect([...foreign].sort()).toEqual(["libsodium", "node:crypto"]);
});

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
