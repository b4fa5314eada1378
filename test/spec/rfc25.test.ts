/** How CURVE stands in ZMTP: who begins, in what frames, and that roles do not come from binding. What is in the boxes: rfc26-*.test.ts. */
import { Dealer } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { CLIENT, client, clientKeys, ourServer, SERVER, served, serverKeys } from "./curve-ends.ts";
import { RawCurveClient } from "./curve-peer.ts";
import { next } from "./events.ts";
import { meanwhile, meet, open, texts, until } from "./open-sockets.ts";
import { COMMAND, greeting, LONG, listen, type RawPeer, WIRE } from "./wire.ts";
import { zmtp } from "./zmtp-ids.ts";

const OVER = { transports: WIRE };

/** How the next frame begins: its flags without LONG, and the name in it. Takes nothing. */
async function ahead(raw: RawPeer): Promise<[flags: number, name: string]> {
	await until(() => raw.unread.length >= 20);
	const flags = raw.unread[0] as number;
	const at = (flags & LONG) === 0 ? 2 : 9;
	return [flags & ~LONG, raw.unread.toString("latin1", at + 1, at + 1 + (raw.unread[at] as number))];
}

covers(
	[...zmtp("mechanism-6", "analysis-4"), "25/command-1", "25/flow-1"],
	OVER,
	"its handshake goes as commands of ZMTP, each in one frame with its name in clear, and the client begins",
	async (transport) => {
		const listener = await listen(transport);
		open(new Dealer(CLIENT)).connect(listener.endpoint);
		const server = await served(listener);
		expect(await ahead(server.raw)).toEqual([COMMAND, "HELLO"]);
		await server.hello();
		server.raw.write(server.welcome());
		expect(await ahead(server.raw)).toEqual([COMMAND, "INITIATE"]);
		const raw = await client((await ourServer(transport)).endpoint);
		await meanwhile(transport);
		expect(raw.raw.unread.length).toBe(0);
		raw.raw.write(raw.hello());
		expect(await ahead(raw.raw)).toEqual([COMMAND, "WELCOME"]);
		await raw.welcome();
		raw.raw.write(raw.initiate([["Socket-Type", "DEALER"]]));
		expect(await ahead(raw.raw)).toEqual([COMMAND, "READY"]);
		await raw.ready();
		expect(raw.raw.unread.length).toBe(0);
	},
);

covers(
	["25/role-1", "25/flow-1"],
	OVER,
	"the server may be the one that connects, and the client the one that binds",
	async (transport) => {
		const [binding, connecting] = [open(new Dealer(CLIENT)), open(new Dealer(SERVER))];
		const both = Promise.all([next(binding, "handshake"), next(connecting, "handshake")]);
		await meet(transport, binding, connecting);
		await both;
		await binding.send("to the server");
		expect(texts(await connecting.receive())).toEqual(["to the server"]);
		const listener = await listen(transport);
		const dealer = open(new Dealer(SERVER));
		dealer.connect(listener.endpoint);
		const stream = await listener.next();
		stream.write(greeting({ mechanism: "CURVE" }));
		await stream.read(64);
		await meanwhile(transport);
		expect(stream.unread.length).toBe(0);
		const raw = new RawCurveClient(stream, serverKeys.publicKey, clientKeys);
		await raw.shake("DEALER");
		stream.write(raw.message("from a client that was connected to"));
		expect(texts(await dealer.receive())).toEqual(["from a client that was connected to"]);
	},
);
