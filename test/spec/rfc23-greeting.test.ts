/** Greeting, versions, roles and mechanisms of ZMTP 3.0 and 3.1. */
import { curveKeyPair, Dealer, Pull, Push, type Socket, type SocketOptionsInput, Subscriber } from "@zloom/core";
import { expect } from "vitest";
import type { SpecTransport } from "./clause.ts";
import { covers } from "./covers.ts";
import { verdict } from "./events.ts";
import { anyEndpoint, meanwhile, meet, open } from "./open-sockets.ts";
import { COMMAND, commandBody, dial, greeting, listen, message, type RawPeer, ready, SIGNATURE, WIRE } from "./wire.ts";
import { zmtp } from "./zmtp-ids.ts";

const OVER = { transports: WIRE };
const server = curveKeyPair();
const client = curveKeyPair();

/** Every mechanism in every role. */
const ROLES: readonly { mechanism: string; asServer: number; options: SocketOptionsInput }[] = [
	{ mechanism: "NULL", asServer: 0, options: {} },
	{ mechanism: "PLAIN", asServer: 0, options: { plainUsername: "joe", plainPassword: "secret" } },
	{ mechanism: "PLAIN", asServer: 1, options: { plainServer: true } },
	{
		mechanism: "CURVE",
		asServer: 0,
		options: { curvePublicKey: client.publicKey, curveSecretKey: client.secretKey, curveServerKey: server.publicKey },
	},
	{ mechanism: "CURVE", asServer: 1, options: { curveServer: true, curveSecretKey: server.secretKey } },
];

async function dialled(transport: SpecTransport, socket: Socket): Promise<RawPeer> {
	return dial(await meet(transport, socket));
}

covers(
	zmtp("grammar-2", "grammar-3", "grammar-4", "grammar-5", "grammar-6", "mechanism-3", "topology-3", "null-4"),
	OVER,
	"binding or connecting, a socket greets with 64 octets: signature, 3.1, NULL, 0, filler",
	async (transport) => {
		const bound = await dialled(transport, open(new Pull()));
		const listener = await listen(transport);
		open(new Push()).connect(listener.endpoint);
		for (const raw of [bound, await listener.next()]) {
			raw.write(greeting());
			const bytes = await raw.read(64);
			expect([bytes[0], bytes[9], bytes[10], bytes[11]]).toEqual([0xff, 0x7f, 3, 1]);
			expect(bytes.toString("latin1", 12, 32)).toBe(`NULL${"\0".repeat(16)}`);
			expect(bytes.subarray(32).equals(Buffer.alloc(32))).toBe(true);
			// The next octet is no more of it.
			expect((await raw.command()).name).toBe("READY");
		}
	},
);

covers(
	[
		...zmtp("grammar-2", "grammar-4", "grammar-5", "grammar-6", "mechanism-1", "mechanism-2", "mechanism-3"),
		...["23/topology-1", "24/role-1", "25/role-1"],
	],
	OVER,
	"whoever binds, the greeting names NULL, PLAIN or CURVE in capitals, and a server of them says that it is one",
	async (transport) => {
		for (const { mechanism, asServer, options } of ROLES) {
			const bound = await dialled(transport, open(new Dealer(options)));
			const listener = await listen(transport);
			open(new Dealer(options)).connect(listener.endpoint);
			for (const raw of [bound, await listener.next()]) {
				raw.write(greeting({ mechanism }));
				const bytes = await raw.read(64);
				expect([bytes[0], bytes[9], bytes[10], bytes[11]]).toEqual([0xff, 0x7f, 3, 1]);
				expect(bytes.toString("latin1", 12, 32)).toBe(mechanism.padEnd(20, "\0"));
				expect(bytes[32]).toBe(asServer);
				expect(bytes.subarray(33).equals(Buffer.alloc(31))).toBe(true);
			}
		}
	},
);

covers(
	zmtp("version-1"),
	OVER,
	"binding or connecting, without having heard anything it sends the signature, and the version as soon as it may",
	async (transport) => {
		for (const { options } of ROLES) {
			const listener = await listen(transport);
			open(new Dealer(options)).connect(listener.endpoint);
			for (const raw of [await dialled(transport, open(new Dealer(options))), await listener.next()]) {
				expect((await raw.read(10)).toString("hex")).toMatch(/^ff0{14}..7f$/);
				raw.write(SIGNATURE);
				expect(await raw.read(1)).toEqual(Buffer.of(3));
			}
		}
	},
);

covers(zmtp("version-2"), OVER, "eleven octets are enough to know which greeting goes on", async (transport) => {
	const pull = open(new Pull());
	const endpoint = await meet(transport, pull);
	const today = await dial(endpoint);
	today.write(SIGNATURE, Buffer.of(3));
	expect((await today.read(64)).toString("latin1", 12, 16)).toBe("NULL");
	for (const version of [1, 2]) {
		const before = await dial(endpoint);
		before.write(SIGNATURE, Buffer.of(version));
		// ZMTP 2.0: the socket type follows the version, 7 is PULL, and then an empty identity.
		expect((await before.read(14)).subarray(10)).toEqual(Buffer.of(3, 7, 0, 0));
	}
});

covers(zmtp("version-3"), OVER, "it goes on only when all 64 octets are there", async (transport) => {
	const raw = await dialled(transport, open(new Pull()));
	raw.write(greeting().subarray(0, 63));
	await raw.read(64);
	await meanwhile(transport);
	expect(raw.unread.length).toBe(0);
	raw.write(Buffer.of(0));
	expect((await raw.command()).name).toBe("READY");
});

covers(zmtp("version-5"), OVER, "any padding will do", async (transport) => {
	const pull = open(new Pull());
	const endpoint = await meet(transport, pull);
	for (const padding of ["0000000000000000", "ffffffffffffffff", "0102030405060708", "7f7f7f7f7f7f7f7f", "00000000000001ff"]) {
		const raw = await dial(endpoint);
		await raw.shake("PUSH", [], { padding: Buffer.from(padding, "hex") });
		raw.write(message(padding));
		expect(String(await pull.receive())).toBe(padding);
	}
});

covers(
	zmtp("version-6", "version-7"),
	OVER,
	"a peer of 3.0, of 3.1 or of any higher version is taken, and greeted with 3.1",
	async (transport) => {
		const subscriber = open(new Subscriber());
		subscriber.subscribe("a");
		const endpoint = await meet(transport, subscriber);
		for (const [major, minor] of [
			[3, 0],
			[3, 1],
			[3, 2],
			[3, 255],
			[4, 0],
			[200, 7],
			[255, 255],
		] as const) {
			const raw = await dial(endpoint);
			raw.write(greeting({ major, minor }));
			expect([...(await raw.read(64)).subarray(10, 12)]).toEqual([3, 1]);
			raw.write(ready("PUB"));
			expect((await raw.command()).name).toBe("READY");
			// What 3.1 has of its own a peer of 3.0 does not get.
			expect(await raw.frame()).toEqual(
				minor === 0 && major === 3 ? { flags: 0, body: Buffer.from("\x01a") } : { flags: COMMAND, body: commandBody("SUBSCRIBE", "a") },
			);
			raw.write(message(`a ${major}.${minor}`));
			expect(String(await subscriber.receive())).toBe(`a ${major}.${minor}`);
		}
	},
);

const OLD_OPENINGS: readonly (readonly [string, Buffer])[] = [
	["1.0 without identity", Buffer.from("0100", "hex")],
	["1.0 with an identity", Buffer.from("040061626300", "hex")],
	["1.0 with a long header", Buffer.from("ff000000000000000200000000", "hex")],
	["2.0", Buffer.concat([SIGNATURE, Buffer.of(1, 5, 0, 0)])],
	["2.0 as version 2", Buffer.concat([SIGNATURE, Buffer.of(2, 5, 0, 0)])],
];

/** A connection that is made to the socket, and one that it makes, each with how its handshake ends. */
async function bothWays(transport: SpecTransport, options: SocketOptionsInput): Promise<[RawPeer, Promise<string>][]> {
	const [bound, connecting] = [open(new Dealer(options)), open(new Dealer(options))];
	const verdicts = [verdict(bound), verdict(connecting)] as const;
	const listener = await listen(transport);
	connecting.connect(listener.endpoint);
	return [
		[await dialled(transport, bound), verdicts[0]],
		[await listener.next(), verdicts[1]],
	];
}

covers(
	zmtp("version-8", "old-3", "security-1"),
	OVER,
	"with PLAIN, CURVE or a ZAP domain, a peer of 1.0 or 2.0 is disconnected before it gets any further, whoever bound",
	async (transport) => {
		for (const options of [...ROLES.slice(1).map((role) => role.options), { zapDomain: "home" }]) {
			for (const [what, opening] of OLD_OPENINGS) {
				for (const [raw, verdictOfIt] of await bothWays(transport, options)) {
					raw.write(opening);
					expect([what, await verdictOfIt]).toEqual([what, expect.stringMatching(/^ERR_ZMTP_(?:VERSION|GREETING)$/)]);
					await raw.ended();
					expect(raw.unread.length).toBeLessThanOrEqual(11);
				}
			}
		}
	},
);

covers(
	zmtp("security-1", "mechanism-7", "mechanism-8"),
	OVER,
	"a peer with another mechanism sees our whole greeting and is disconnected, whoever bound; nobody talks us into a weaker one",
	async (transport) => {
		for (const { mechanism, options } of ROLES) {
			for (const other of ["NULL", "PLAIN", "CURVE", "GSSAPI", "", "null", `${mechanism}X`, `${mechanism}\0X`].filter(
				(one) => one !== mechanism,
			)) {
				for (const [raw, verdictOfIt] of await bothWays(transport, options)) {
					raw.write(greeting({ mechanism: other }), ready("ROUTER"));
					expect((await raw.read(64)).toString("latin1", 12, 12 + mechanism.length)).toBe(mechanism);
					await raw.ended();
					expect([other, await verdictOfIt]).toEqual([other, "ERR_ZMTP_MECHANISM_MISMATCH"]);
					expect(raw.unread.length).toBe(0);
				}
			}
		}
	},
);

covers(zmtp("topology-2"), OVER, "with NULL it does not matter what a peer says of its role", async (transport) => {
	const pull = open(new Pull());
	const endpoint = await meet(transport, pull);
	for (const asServer of [0, 1]) {
		const raw = await dial(endpoint);
		await raw.shake("PUSH", [], { asServer });
		raw.write(message(`role ${asServer}`));
		expect(String(await pull.receive())).toBe(`role ${asServer}`);
	}
});

covers(zmtp("old-2"), OVER, "the padding has the length of our routing id and one more, for peers of 1.0", async (transport) => {
	for (const length of [0, 3, 255]) {
		const dealer = open(new Dealer({ routingId: Buffer.alloc(length, "x") }));
		await dealer.bind(anyEndpoint(transport));
		const raw = await dial(dealer.lastEndpoint);
		expect((await raw.read(9)).subarray(1).readBigUInt64BE()).toBe(BigInt(length + 1));
	}
});
