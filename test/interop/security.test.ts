/**
 * NULL, PLAIN and CURVE against real libzmq: who binds, who is the server of the mechanism, every size, refusals and ZAP on
 * either side.
 */
import {
	Authenticator,
	curveKeyPair,
	Dealer,
	Pull,
	Push,
	Router,
	type Socket,
	type SocketEvent,
	Subscriber,
	XPublisher,
} from "@zloom/core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { closePeers, hasLibzmq, peer, type Zeromq, zmq } from "./libzmq-peer.ts";

const open: Socket[] = [];
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
	theirVerdict = "200";
	closePeers();
	for (const socket of open) socket.linger = 0;
	await Promise.all(open.splice(0).map((socket) => socket[Symbol.asyncDispose]()));
	for (const end of ends.splice(0)) await end();
});

function ours<S extends Socket>(socket: S): S {
	open.push(socket);
	return socket;
}

async function authenticator(options: ConstructorParameters<typeof Authenticator>[0]): Promise<void> {
	const made = new Authenticator(options);
	await made.start();
	ends.push(() => made.close());
}

/** The status that libzmq's ZAP handler answers with. There is one for the whole file: libzmq frees names only some time after a close. */
let theirVerdict = "200";
let theirHandler: Zeromq.Reply | undefined;

beforeAll(async () => {
	if (!hasLibzmq) return;
	const handler = new zmq.Reply({ linger: 0 });
	theirHandler = handler;
	await handler.bind("inproc://zeromq.zap.01");
	const serve = async (): Promise<void> => {
		for await (const [version, id] of handler) await handler.send([version as Buffer, id as Buffer, theirVerdict, "", "user", ""]);
	};
	serve().catch((error: unknown) => expect(handler.closed, String(error)).toBe(true));
});

afterAll(() => theirHandler?.close());

const serverKeys = curveKeyPair();
const clientKeys = curveKeyPair();
const SERVER_OPTIONS = {
	NULL: {},
	PLAIN: { plainServer: true },
	CURVE: { curveServer: true, curvePublicKey: serverKeys.publicKey, curveSecretKey: serverKeys.secretKey },
} as const;
const CLIENT_OPTIONS = {
	NULL: {},
	PLAIN: { plainUsername: "ada", plainPassword: "lovelace" },
	CURVE: { curvePublicKey: clientKeys.publicKey, curveSecretKey: clientKeys.secretKey, curveServerKey: serverKeys.publicKey },
} as const;
type MechanismName = keyof typeof SERVER_OPTIONS;
const MECHANISMS = Object.keys(SERVER_OPTIONS) as MechanismName[];

const MIB = 1 << 20;
const SHAPES: readonly (readonly number[])[] = [
	[0],
	[1],
	[255],
	[256],
	[16_384],
	[16_385],
	[65_536],
	[MIB],
	[0, 255, 0, 65_536, 1],
	[MIB, 0, MIB],
];

/** Events of these types, the first that comes. */
function first(
	socket: Socket | Zeromq.Socket,
	...types: string[]
): Promise<SocketEvent & { error: Error & { status?: number; reason?: string } }> {
	return new Promise((resolve) => {
		for (const type of types) (socket.events as { on(type: string, listener: (event: unknown) => void): void }).on(type, resolve as never);
	});
}

async function exchange(us: Dealer, them: Zeromq.Dealer): Promise<void> {
	for (const shape of SHAPES) {
		const message = shape.map((size, index) => Buffer.alloc(size, index + size));
		for (const [from, to] of [
			[us, them],
			[them, us],
		] as [{ send(parts: Buffer[]): Promise<void> }, { receive(): Promise<Buffer[]> }][]) {
			const [got] = await Promise.all([to.receive(), from.send(message)]);
			expect(got.map((frame) => frame.length)).toEqual(shape);
			for (const [index, frame] of message.entries()) expect(Buffer.compare(got[index] as Buffer, frame)).toBe(0);
		}
	}
}

describe.skipIf(!hasLibzmq)("security with libzmq", () => {
	for (const mechanism of MECHANISMS) {
		for (const server of ["we", "libzmq"]) {
			for (const binder of ["we bind", "libzmq binds"]) {
				it(`exchanges messages of all sizes under ${mechanism}: ${server} serve the mechanism, ${binder}`, async () => {
					await authenticator({ plain: { ada: "lovelace" }, curve: [clientKeys.publicKey] });
					const us = ours(new Dealer(server === "we" ? SERVER_OPTIONS[mechanism] : CLIENT_OPTIONS[mechanism]));
					const them = peer(new zmq.Dealer(server === "we" ? CLIENT_OPTIONS[mechanism] : SERVER_OPTIONS[mechanism]));
					expect(us.securityMechanism).toBe(them.securityMechanism);
					if (binder === "we bind") {
						await us.bind("tcp://127.0.0.1:*");
						them.connect(us.lastEndpoint as string);
					} else {
						await them.bind("tcp://127.0.0.1:*");
						us.connect(them.lastEndpoint as string);
					}
					await exchange(us, them);
				});
			}
		}
	}

	it("subscribes within the encryption, both ways, with topics of all lengths", async () => {
		const pairs = [
			[ours(new XPublisher(SERVER_OPTIONS.CURVE)), peer(new zmq.Subscriber(CLIENT_OPTIONS.CURVE))],
			[peer(new zmq.XPublisher(SERVER_OPTIONS.CURVE)), ours(new Subscriber(CLIENT_OPTIONS.CURVE))],
		] as unknown as [XPublisher, Subscriber][];
		for (const [publisher, subscriber] of pairs) {
			await publisher.bind("tcp://127.0.0.1:*");
			subscriber.connect(publisher.lastEndpoint as string);
			for (const topic of ["a", "b".repeat(245), "c".repeat(246), "d".repeat(300)]) {
				subscriber.subscribe(topic);
				expect(String((await publisher.receive())[0])).toBe(`\x01${topic}`);
				const [got] = await Promise.all([subscriber.receive(), publisher.send([topic, "news"])]);
				expect(got.map(String)).toEqual([topic, "news"]);
				subscriber.unsubscribe(topic);
				expect(String((await publisher.receive())[0])).toBe(`\0${topic}`);
			}
		}
	});

	it("is refused by our authenticator with status 400, and told so", async () => {
		await authenticator({ plain: { ada: "lovelace" }, curve: [] });
		for (const mechanism of ["PLAIN", "CURVE"] as const) {
			const us = ours(new Pull(SERVER_OPTIONS[mechanism]));
			await us.bind("tcp://127.0.0.1:*");
			const them = peer(new zmq.Push({ ...CLIENT_OPTIONS[mechanism], ...(mechanism === "PLAIN" && { plainPassword: "wrong" }) }));
			// libzmq's PLAIN client knows ERROR only in the misspelt form of libzmq's PLAIN server.
			const told = first(them, mechanism === "PLAIN" ? "handshake:error:protocol" : "handshake:error:auth");
			const refused = first(us, "handshake:error:auth");
			them.connect(us.lastEndpoint as string);
			expect((await refused).error.status).toBe(400);
			expect((await told).error.status).toBe(mechanism === "PLAIN" ? undefined : 400);
		}
	});

	it.each([
		["PLAIN", "400"],
		["CURVE", "400"],
		["CURVE", "500"],
	] as const)("tells us when its handler refuses us under %s with %s, and we do not come back", async (mechanism, status) => {
		theirVerdict = status;
		const them = peer(new zmq.Pull(SERVER_OPTIONS[mechanism]));
		await them.bind("tcp://127.0.0.1:*");
		const us = ours(new Push(CLIENT_OPTIONS[mechanism]));
		const retried = first(us, "connect:retry");
		const refused = first(us, "handshake:error:auth");
		const ended = first(us, "disconnect");
		us.connect(them.lastEndpoint as string);
		const event = await refused;
		expect(event.error.status).toBe(Number(status));
		await ended;
		us.close();
		expect(await Promise.race([retried.then(() => "retried"), first(us, "end").then(() => "ended")])).toBe("ended");
	});

	it("makes us try again when its handler says 300", async () => {
		theirVerdict = "300";
		// libzmq says nothing to a 300: it lets the interval for the handshake run out.
		const them = peer(new zmq.Pull({ ...SERVER_OPTIONS.CURVE, handshakeInterval: 500 }));
		await them.bind("tcp://127.0.0.1:*");
		const us = ours(new Push({ ...CLIENT_OPTIONS.CURVE, reconnectInterval: 10 }));
		const retried = first(us, "connect:retry");
		us.connect(them.lastEndpoint as string);
		await retried;
	});

	it("does not get in with the wrong server key, whoever of us is the server", async () => {
		const wrong = { ...CLIENT_OPTIONS.CURVE, curveServerKey: curveKeyPair().publicKey };
		const server = ours(new Pull(SERVER_OPTIONS.CURVE));
		await server.bind("tcp://127.0.0.1:*");
		const failed = first(server, "handshake:error:protocol");
		peer(new zmq.Push(wrong)).connect(server.lastEndpoint as string);
		expect((await failed).error.reason).toBe("ERR_ZMTP_CRYPTOGRAPHIC");

		const theirs = peer(new zmq.Pull(SERVER_OPTIONS.CURVE));
		await theirs.bind("tcp://127.0.0.1:*");
		const us = ours(new Push({ ...wrong, reconnectInterval: 10 }));
		const retried = first(us, "connect:retry");
		us.connect(theirs.lastEndpoint as string);
		await retried;
	});

	it("meets nobody with another mechanism", async () => {
		for (const [mine, other] of [
			[SERVER_OPTIONS.CURVE, {}],
			[{}, CLIENT_OPTIONS.CURVE],
			[SERVER_OPTIONS.PLAIN, CLIENT_OPTIONS.CURVE],
		]) {
			const us = ours(new Pull(mine));
			await us.bind("tcp://127.0.0.1:*");
			// Whoever reads the other's greeting first ends the connection.
			const failed = first(us, "handshake:error:protocol", "handshake:error:other");
			peer(new zmq.Push(other)).connect(us.lastEndpoint as string);
			expect((await failed).error.message).toMatch(/wants the security mechanism|closed the connection before the handshake/);
		}
	});

	it("has its metadata and its user id told to us", async () => {
		await authenticator({
			curve: ({ publicKey, domain }) => ({ userId: `${domain}/${publicKey.slice(0, 4)}`, metadata: { "X-Role": "writer" } }),
		});
		const us = ours(new Router({ ...SERVER_OPTIONS.CURVE, zapDomain: "home" }));
		await us.bind("tcp://127.0.0.1:*");
		const joined = first(us, "handshake");
		peer(new zmq.Dealer({ ...CLIENT_OPTIONS.CURVE, routingId: "west" })).connect(us.lastEndpoint as string);
		const { peer: of } = (await joined) as unknown as { peer: ReadonlyMap<string, Buffer> };
		expect(["socket-type", "identity", "user-id", "x-role"].map((name) => of.get(name)?.toString())).toEqual([
			"DEALER",
			"west",
			`home/${clientKeys.publicKey.slice(0, 4)}`,
			"writer",
		]);
	});
});
