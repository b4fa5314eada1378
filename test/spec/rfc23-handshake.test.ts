/** The NULL mechanism and connection metadata in ZMTP 3.0 and 3.1. */
import { Authenticator, curveKeyPair, Dealer, Pull, Push, Router, type SocketOptionsInput } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { next, verdict } from "./events.ts";
import { atEnd, meanwhile, meet, open, texts, until } from "./open-sockets.ts";
import { KINDS, make, PARTNERS } from "./socket-kinds.ts";
import { COMMAND, command, dial, greeting, listen, message, properties, ready, WIRE } from "./wire.ts";
import { zmtp } from "./zmtp-ids.ts";

const OVER = { transports: WIRE };

covers(
	[...zmtp("null-3", "null-5", "null-10"), "23/null-2", "23/null-11", "37/null-2", "37/null-11", "37/null-12"],
	OVER,
	"READY comes without waiting for the other's, binding or connecting, octet for octet as the grammar has it",
	async (transport) => {
		const listener = await listen(transport);
		open(new Dealer({ routingId: "us" })).connect(listener.endpoint);
		const bound = open(new Dealer({ routingId: "us" }));
		const endpoint = await meet(transport, bound);
		for (const raw of [await listener.next(), await dial(endpoint)]) {
			raw.write(greeting());
			await raw.read(64);
			const { flags, body } = await raw.frame();
			expect(flags).toBe(COMMAND);
			expect(body.toString("latin1")).toBe("\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\x02us");
		}
		const accepted = verdict(bound);
		await (await dial(endpoint)).shake("ROUTER");
		expect(await accepted).toBe("handshake");
		const refused = verdict(bound);
		(await dial(endpoint)).write(greeting(), command("READY", "\x0bSocket"));
		expect(await refused).toBe("ERR_ZMTP_MALFORMED_COMMAND_READY");
	},
);

covers(
	[...zmtp("grammar-1"), "37/null-13"],
	OVER,
	"messages of ours begin only after both READYs, binding or connecting",
	async (transport) => {
		const listener = await listen(transport);
		const [bound, connecting] = [open(new Push()), open(new Push())];
		connecting.connect(listener.endpoint);
		const dialled = await dial(await meet(transport, bound));
		const sending = [bound, connecting].map((push) => push.send("waiting"));
		for (const raw of [dialled, await listener.next()]) {
			raw.write(greeting());
			await raw.read(64);
			expect((await raw.command()).name).toBe("READY");
			await meanwhile(transport);
			expect(raw.unread.length).toBe(0);
			raw.write(ready("PULL"));
			expect(await raw.message()).toEqual(["waiting"]);
		}
		await Promise.all(sending);
	},
);

covers(
	zmtp("null-6", "socket-type-3"),
	OVER,
	"a socket type that does not fit gets an ERROR of visible characters, and then the end",
	async (transport) => {
		const raw = await dial(await meet(transport, open(new Pull())));
		raw.write(greeting(), ready("SUB"));
		await raw.read(64);
		expect((await raw.command()).name).toBe("READY");
		const { flags, body } = await raw.frame();
		expect(flags).toBe(COMMAND);
		expect(body.toString("latin1", 0, 6)).toBe("\x05ERROR");
		expect(body[6]).toBe(body.length - 7);
		expect(body.toString("latin1", 7)).toMatch(/^[\x21-\x7e]{0,255}$/);
		await raw.ended();
		expect(raw.unread.length).toBe(0);
	},
);

covers(
	zmtp("null-7"),
	OVER,
	"a property without a name ends the handshake, and we give none a name that is not allowed",
	async (transport) => {
		const pull = open(new Pull());
		const endpoint = await meet(transport, pull);
		const refused = verdict(pull);
		(await dial(endpoint)).write(greeting(), ready("PUSH", [["", "x"]]));
		expect(await refused).toBe("ERR_ZMTP_MALFORMED_COMMAND_READY");
		const longest = `X-${"n".repeat(253)}`;
		const accepted = next(pull, "handshake");
		await (await dial(endpoint)).shake("PUSH", [[longest, "x"]]);
		expect((await accepted).peer.get(longest.toLowerCase())).toEqual(Buffer.from("x"));
		for (const name of ["X-", "X-a b", "X-a/b", "X-ä", "X-a\0", `${longest}n`])
			expect(() => open(new Pull({ metadata: { [name]: "1" } }))).toThrowError(expect.objectContaining({ code: "EINVAL" }));
		const dealer = open(new Dealer({ metadata: { [longest]: "1", "x-A.b_c+d-0": "2" } }));
		for (const name of (await (await dial(await meet(transport, dealer))).shake("DEALER")).keys()) expect(name).toMatch(/^[\w.+-]{1,255}$/);
	},
);

covers(zmtp("null-8", "metadata-2"), OVER, "names of properties are known in any case", async (transport) => {
	const pull = open(new Pull());
	const endpoint = await meet(transport, pull);
	for (const name of ["socket-type", "SOCKET-TYPE", "sOcKeT-tYpE"]) {
		const refused = verdict(pull);
		(await dial(endpoint)).write(greeting(), command("READY", properties([[name, "SUB"]])));
		expect(await refused).toBe("ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE");
		const accepted = next(pull, "handshake");
		(await dial(endpoint)).write(
			greeting(),
			command(
				"READY",
				properties([
					[name, "PUSH"],
					["X-RaCk", "7"],
				]),
			),
		);
		expect(String((await accepted).peer.get("x-rack"))).toBe("7");
	}
});

covers(zmtp("null-9", "null-10"), OVER, "values are any octets, also none; a size of 2^31 is none", async (transport) => {
	const pull = open(new Pull());
	const endpoint = await meet(transport, pull);
	const every = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
	const accepted = next(pull, "handshake");
	await (await dial(endpoint)).shake("PUSH", [
		["X-Empty", ""],
		["X-Every", every],
		["X-Large", Buffer.alloc(60_000)],
	]);
	const { peer } = await accepted;
	expect(peer.get("x-empty")?.length).toBe(0);
	expect(peer.get("x-every")).toEqual(every);
	expect(peer.get("x-large")?.length).toBe(60_000);
	const refused = verdict(pull);
	const bytes = ready("PUSH", [["X-A", ""]]);
	bytes[bytes.length - 4] = 0x80;
	(await dial(endpoint)).write(greeting(), bytes);
	expect(await refused).toBe("ERR_ZMTP_MALFORMED_COMMAND_READY");
});

covers(zmtp("metadata-1", "metadata-3"), OVER, "with every mechanism each side learns the other's properties", async (transport) => {
	const judge = new Authenticator({ plain: { joe: "secret" }, curve: "any" });
	atEnd(() => judge.close());
	await judge.start();
	const [keys, ours] = [curveKeyPair(), curveKeyPair()];
	const mechanisms: readonly (readonly [SocketOptionsInput, SocketOptionsInput])[] = [
		[{}, {}],
		[{ plainServer: true }, { plainUsername: "joe", plainPassword: "secret" }],
		[
			{ curveServer: true, curveSecretKey: keys.secretKey },
			{ curveServerKey: keys.publicKey, curvePublicKey: ours.publicKey, curveSecretKey: ours.secretKey },
		],
	];
	for (const [server, client] of mechanisms) {
		const router = open(new Router({ ...server, metadata: { "X-Side": "server" } }));
		const dealer = open(new Dealer({ ...client, metadata: { "X-Side": "client" } }));
		const both = Promise.all([next(router, "handshake"), next(dealer, "handshake")]);
		await meet(transport, router, dealer);
		const [ofDealer, ofRouter] = await both;
		expect([ofDealer, ofRouter].map(({ peer }) => `${peer.get("socket-type")} ${peer.get("x-side")}`)).toEqual([
			"DEALER client",
			"ROUTER server",
		]);
	}
});

covers(zmtp("metadata-4"), OVER, "we announce X- properties that the application gives, and no other ones", async (transport) => {
	const announced = async (options: SocketOptionsInput) => [
		...(await (await dial(await meet(transport, open(new Dealer(options))))).shake("DEALER")).keys(),
	];
	expect(await announced({})).toEqual(["Socket-Type", "Identity"]);
	expect(await announced({ metadata: { "X-Rack": "7" } })).toEqual(["Socket-Type", "Identity", "X-Rack"]);
	for (const name of ["Rack", "Socket-Type", "Identity", "XRack"])
		expect(() => open(new Pull({ metadata: { [name]: "1" } }))).toThrowError(expect.objectContaining({ code: "EINVAL" }));
});

covers(
	zmtp("identity-1"),
	OVER,
	"a REQ, a DEALER and a ROUTER are known to a ROUTER by their Identity, in whatever case it is named",
	async (transport) => {
		const router = open(new Router());
		const endpoint = await meet(transport, router);
		for (const [type, name] of [
			["REQ", "Identity"],
			["DEALER", "IDENTITY"],
			["ROUTER", "identity"],
		] as const) {
			const raw = await dial(endpoint);
			await raw.shake(type, [[name, `the ${type}`]]);
			raw.write(message("", "hello"));
			expect(texts(await router.receive())).toEqual([`the ${type}`, "", "hello"]);
			await router.send([`the ${type}`, "", "answer"]);
			expect(await raw.message()).toEqual(["", "answer"]);
		}
	},
);

covers(zmtp("identity-1"), OVER, "to every other type two peers with one Identity are two peers", async (transport) => {
	for (const kind of KINDS.filter((one) => !["ROUTER", "PAIR", "CHANNEL"].includes(one))) {
		const socket = make(kind);
		const endpoint = await meet(transport, socket);
		for (let count = 1; count <= 2; count++) {
			await (await dial(endpoint)).shake(PARTNERS[kind][0] as string, [["Identity", "same"]]);
			await until(() => socket.pipeCount === count);
		}
	}
});

covers(
	zmtp("identity-1"),
	OVER,
	"two peers with one Identity are no matter to a PULL or a DEALER, which give messages without it",
	async (transport) => {
		for (const [socket, type] of [
			[open(new Pull()), "PUSH"],
			[open(new Dealer()), "ROUTER"],
		] as const) {
			const endpoint = await meet(transport, socket);
			for (const text of ["first", "second"]) {
				const raw = await dial(endpoint);
				await raw.shake(type, [["Identity", "same"]]);
				raw.write(message(text));
				expect(texts(await socket.receive())).toEqual([text]);
			}
		}
	},
);

covers(zmtp("identity-2"), OVER, "an Identity of 255 octets is an address, one of 256 ends the handshake", async (transport) => {
	const router = open(new Router());
	const endpoint = await meet(transport, router);
	const longest = Buffer.alloc(255, "i");
	const raw = await dial(endpoint);
	await raw.shake("DEALER", [["Identity", longest]]);
	raw.write(message("hello"));
	expect((await router.receive())[0]).toEqual(longest);
	await router.send([longest, "answer"]);
	expect(await raw.message()).toEqual(["answer"]);
	const refused = verdict(router);
	(await dial(endpoint)).write(greeting(), ready("DEALER", [["Identity", Buffer.alloc(256)]]));
	expect(await refused).toBe("ERR_ZMTP_INVALID_METADATA");
	expect(() => open(new Dealer({ routingId: Buffer.alloc(256) }))).toThrowError(expect.objectContaining({ code: "EINVAL" }));
});
