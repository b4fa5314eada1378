import { describe, expect, it } from "vitest";
import { encodeCommand, encodeProperties } from "../wire/command.ts";
import { ACCEPTED, local, reasonOf, talk } from "./fixtures/mechanism-ends.ts";
import { PlainClient } from "./plain-client.ts";
import { PlainServer } from "./plain-server.ts";

const hello = (bytes: string): Buffer => encodeCommand("HELLO", Buffer.from(bytes, "latin1"));

function server(): PlainServer {
	return new PlainServer(local("PULL"));
}

function client(username = "ada", password = "lovelace"): PlainClient {
	return new PlainClient(local("PUSH"), { username, password });
}

describe("PLAIN", () => {
	it("sends user name and password as RFC 24 writes them, up to 255 bytes each", () => {
		expect(client().nextCommand()?.toString("latin1")).toBe("\x05HELLO\x03ada\x08lovelace");
		expect(client("", "").nextCommand()?.toString("latin1")).toBe("\x05HELLO\0\0");
		const [a, b] = [client("u".repeat(255), "é".repeat(127)), server()];
		b.onCommand(a.nextCommand() as Buffer);
		expect(b.takeCredentials()?.values.map(String)).toEqual(["u".repeat(255), "é".repeat(127)]);
	});

	it("says nothing to the client before it was judged, and keeps what the judge says", () => {
		const [a, b] = [client(), server()];
		b.onCommand(a.nextCommand() as Buffer);
		expect(b.nextCommand()).toBeUndefined();
		expect(b.takeCredentials()).toMatchObject({ mechanism: "PLAIN", handlerRequired: true });
		expect(b.takeCredentials()).toBeUndefined();
		b.onVerdict(ACCEPTED);
		talk(a, b);
		expect(b.peer?.userId).toBe("ada");
		expect(b.peer?.properties.get("x-team")?.toString()).toBe("engines");
		expect(a.peer?.userId).toBe("");
	});

	it.each([300, 400, 500] as const)("turns a client away with status %i", (status) => {
		expect(() => talk(client(), server(), { verdict: { ...ACCEPTED, status } })).toThrow(
			expect.objectContaining({ status, byPeer: false }),
		);
	});

	const malformed: [string, string][] = [
		["nothing", ""],
		["a user name and no password", "\x03ada"],
		["a user name that is cut off", "\x09ada"],
		["a password that is cut off", "\x03ada\x09love"],
		["bytes behind the password", "\x03ada\x04love!"],
		["two lengths and bytes behind them", "\0\0\0"],
	];
	it.each(malformed)("refuses a HELLO with %s", (_name, bytes) => {
		expect(reasonOf(() => server().onCommand(hello(bytes)))).toBe("ERR_ZMTP_MALFORMED_COMMAND_HELLO");
	});

	it("refuses a WELCOME with a body", () => {
		const a = client();
		a.nextCommand();
		expect(reasonOf(() => a.onCommand(encodeCommand("WELCOME", Buffer.from([0]))))).toBe("ERR_ZMTP_MALFORMED_COMMAND_WELCOME");
	});

	it("refuses commands out of their turn", () => {
		const metadata = encodeProperties([["Socket-Type", Buffer.from("PUSH")]]);
		const welcome = encodeCommand("WELCOME", Buffer.alloc(0));
		const ready = encodeCommand("READY", metadata);
		const initiate = encodeCommand("INITIATE", metadata);
		const judging = server();
		judging.onCommand(hello("\0\0"));
		const greeted = client();
		greeted.nextCommand();
		const cases: (() => void)[] = [
			() => server().onCommand(initiate),
			() => server().onCommand(welcome),
			() => judging.onCommand(initiate),
			() => judging.onCommand(hello("\0\0")),
			() => greeted.onCommand(ready),
			() => greeted.onCommand(hello("\0\0")),
			() => client().onCommand(welcome),
		];
		for (const act of cases) expect(reasonOf(act)).toBe("ERR_ZMTP_UNEXPECTED_COMMAND");
	});

	it("of two clients, or of two servers, gets nowhere", () => {
		expect(reasonOf(() => talk(client(), client()))).toBe("ERR_ZMTP_UNEXPECTED_COMMAND");
		const [a, b] = [server(), server()];
		talk(a, b);
		expect([a.peer, b.peer]).toEqual([undefined, undefined]);
	});
});
