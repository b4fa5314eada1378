/**
 * `socket.events` of the drop-in door against npm zeromq: which events come, in which order at each side, with which fields; the two
 * ways to hear them.
 *
 * Each scenario ends by an event, not by a time: both sides are closed when the last event it is about has come.
 */
import { connect } from "node:net";
import { describe } from "vitest";
import { same, type Zeromq } from "./modules.ts";
import { became, did, masked, shownError } from "./observe.ts";

type Event = Record<string, unknown> & { type: string };
type Socket = import("zeromq").Socket;

/** Hears everything of one socket. */
class Ear {
	readonly heard: unknown[] = [];
	readonly ended: Promise<void>;
	readonly #waiting = new Map<string, () => void>();

	constructor(socket: Socket) {
		this.ended = this.#listen(socket);
	}

	/** Resolves when an event of this type comes, or has come. */
	type(type: string): Promise<void> {
		if (this.heard.some((event) => (event as Event).type === type)) return Promise.resolve();
		return new Promise((resolve) => this.#waiting.set(type, resolve));
	}

	async #listen(socket: Socket): Promise<void> {
		for await (const event of socket.events) {
			const entries = Object.entries(event).map(([key, value]) => [
				key,
				value instanceof Error ? shownError(value) : key === "interval" ? typeof value : masked(value),
			]);
			this.heard.push(Object.fromEntries(entries));
			this.#waiting.get(event.type)?.();
		}
	}
}

interface Run {
	/** Makes a socket that is heard. */
	make(type: string, options?: object): [Socket, Ear];
}

async function run(zmq: Zeromq, scenario: (run: Run) => Promise<void>): Promise<unknown> {
	const made: [Socket, Ear][] = [];
	await scenario({
		make(type, options = {}) {
			const socket = new (Reflect.get(zmq, type) as new (options: object) => Socket)({ linger: 0, ...options });
			const one: [Socket, Ear] = [socket, new Ear(socket)];
			made.push(one);
			return one;
		},
	});
	// What the end itself causes comes in no certain order.
	const heard = made.map(([, ear]) => [...ear.heard]);
	for (const [socket] of made) socket.close();
	for (const [, ear] of made) await ear.ended;
	return heard;
}

/** A handler that answers every question of ZAP alike. */
async function withZap(zmq: Zeromq, rest: readonly string[], act: () => Promise<unknown>): Promise<unknown> {
	const handler = new zmq.Reply({ linger: 0 });
	await handler.bind("inproc://zeromq.zap.01");
	const served = (async () => {
		for await (const [version = "", id = ""] of handler) await handler.send([version, id, ...rest]);
	})();
	const seen = await act();
	handler.close();
	await served;
	return seen;
}

const PLAIN = { plainUsername: "u", plainPassword: "p", reconnectInterval: 60_000 };

function plainConnection(zmq: Zeromq, until: string, atClientUntil = until): Promise<unknown> {
	return run(zmq, async ({ make }) => {
		const [server, atServer] = make("Push", { plainServer: true, zapDomain: "test" });
		const [client, atClient] = make("Pull", PLAIN);
		await server.bind("tcp://127.0.0.1:*");
		client.connect(server.lastEndpoint as string);
		await Promise.all([atServer.type(until), atClient.type(atClientUntil)]);
	});
}

describe("events", () => {
	same("of a connection that the server ends", (zmq) =>
		run(zmq, async ({ make }) => {
			const [server, atServer] = make("Push");
			const [client, atClient] = make("Pull", { reconnectInterval: 60_000 });
			await server.bind("tcp://127.0.0.1:*");
			client.connect(server.lastEndpoint as string);
			await Promise.all([atServer.type("handshake"), atClient.type("handshake")]);
			server.close();
			await Promise.all([atServer.ended, atClient.type("connect:retry")]);
		}),
	);

	same("of a connection that the client ends", (zmq) =>
		run(zmq, async ({ make }) => {
			const [server, atServer] = make("Push");
			const [client, atClient] = make("Pull");
			await server.bind("tcp://127.0.0.1:*");
			client.connect(server.lastEndpoint as string);
			await Promise.all([atServer.type("handshake"), atClient.type("handshake")]);
			client.close();
			await Promise.all([atClient.ended, atServer.type("disconnect")]);
		}),
	);

	same("of a second peer of a Pair, which nothing tells of but its handshake", (zmq) =>
		run(zmq, async ({ make }) => {
			const [pair, atPair] = make("Pair");
			await (pair as import("zeromq").Pair).bind("tcp://127.0.0.1:*");
			const [first, second] = [new zmq.Pair({ linger: 0 }), new zmq.Pair({ linger: 0, reconnectInterval: 60_000 })];
			first.connect(pair.lastEndpoint as string);
			await first.send("first");
			await (pair as import("zeromq").Pair).receive();
			second.connect(pair.lastEndpoint as string);
			const handshakes = (): number => atPair.heard.filter((event) => (event as Event).type === "handshake").length;
			while (handshakes() < 2) await new Promise(setImmediate);
			for (let round = 0; round < 10; round++) {
				await first.send("still here");
				await (pair as import("zeromq").Pair).receive();
			}
			first.close();
			second.close();
			await atPair.type("disconnect");
		}),
	);

	same("of a connection that is refused", (zmq) =>
		run(zmq, async ({ make }) => {
			const [client, atClient] = make("Pull", { reconnectInterval: 60_000 });
			client.connect("tcp://127.0.0.1:1");
			await atClient.type("connect:retry");
		}),
	);

	same("bind:error names the address without its transport, and the code", (zmq) =>
		run(zmq, async ({ make }) => {
			const [first] = make("Push");
			const [second, atSecond] = make("Push");
			await first.bind("tcp://127.0.0.1:*");
			await second.bind(first.lastEndpoint as string).catch(() => {
				// Told by the event, too.
			});
			await atSecond.type("bind:error");
		}),
	);

	same("of inproc do not exist", (zmq) =>
		run(zmq, async ({ make }) => {
			const [server] = make("Push");
			const [client] = make("Pull");
			await server.bind("inproc://silent");
			client.connect("inproc://silent");
			// Core reports that these two do not talk.
			const [misfit] = make("Push");
			misfit.connect("inproc://silent");
		}),
	);

	same("of a peer that leaves before its handshake", (zmq) =>
		run(zmq, async ({ make }) => {
			const [server, atServer] = make("Push");
			await server.bind("tcp://127.0.0.1:*");
			const stream = connect(Number((server.lastEndpoint as string).split(":")[2]), "127.0.0.1");
			await atServer.type("accept");
			stream.end();
			await atServer.type("disconnect");
		}),
	);

	same("of a handshake that takes too long", (zmq) =>
		run(zmq, async ({ make }) => {
			const [server, atServer] = make("Push", { handshakeInterval: 30 });
			await server.bind("tcp://127.0.0.1:*");
			const stream = connect(Number((server.lastEndpoint as string).split(":")[2]), "127.0.0.1");
			stream.on("error", () => {});
			await atServer.type("disconnect");
			stream.destroy();
		}),
	);
});

describe("ZAP, CURVE and PLAIN handshake events", () => {
	same("of mechanisms that differ", (zmq) =>
		run(zmq, async ({ make }) => {
			const [server, atServer] = make("Push", { plainServer: true });
			const [client, atClient] = make("Pull");
			await server.bind("tcp://127.0.0.1:*");
			client.connect(server.lastEndpoint as string);
			await Promise.all([atServer.type("disconnect"), atClient.type("disconnect")]);
		}),
	);

	same("of a PLAIN client that is let in", (zmq) => withZap(zmq, ["200", "OK", "", ""], () => plainConnection(zmq, "handshake")));

	same("of a PLAIN client that is refused with 400", (zmq) =>
		withZap(zmq, ["400", "No", "", ""], () => plainConnection(zmq, "disconnect")),
	);

	same("of a PLAIN client that is refused with 500", (zmq) =>
		withZap(zmq, ["500", "No", "", ""], () => plainConnection(zmq, "disconnect")),
	);

	same("of a ZAP handler that replies too little", (zmq) =>
		withZap(zmq, ["200"], () => plainConnection(zmq, "disconnect", "connect:retry")),
	);

	same("of a PLAIN server without a ZAP handler", (zmq) => plainConnection(zmq, "disconnect", "connect:retry"));

	same("of CURVE with the right keys, and with a wrong one", async (zmq) => {
		const [server, client, stranger] = [zmq.curveKeyPair(), zmq.curveKeyPair(), zmq.curveKeyPair()];
		const connection = (serverKey: string, until: string, atClientUntil: string) =>
			run(zmq, async ({ make }) => {
				const [a, atServer] = make("Push", { curveServer: true, curveSecretKey: server.secretKey });
				const [b, atClient] = make("Pull", {
					...{ curveServerKey: serverKey, curvePublicKey: client.publicKey, curveSecretKey: client.secretKey },
					reconnectInterval: 60_000,
				});
				await a.bind("tcp://127.0.0.1:*");
				b.connect(a.lastEndpoint as string);
				await Promise.all([atServer.type(until), atClient.type(atClientUntil)]);
			});
		return [
			await connection(server.publicKey, "handshake", "handshake"),
			await connection(stranger.publicKey, "disconnect", "connect:retry"),
		];
	});
});

function sameObject(get: () => object): boolean {
	const [first, second] = [get(), get()];
	return first === second;
}

describe("an observer", () => {
	same("is one per socket and can be heard by receive", async (zmq) => {
		const socket = new zmq.Dealer({ linger: 0 });
		const seen: unknown[] = [sameObject(() => socket.events), socket.events.closed];
		const received = became(() => socket.events.receive());
		seen.push(
			did(() => socket.events.receive()),
			did(() => (socket.events.receive as (one: number) => unknown)(1)),
		);
		const { events } = socket;
		socket.close();
		return [...seen, await received, events.closed];
	});

	same("that is closed ends loops and receives; the socket goes on", async (zmq) => {
		const socket = new zmq.Dealer({ linger: 0 });
		const { events } = socket;
		const received = became(() => events.receive());
		const seen: unknown[] = [did(() => events.close()), await received, did(() => events.receive()), events.closed, socket.closed];
		seen.push(
			await became(async () => {
				for await (const event of events) return event;
				return "nothing";
			}),
		);
		socket.close();
		return seen;
	});

	same("with listeners calls them and refuses receive", async (zmq) => {
		const socket = new zmq.Dealer({ linger: 0 });
		const { events } = socket;
		const heard: unknown[] = [];
		const bound = new Promise<void>((resolve) => events.on("bind", () => resolve()));
		const removed = () => heard.push("removed");
		events.on("bind", (event) => heard.push({ ...event, address: masked(event.address) }));
		events.on("bind", removed);
		events.off("bind", removed);
		const seen = [
			did(() => events.receive()),
			await became(async () => {
				for await (const event of events) return event;
			}),
			did(() => events.on("bind", undefined as unknown as () => void)),
			typeof (events.on("accept", () => {}) as { emit?: unknown }).emit,
		];
		await socket.bind("tcp://127.0.0.1:*");
		await bound;
		socket.close();
		return [...seen, heard];
	});
});
