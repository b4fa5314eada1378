/**
 * Sending, receiving, busy and closed sockets of the drop-in door against npm zeromq.
 *
 * "Pending" is observed over turns of the event loop; a result that comes later than those would show as pending in both.
 */
import { describe, expect, test } from "vitest";
import { door, native, same, type Zeromq } from "./modules.ts";
import { became, did, frames } from "./observe.ts";

const TURNS = 50;

interface Any {
	send(...args: unknown[]): Promise<void>;
	receive(...args: unknown[]): Promise<unknown>;
	[Symbol.asyncIterator](): AsyncIterator<unknown>;
	bind(...args: unknown[]): Promise<void>;
	unbind(...args: unknown[]): Promise<void>;
	bindSync(...args: unknown[]): void;
	unbindSync(...args: unknown[]): void;
	connect(...args: unknown[]): void;
	disconnect(...args: unknown[]): void;
	close(...args: unknown[]): void;
	join(...args: unknown[]): void;
	subscribe(...args: unknown[]): void;
	readonly closed: boolean;
	readonly readable: boolean;
	readonly writable: boolean;
	[option: string]: unknown;
}

function make(zmq: object, type: string, options: object = {}): Any {
	return new (Reflect.get(zmq, type) as new (options: object) => Any)({ linger: 0, ...options });
}

async function pair(zmq: Zeromq, name: string, from = "Dealer", to = "Dealer"): Promise<[Any, Any]> {
	const [a, b] = [make(zmq, from), make(zmq, to)];
	await a.bind(`inproc://${name}`);
	b.connect(`inproc://${name}`);
	return [a, b];
}

describe("messages", () => {
	same("of every kind of value arrive alike", async (zmq) => {
		const [a, b] = await pair(zmq, "kinds");
		b.receiveTimeout = 50;
		const values: unknown[] = [
			...[1, 1.5, Number.NaN, null, true, false, "é", "", {}, 10n, new Date(0), [undefined], [[]], ["a", 1, null], () => 1],
			...[Buffer.from("x"), new Uint16Array([1, 2]), new ArrayBuffer(3), { toString: () => "text" }, Buffer.alloc(300, "y")],
		];
		const seen: unknown[] = [];
		for (const value of values) seen.push(await became(async () => a.send(value)), await became(() => b.receive()));
		seen.push(await became(async () => a.send([])), await became(() => b.receive()));
		a.close();
		b.close();
		return seen;
	});

	same("with wrong arguments are thrown back", (zmq) => {
		const socket = make(zmq, "Dealer");
		return [
			...[[], [undefined], ["a", "b"], ["a", {}], ["a", {}, {}]].map((args) => did(() => socket.send(...args))),
			did(() => socket.receive(1)),
		];
	});

	same("of the drafts carry their tag beside them", async (_, draft) => {
		const [server, client] = await pair(draft as unknown as Zeromq, "tagged", "Server", "Client");
		await client.send("q");
		const [question, tag] = (await server.receive()) as [Buffer, { routingId: number }];
		const seen: unknown[] = [frames(question), Object.keys(tag), typeof tag.routingId];
		for (const args of [
			["x"],
			["x", 1],
			["x", null],
			["x", {}],
			["x", { routingId: "a" }],
			["x", { routingId: 0 }],
			["x", { routingId: 7 }],
		])
			seen.push(await became(() => server.send(...args)));
		seen.push(await became(() => server.send("x", tag)), await became(() => client.receive()));
		seen.push(
			await became(() => server.send(["a", "b"], tag)),
			await became(() => client.send(["a", "b"])),
			did(() => client.send("a", {})),
		);
		const [radio, dish] = await pair(draft as unknown as Zeromq, "groups", "Radio", "Dish");
		for (const groups of [["g"], ["g"], [1], [], [null], ["a", "b"], ["c", "g"], ["x".repeat(256)]])
			seen.push(did(() => dish.join(...groups)));
		await new Promise((resolve) => setTimeout(resolve, 0));
		for (const args of [["x"], ["x", {}], ["x", { group: 1 }]]) seen.push(did(() => radio.send(...args)));
		const received = dish.receive();
		await radio.send("x", { group: Buffer.from("g") });
		const [body, { group }] = (await received) as [Buffer, { group: Buffer }];
		seen.push(frames(body), frames(group), await became(() => radio.send(["a", "b"], { group: "g" })));
		for (const socket of [server, client, radio, dish]) socket.close();
		return seen;
	});
});

describe("a busy socket", () => {
	same("refuses a second receive and a second send at once", async (zmq) => {
		const socket = make(zmq, "Dealer");
		const [receiving, sending] = [became(() => socket.receive()), became(() => socket.send("x"))];
		const seen = [did(() => socket.receive()), did(() => socket.send("y")), socket.readable, socket.writable];
		socket.close();
		return [...seen, await receiving, await sending];
	});

	same("is blocked while it binds, and closes afterwards", async (zmq) => {
		const socket = make(zmq, "Dealer");
		const binding = became(() => socket.bind("tcp://127.0.0.1:*"));
		const seen: unknown[] = ["bind", "unbind", "connect", "disconnect", "bindSync", "send"].map((method) =>
			did(() => (socket[method] as (a: string) => void)("tcp://127.0.0.1:*")),
		);
		seen.push(
			did(() => socket.receive()),
			socket.readable,
			did(() => socket.linger),
			did(() => socket.close()),
			socket.closed,
		);
		return [...seen, await binding, socket.closed];
	});

	same("may bind while a receive waits", async (zmq) => {
		const [a, b] = [make(zmq, "Dealer"), make(zmq, "Dealer")];
		const received = became(() => a.receive());
		await a.bind("inproc://late-bind");
		b.connect("inproc://late-bind");
		await b.send("x");
		const seen = await received;
		a.close();
		b.close();
		return seen;
	});
});

describe("time limits", () => {
	same("of 0 and of some ms reject with EAGAIN", async (zmq) => {
		const seen: unknown[] = [];
		for (const limit of [0, 5]) {
			const socket = make(zmq, "Dealer", { sendTimeout: limit, receiveTimeout: limit });
			seen.push(await became(() => socket.send("x")), await became(() => socket.receive()));
			seen.push(
				await became(async () => {
					for await (const message of socket) return message;
				}),
			);
			socket.close();
		}
		return seen;
	});

	same("end with the reason where the state forbids the operation", async (zmq) => {
		const rep = make(zmq, "Reply", { sendTimeout: 0 });
		const req = make(zmq, "Request", { sendTimeout: 0, receiveTimeout: 0 });
		const router = make(zmq, "Router", { mandatory: true, sendTimeout: 0 });
		const seen = [
			await became(() => req.receive()),
			await became(() => req.send("x")),
			await became(() => rep.send("x")),
			await became(() => router.send(["nobody", "x"])),
		];
		await rep.bind("inproc://states");
		req.connect("inproc://states");
		seen.push(await became(() => req.send("1")), await became(() => req.send("2")));
		req.sendTimeout = 20;
		seen.push(await became(() => req.send("2")));
		await rep.receive();
		rep.receiveTimeout = 20;
		seen.push(await became(() => rep.receive()));
		// While there is time it waits: the state may change.
		req.sendTimeout = 60_000;
		seen.push(await became(() => req.send("3"), TURNS));
		for (const socket of [rep, req, router]) socket.close();
		return seen;
	});
});

describe("requests and replies", () => {
	same("wait for their turn without a time limit", async (zmq) => {
		const [rep, req] = await pair(zmq, "turns", "Reply", "Request");
		const early = [await became(() => rep.send("early"), TURNS), rep.writable];
		const reply = req.receive();
		await req.send("question");
		const second = [await became(() => req.send("again"), TURNS), req.writable];
		const question = frames(await rep.receive());
		// The reply that waited goes out as soon as there is a question; then the second question does.
		const seen = [early, second, question, frames(await reply), frames(await rep.receive())];
		for (const socket of [rep, req]) socket.close();
		return seen;
	});

	same("are what a router with mandatory is strict about", async (zmq) => {
		const router = make(zmq, "Router", { mandatory: true });
		const alone = await became(() => router.send(["x", "y"]), TURNS);
		router.close();
		const [strict, dealer] = [make(zmq, "Router", { mandatory: true }), make(zmq, "Dealer", { routingId: "known" })];
		await strict.bind("inproc://strict");
		dealer.connect("inproc://strict");
		await dealer.send("here");
		await strict.receive();
		const seen = [alone, await became(() => strict.send(["unknown", "y"])), await became(() => strict.send(["known", "y"]))];
		seen.push(await became(() => make(zmq, "Router").send(["unknown", "y"])));
		strict.close();
		dealer.close();
		return seen;
	});
});

describe("loops", () => {
	same("give message by message and end when the socket is closed", async (zmq) => {
		const [a, b] = await pair(zmq, "loop");
		await a.send("1");
		await a.send(["2", "3"]);
		const loop = b[Symbol.asyncIterator]();
		const seen: unknown[] = [Reflect.ownKeys(loop), frames((await loop.next()).value), frames((await loop.next()).value)];
		const last = loop.next();
		seen.push(did(() => b.receive()));
		b.close();
		seen.push(await last, Object.keys(await loop.next()));
		a.close();
		return seen;
	});

	same("over a closed socket have no step", async (zmq) => {
		const socket = make(zmq, "Pull");
		socket.close();
		return became(async () => {
			for await (const message of socket) return message;
			return "nothing";
		});
	});
});

describe("a closed socket", () => {
	same("refuses each operation and option in its own words", async (zmq) => {
		const socket = make(zmq, "Subscriber");
		socket.close();
		const seen: unknown[] = ["linger", "type", "lastEndpoint", "events", "context", "closed", "readable", "writable", "receiveTimeout"].map(
			(key) => did(() => socket[key]),
		);
		for (const method of ["bind", "unbind", "connect", "disconnect", "bindSync"])
			seen.push(did(() => (socket[method] as (a: string) => void)("tcp://127.0.0.1:1")));
		seen.push(
			did(() => socket.receive()),
			did(() => socket.subscribe("a")),
			did(() => socket.close()),
			did(() => socket.close(1)),
		);
		seen.push(
			did(() => {
				socket.linger = 1;
			}),
		);
		return seen;
	});
});

describe("inproc", () => {
	same("in one thread passes large frames by memory, and small ones by copy", async (zmq) => {
		const [a, b] = await pair(zmq, "memory");
		const sent = [1, 127, 128, 129, 255, 257, 1025].map((size) => Buffer.alloc(size, "x"));
		await a.send(sent);
		const got = (await b.receive()) as Buffer[];
		for (const frame of got) frame[0] = 0;
		const seen = sent.map((frame) => [frame.length, frame[0]]);
		a.close();
		b.close();
		return seen;
	});

	same("names belong to a context", async (zmq) => {
		const context = new zmq.Context();
		const [a, b] = [make(zmq, "Push", { context }), make(zmq, "Push")];
		const seen = [await became(() => a.bind("inproc://mine")), await became(() => b.bind("inproc://mine"))];
		seen.push(await became(() => make(zmq, "Push").bind("inproc://mine")));
		a.close();
		b.close();
		return seen;
	});
});

describe("fairness", () => {
	test.each([
		["npm zeromq", native],
		["the door", door],
	] as const)("2500 awaited sends and receives let a timer of %s fire three times", async (_, zmq) => {
		const [a, b] = await pair(zmq, "fair");
		a.sendHighWaterMark = 0;
		b.receiveHighWaterMark = 0;
		let fired = 0;
		const timer = setInterval(() => {
			fired += 1;
		}, 0);
		for (let i = 0; i < 2500; i++) await a.send("x");
		for (let i = 0; i < 2500; i++) await b.receive();
		clearInterval(timer);
		a.close();
		b.close();
		expect(fired).toBeGreaterThanOrEqual(3);
	});
});
