import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeCommand, parseCommand } from "../wire/command.ts";
import { FLAG_COMMAND, FLAG_MORE, FrameDecoder } from "../wire/frame.ts";
import { CurveClient } from "./curve-client.ts";
import { CurveServer } from "./curve-server.ts";
import { ACCEPTED, keyPair, local, NO_ZAP, reasonOf, talk } from "./fixtures/mechanism-ends.ts";
import type { Mechanism, MessageCipher } from "./mechanism.ts";
import { loadSodium } from "./sodium.ts";

beforeAll(loadSodium);

const serverKeys = keyPair();
const clientKeys = keyPair();

function client(keys = clientKeys, serverKey = serverKeys.publicKey): CurveClient {
	return new CurveClient(local("PUSH"), { ...keys, serverKey });
}

function server(zap = NO_ZAP): CurveServer {
	return new CurveServer(local("PULL"), serverKeys.secretKey, zap);
}

function joined(): { a: MessageCipher; b: MessageCipher } {
	const [a, b] = [client(), server()];
	talk(a, b);
	return { a: a.messages as MessageCipher, b: b.messages as MessageCipher };
}

/** One frame as it stands on the wire. */
function wrapped(cipher: MessageCipher, flags: number, body: Uint8Array): { flags: number; body: Buffer } {
	const bytes = Buffer.alloc(cipher.overheadBytesMax + body.length + 5);
	const end = cipher.encode(bytes, 5, flags, body);
	const decoder = new FrameDecoder(Number.MAX_SAFE_INTEGER);
	decoder.push(bytes.subarray(5, end));
	expect(decoder.next()).toBe(true);
	return { flags: decoder.flags, body: decoder.body };
}

describe("the handshake of CURVE", () => {
	it("has commands of the sizes that RFC 26 gives them", () => {
		const sizes: [string, number][] = [];
		talk(client(), server(), {
			tap: (body) => {
				sizes.push([parseCommand(body).name, body.length]);
				return body;
			},
		});
		// Socket-Type is 20 bytes of metadata.
		expect(sizes).toEqual([
			["HELLO", 200],
			["WELCOME", 168],
			["INITIATE", 257 + 20],
			["READY", 30 + 20],
		]);
	});

	it("presents the client's key to the judge, and to nobody when there is none to ask", () => {
		const [a, b] = [client(), server({ domain: "home", enforceDomain: true })];
		b.onCommand(a.nextCommand() as Buffer);
		a.onCommand(b.nextCommand() as Buffer);
		b.onCommand(a.nextCommand() as Buffer);
		expect(b.nextCommand()).toBeUndefined();
		expect(b.takeCredentials()).toEqual({ mechanism: "CURVE", values: [clientKeys.publicKey], handlerRequired: true });
		b.onVerdict(ACCEPTED);
		a.onCommand(b.nextCommand() as Buffer);
		expect(b.peer?.userId).toBe("ada");
		const [c, d] = [client(), server(NO_ZAP)];
		talk(c, d);
		expect(d.peer?.userId).toBe("");
	});

	it("fails at HELLO when the client has another server's key", () => {
		expect(reasonOf(() => talk(client(clientKeys, keyPair().publicKey), server()))).toBe("ERR_ZMTP_CRYPTOGRAPHIC");
	});

	it("fails at the vouch when the client does not have the secret key of the public one it presents", () => {
		const forged = { publicKey: keyPair().publicKey, secretKey: clientKeys.secretKey };
		expect(reasonOf(() => talk(client(forged), server()))).toBe("ERR_ZMTP_CRYPTOGRAPHIC");
	});

	it("refuses keys that are no points of the curve", () => {
		expect(reasonOf(() => talk(client(clientKeys, Buffer.alloc(32)), server()))).toBe("ERR_ZMTP_CRYPTOGRAPHIC");
	});

	it("refuses a cookie of another connection, and a vouch for another one", () => {
		const [first, second] = [client(), client()];
		const [b, c] = [server(), server()];
		b.onCommand(first.nextCommand() as Buffer);
		c.onCommand(second.nextCommand() as Buffer);
		first.onCommand(b.nextCommand() as Buffer);
		second.onCommand(c.nextCommand() as Buffer);
		expect(reasonOf(() => b.onCommand(second.nextCommand() as Buffer))).toBe("ERR_ZMTP_KEY_EXCHANGE");
	});

	it("cannot be replayed: recorded commands of a client open nothing at a server", () => {
		const recorded: Buffer[] = [];
		talk(client(), server(), {
			tap: (body, from) => {
				if (from === "client") recorded.push(Buffer.from(body));
				return body;
			},
		});
		const b = server();
		b.onCommand(recorded[0] as Buffer);
		expect(b.nextCommand()?.length).toBe(168);
		expect(reasonOf(() => b.onCommand(recorded[1] as Buffer))).toBe("ERR_ZMTP_KEY_EXCHANGE");
	});

	it("of two clients, or of two servers, gets nowhere", () => {
		expect(reasonOf(() => talk(client(), client()))).toBe("ERR_ZMTP_UNEXPECTED_COMMAND");
		const [a, b] = [server(), server()];
		talk(a, b);
		expect([a.peer, b.peer]).toEqual([undefined, undefined]);
	});

	/** The real command with this change made to its data. */
	function changed(command: string, change: (data: Buffer) => Buffer): string | undefined {
		return reasonOf(() =>
			talk(client(), server(), {
				tap: (body) => {
					const { name, data } = parseCommand(body);
					return name === command ? encodeCommand(name, change(Buffer.from(data))) : body;
				},
			}),
		);
	}
	const flip =
		(at: number) =>
		(data: Buffer): Buffer => {
			const index = at < 0 ? data.length + at : at;
			data[index] = (data[index] as number) ^ 1;
			return data;
		};
	const cut = (data: Buffer): Buffer => data.subarray(0, -1);
	const longer = (data: Buffer): Buffer => Buffer.concat([data, Buffer.alloc(1)]);
	const changes: [string, string, (data: Buffer) => Buffer, string][] = [
		["HELLO", "of another version", flip(0), "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
		["HELLO", "with another key", flip(80), "ERR_ZMTP_CRYPTOGRAPHIC"],
		["HELLO", "with another nonce", flip(110), "ERR_ZMTP_CRYPTOGRAPHIC"],
		["HELLO", "with a damaged box", flip(-1), "ERR_ZMTP_CRYPTOGRAPHIC"],
		["HELLO", "that is cut", cut, "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
		["HELLO", "that is longer", longer, "ERR_ZMTP_MALFORMED_COMMAND_HELLO"],
		["WELCOME", "with a damaged box", flip(-1), "ERR_ZMTP_CRYPTOGRAPHIC"],
		["WELCOME", "that is cut", cut, "ERR_ZMTP_MALFORMED_COMMAND_WELCOME"],
		["WELCOME", "that is longer", longer, "ERR_ZMTP_MALFORMED_COMMAND_WELCOME"],
		["INITIATE", "with another cookie", flip(0), "ERR_ZMTP_KEY_EXCHANGE"],
		["INITIATE", "with another nonce", flip(100), "ERR_ZMTP_CRYPTOGRAPHIC"],
		["INITIATE", "with a damaged box", flip(-1), "ERR_ZMTP_CRYPTOGRAPHIC"],
		["INITIATE", "that is cut short", (data) => data.subarray(0, 247), "ERR_ZMTP_MALFORMED_COMMAND_INITIATE"],
		["READY", "with a damaged box", flip(-1), "ERR_ZMTP_CRYPTOGRAPHIC"],
		["READY", "that is cut short", (data) => data.subarray(0, 23), "ERR_ZMTP_MALFORMED_COMMAND_READY"],
	];
	it.each(changes)("refuses a %s %s", (command, _name, change, reason) => {
		expect(changed(command, change)).toBe(reason);
	});
});

describe("messages of CURVE", () => {
	it("arrive as they were sent, in both directions, with their flags", () => {
		const { a, b } = joined();
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 600 }), fc.constantFrom(0, FLAG_MORE, FLAG_COMMAND), fc.boolean(), (body, flags, forth) => {
				const [from, to] = forth ? [a, b] : [b, a];
				const frame = wrapped(from, flags, body);
				expect([frame.flags, frame.body.length]).toEqual([0, 33 + body.length]);
				expect(Buffer.compare(to.open(frame.flags, frame.body), body)).toBe(0);
				expect(to.flags).toBe(flags);
			}),
		);
	});

	it("may be larger than what the cipher keeps memory for", () => {
		const { a, b } = joined();
		const body = Buffer.alloc(5 << 20, 7);
		for (let i = 0; i < 2; i++) {
			const frame = wrapped(a, 0, body);
			expect(b.open(frame.flags, frame.body).equals(body)).toBe(true);
		}
	});

	it("are taken from peers that send them as commands", () => {
		const { a, b } = joined();
		const { body } = wrapped(a, 0, Buffer.from("x"));
		expect(b.open(FLAG_COMMAND, body).toString()).toBe("x");
	});

	it("cannot be replayed, reordered or sent back", () => {
		const { a, b } = joined();
		const [first, second] = [wrapped(a, 0, Buffer.from("1")), wrapped(a, 0, Buffer.from("2"))];
		b.open(0, second.body);
		expect(reasonOf(() => b.open(0, second.body))).toBe("ERR_ZMTP_INVALID_SEQUENCE");
		expect(reasonOf(() => b.open(0, first.body))).toBe("ERR_ZMTP_INVALID_SEQUENCE");
		expect(reasonOf(() => a.open(0, wrapped(a, 0, Buffer.from("3")).body))).toBe("ERR_ZMTP_CRYPTOGRAPHIC");
	});

	it("may leave nonces out", () => {
		const { a, b } = joined();
		wrapped(a, 0, Buffer.from("lost"));
		expect(b.open(0, wrapped(a, 0, Buffer.from("came")).body).toString()).toBe("came");
	});

	it("a damaged one ends the connection and does not move the window", () => {
		const { a, b } = joined();
		const { body } = wrapped(a, 0, Buffer.from("x"));
		const damaged = Buffer.from(body);
		damaged[8] = 0xff;
		expect(reasonOf(() => b.open(0, damaged))).toBe("ERR_ZMTP_CRYPTOGRAPHIC");
		expect(b.open(0, body).toString()).toBe("x");
	});

	it.each([
		["something in clear", Buffer.from("hello, this is not encrypted at all"), 0, "ERR_ZMTP_UNEXPECTED_COMMAND"],
		["nothing", Buffer.alloc(0), 0, "ERR_ZMTP_UNEXPECTED_COMMAND"],
		["a name alone", Buffer.from("\x07MESSAGE"), 0, "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"],
		["a box with nothing in it", Buffer.concat([Buffer.from("\x07MESSAGE"), Buffer.alloc(24)]), 0, "ERR_ZMTP_MALFORMED_COMMAND_MESSAGE"],
		["zeros", Buffer.concat([Buffer.from("\x07MESSAGE"), Buffer.alloc(40)]), 0, "ERR_ZMTP_CRYPTOGRAPHIC"],
		[
			"a frame that says it is continued",
			Buffer.concat([Buffer.from("\x07MESSAGE"), Buffer.alloc(40)]),
			FLAG_MORE,
			"ERR_ZMTP_UNEXPECTED_COMMAND",
		],
	])("are refused when they are %s", (_name, bytes, flags, reason) => {
		expect(reasonOf(() => joined().b.open(flags, bytes))).toBe(reason);
	});

	it("differ each time although the same is sent", () => {
		const { a } = joined();
		const frames = new Set(Array.from({ length: 50 }, () => wrapped(a, 0, Buffer.from("same")).body.toString("hex")));
		expect(frames.size).toBe(50);
	});
});

it("nobody is served before the handshake is done", () => {
	const [a, b]: Mechanism[] = [client(), server()];
	expect([a?.peer, b?.peer, a?.messages, b?.messages]).toEqual([undefined, undefined, undefined, undefined]);
});
