/**
 * RADIO, DISH and DGRAM over udp, with each other and with raw udp sockets, to one address and to multicast groups.
 */
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { afterEach, describe, expect, it } from "vitest";
import { open } from "../fixtures/open-sockets.ts";
import { DATAGRAM_BYTES_MAX } from "../limits.ts";
import type { SocketEventOf } from "../monitor.ts";
import { holds } from "../wait/keep-alive.ts";
import { Datagram } from "./datagram-socket.ts";
import { Dish, Radio } from "./draft-sockets.ts";
import { Pair } from "./sockets.ts";

const code = (name: string) => expect.objectContaining({ code: name });
const raws: UdpSocket[] = [];

afterEach(() => {
	for (const raw of raws.splice(0)) raw.close();
});

async function rawPeer(type: "udp4" | "udp6" = "udp4"): Promise<{ raw: UdpSocket; port: number }> {
	const raw = createSocket(type);
	raws.push(raw);
	raw.bind(0, type === "udp4" ? "127.0.0.1" : "::1");
	await once(raw, "listening");
	return { raw, port: raw.address().port };
}

const portOf = (endpoint: string | null): number => Number(endpoint?.slice(endpoint.lastIndexOf(":") + 1));

function dropped(socket: Dish | Datagram | Radio): Promise<SocketEventOf<"datagram:error">> {
	return new Promise((resolve) => socket.events.on("datagram:error", resolve));
}

async function boundDish(options: ConstructorParameters<typeof Dish>[0] = {}, endpoint = "udp://127.0.0.1:*"): Promise<Dish> {
	const dish = open(new Dish(options));
	await dish.bind(endpoint);
	return dish;
}

function radioTo(endpoint: string, options: ConstructorParameters<typeof Radio>[0] = {}): Radio {
	const radio = open(new Radio(options));
	radio.connect(endpoint);
	return radio;
}

/** A port that nobody is bound to. */
async function freePort(): Promise<number> {
	const { raw, port } = await rawPeer();
	raws.splice(raws.indexOf(raw), 1);
	await new Promise<void>((resolve) => raw.close(() => resolve()));
	return port;
}

describe("RADIO and DISH over udp", () => {
	it("pass the messages of joined groups, and say which group", async () => {
		const dish = await boundDish();
		dish.join("weather", "");
		const radio = radioTo(dish.lastEndpoint as string);
		await radio.send("lost", { group: "traffic" });
		await radio.send("rain", { group: "weather" });
		await radio.send("", { group: "" });
		expect(await dish.receive()).toEqual([Buffer.from("rain"), { group: Buffer.from("weather") }]);
		expect(await dish.receive()).toEqual([Buffer.alloc(0), { group: Buffer.alloc(0) }]);
	});

	it("resolve a name to send to", async () => {
		const dish = await boundDish();
		dish.join("g");
		const radio = radioTo(`udp://localhost:${portOf(dish.lastEndpoint)}`);
		await radio.send("x", { group: "g" });
		expect(String((await dish.receive())[0])).toBe("x");
	});

	it("use groups of up to 255 bytes and datagrams of up to 8192", async () => {
		const dish = await boundDish();
		const group = "g".repeat(255);
		dish.join(group);
		const radio = radioTo(dish.lastEndpoint as string);
		await radio.send(Buffer.alloc(DATAGRAM_BYTES_MAX - 256, 7), { group });
		expect((await dish.receive())[0]).toEqual(Buffer.alloc(DATAGRAM_BYTES_MAX - 256, 7));
	});

	it("drop a message that is too long, and tell the monitor of the sender", async () => {
		const dish = await boundDish();
		dish.join("g");
		const radio = radioTo(dish.lastEndpoint as string);
		const told = dropped(radio);
		await radio.send(Buffer.alloc(DATAGRAM_BYTES_MAX - 1), { group: "g" });
		expect((await told).error).toEqual(code("EMSGSIZE"));
		await radio.send("next", { group: "g" });
		expect(String((await dish.receive())[0])).toBe("next");
	});

	it("hear no more of a group after leaving it", async () => {
		const dish = await boundDish();
		dish.join("a", "b");
		const radio = radioTo(dish.lastEndpoint as string);
		await radio.send("1", { group: "a" });
		expect(String((await dish.receive())[0])).toBe("1");
		dish.leave("a");
		await radio.send("2", { group: "a" });
		await radio.send("3", { group: "b" });
		expect(String((await dish.receive())[0])).toBe("3");
	});

	it("lose nothing that was sent when the sender closes at once", async () => {
		const dish = await boundDish({ receiveHighWaterMark: 0 });
		dish.join("g");
		const radio = radioTo(dish.lastEndpoint as string);
		for (let index = 0; index < 100; index++) await radio.send(`${index}`, { group: "g" });
		await radio[Symbol.asyncDispose]();
		for (let index = 0; index < 100; index++) expect(String((await dish.receive())[0])).toBe(`${index}`);
	});

	it("hold no more than the high-water mark of a receiver that does not receive", async () => {
		const dish = await boundDish({ receiveHighWaterMark: 3 });
		dish.join("g");
		const { raw } = await rawPeer();
		const send = (text: string) =>
			new Promise((resolve) => raw.send(Buffer.from(`\x01g${text}`), portOf(dish.lastEndpoint), "127.0.0.1", resolve));
		for (let index = 0; index < 50; index++) await send(`${index}`);
		// Whatever is malformed is told, so it shows that all before it has come.
		const told = dropped(dish);
		await new Promise((resolve) => raw.send(Buffer.alloc(0), portOf(dish.lastEndpoint), "127.0.0.1", resolve));
		await told;
		expect((await dish.receiveMany(50)).map(([message]) => String(message))).toEqual(["0", "1", "2"]);
		expect(dish.tryReceive()).toBeUndefined();
	});
});

describe("a DISH", () => {
	it("drops malformed datagrams, tells the monitor of each, and goes on", async () => {
		const dish = await boundDish();
		dish.join("g");
		const events: string[] = [];
		dish.events.on("datagram:error", ({ error }) => events.push((error as Error & { code: string }).code));
		const { raw } = await rawPeer();
		const good = Buffer.from("\x01ggood");
		for (const datagram of [Buffer.alloc(0), Buffer.of(1), Buffer.of(255, 1, 2), Buffer.concat([good, Buffer.alloc(9000)]), good])
			await new Promise((resolve) => raw.send(datagram, portOf(dish.lastEndpoint), "127.0.0.1", resolve));
		expect(String((await dish.receive())[0])).toBe("good");
		// An empty datagram is the empty message of the group without a name.
		expect(events).toEqual(["EPROTO", "EPROTO", "EPROTO", "EMSGSIZE"]);
	});

	it("says that a port is taken, and frees it at unbind", async () => {
		const dish = await boundDish();
		const endpoint = dish.lastEndpoint as string;
		const second = open(new Dish());
		await expect(second.bind(endpoint)).rejects.toThrow(code("EADDRINUSE"));
		await dish.unbind(endpoint);
		await second.bind(endpoint);
	});

	it("speaks IPv6 when told to", async () => {
		const dish = open(new Dish());
		await expect(dish.bind("udp://[::1]:*")).rejects.toThrow(code("EINVAL"));
		dish.ipv6 = true;
		await dish.bind("udp://[::1]:*");
		dish.join("g");
		expect(dish.lastEndpoint).toMatch(/^udp:\/\/\[::1\]:\d+$/);
		const radio = radioTo(dish.lastEndpoint as string, { ipv6: true });
		await radio.send("x", { group: "g" });
		expect(String((await dish.receive())[0])).toBe("x");
	});

	it("takes the name of an interface, and refuses what is none", async () => {
		const name = Object.entries(networkInterfaces()).find(([, list]) => list?.some((one) => one.address === "127.0.0.1"))?.[0];
		expect((await boundDish({}, `udp://${name}:*`)).lastEndpoint).toMatch(/^udp:\/\/127\.0\.0\.1:\d+$/);
		await expect(open(new Dish()).bind("udp://nowhere0:*")).rejects.toThrow(code("EADDRNOTAVAIL"));
	});
});

const named = Object.entries(networkInterfaces());
const loopback = named.find(([, list]) => list?.some((one) => one.address === "127.0.0.1"))?.[0] ?? "lo";
const hasIpv6 = named.some(([, list]) => list?.some((one) => one.address === "::1"));
/** One that leads out of this machine: the loopback has no multicast of IPv6, and cannot do without loops. */
const outward = (family: "IPv4" | "IPv6") => named.find(([, list]) => list?.some((one) => !one.internal && one.family === family))?.[0];
const outward4 = outward("IPv4");
const outward6 = outward("IPv6");

describe("multicast", () => {
	it.each([
		{ group: (port: number) => `udp://${loopback};239.0.0.1:${port}`, ipv6: false },
		{ group: (port: number) => `udp://127.0.0.1;239.0.0.2:${port}`, ipv6: false },
		...(outward6 ? [{ group: (port: number) => `udp://${outward6};[ff02::1234]:${port}`, ipv6: true }] : []),
	])("reaches every receiver that has bound the group (case %#)", async ({ group, ipv6 }) => {
		const endpoint = group(await freePort());
		const dishes = [await boundDish({ ipv6 }, endpoint), await boundDish({ ipv6 }, endpoint)];
		for (const dish of dishes) dish.join("g");
		expect(dishes[0]?.lastEndpoint).toBe(endpoint);
		const radio = radioTo(endpoint, { ipv6, multicastHops: 1 });
		await radio.send("all", { group: "g" });
		for (const dish of dishes) expect(String((await dish.receive())[0])).toBe("all");
	});

	it.runIf(outward4)("without multicastLoop stays away from receivers on the same machine", async () => {
		const endpoint = `udp://${outward4};239.0.0.3:${await freePort()}`;
		const dish = await boundDish({}, endpoint);
		dish.join("g");
		const silent = radioTo(endpoint, { multicastLoop: false });
		await silent.send("not heard", { group: "g" });
		await silent[Symbol.asyncDispose]();
		await radioTo(endpoint).send("heard", { group: "g" });
		expect(String((await dish.receive())[0])).toBe("heard");
	});

	it("needs a port that its senders know, and an interface of this machine", async () => {
		await expect(open(new Dish()).bind("udp://239.0.0.1:*")).rejects.toThrow(code("EINVAL"));
		await expect(open(new Dish()).bind("udp://nowhere0;239.0.0.1:5555")).rejects.toThrow(code("EADDRNOTAVAIL"));
		expect(() => radioTo("udp://nowhere0;239.0.0.1:5555")).toThrow(code("EADDRNOTAVAIL"));
		for (const multicastHops of [0, 256, 1.5]) expect(() => new Radio({ multicastHops })).toThrow(code("EINVAL"));
	});
});

describe("DGRAM", () => {
	it("talks with whoever writes to it", async () => {
		const datagram = open(new Datagram());
		await datagram.bind("udp://127.0.0.1:*");
		const { raw, port } = await rawPeer();
		raw.send("question", portOf(datagram.lastEndpoint), "127.0.0.1");
		const [from, body] = await datagram.receive();
		expect([String(from), String(body)]).toEqual([`127.0.0.1:${port}`, "question"]);
		const answered = once(raw, "message");
		await datagram.send([from as Buffer, "answer"]);
		expect(String((await answered)[0])).toBe("answer");
	});

	it.runIf(hasIpv6)("reaches IPv4 and IPv6 from one socket with ipv6", async () => {
		const datagram = open(new Datagram({ ipv6: true }));
		await datagram.bind("udp://*:*");
		for (const type of ["udp4", "udp6"] as const) {
			const { raw, port } = await rawPeer(type);
			const address = type === "udp4" ? `127.0.0.1:${port}` : `[::1]:${port}`;
			const heard = once(raw, "message");
			await datagram.send([address, "out"]);
			expect(String((await heard)[0])).toBe("out");
			raw.send("in", portOf(datagram.lastEndpoint), type === "udp4" ? "127.0.0.1" : "::1");
			expect((await datagram.receive()).map(String)).toEqual([address, "in"]);
		}
	});

	it("refuses what is no datagram", async () => {
		const datagram = open(new Datagram());
		await datagram.bind("udp://127.0.0.1:*");
		for (const message of ["alone", ["127.0.0.1:1"], ["127.0.0.1:1", "a", "b"]]) {
			await expect(datagram.send(message)).rejects.toThrow(code("EINVAL"));
			expect(() => datagram.trySend(message)).toThrow(code("EINVAL"));
			await expect(datagram.sendMany([message])).rejects.toThrow(code("EINVAL"));
		}
		await expect(datagram.send(["127.0.0.1:1", Buffer.alloc(DATAGRAM_BYTES_MAX + 1)])).rejects.toThrow(code("EMSGSIZE"));
		for (const address of [
			"",
			"localhost:1",
			"127.0.0.1",
			"127.0.0.1:0",
			"127.0.0.1:65536",
			"::1:5",
			"[127.0.0.1]:5",
			"[::1%a b]:5",
			"1.2.3:4",
			"x".repeat(200),
		]) {
			await expect(datagram.send([address, "x"])).rejects.toThrow(code("EHOSTUNREACH"));
			expect(datagram.trySend([address, "x"])).toBe("unreachable");
		}
	});

	it("is bound to one endpoint", async () => {
		const datagram = open(new Datagram());
		await datagram.bind("udp://127.0.0.1:*");
		await expect(datagram.bind("udp://127.0.0.1:*")).rejects.toThrow(code("EINVAL"));
		await datagram.unbind(datagram.lastEndpoint as string);
		await datagram.bind("udp://127.0.0.1:*");
	});

	it("drops what the operating system refuses to send, tells the monitor, and goes on", async () => {
		const datagram = open(new Datagram());
		await datagram.bind("udp://127.0.0.1:*");
		const told = dropped(datagram);
		// Not to be reached from the loopback address.
		await datagram.send(["[::1]:9", "x"]);
		expect((await told).address).toBe(datagram.lastEndpoint);
		const { raw, port } = await rawPeer();
		const heard = once(raw, "message");
		await datagram.send([`127.0.0.1:${port}`, "on"]);
		expect(String((await heard)[0])).toBe("on");
	});
});

describe("buffers of the operating system", () => {
	it("may be given another size, with what goes through them unharmed", async () => {
		const dish = await boundDish({ receiveBufferSize: 65_536 });
		dish.join("g");
		const radio = radioTo(dish.lastEndpoint as string, { sendBufferSize: 65_536 });
		await radio.send("x", { group: "g" });
		expect(String((await dish.receive())[0])).toBe("x");
		expect([radio.sendBufferSize, dish.receiveBufferSize, open(new Datagram()).sendBufferSize]).toEqual([65_536, 65_536, -1]);
		expect(() => new Radio({ sendBufferSize: -2 })).toThrow(code("EINVAL"));
	});
});

describe("udp", () => {
	it("carries RADIO, DISH and DGRAM, each the way it can", async () => {
		await expect(open(new Pair()).bind("udp://127.0.0.1:*")).rejects.toThrow(code("ENOCOMPATPROTO"));
		await expect(open(new Radio()).bind("udp://127.0.0.1:*")).rejects.toThrow(code("ENOCOMPATPROTO"));
		expect(() => open(new Dish()).connect("udp://127.0.0.1:5555")).toThrow(code("ENOCOMPATPROTO"));
		expect(() => open(new Datagram()).connect("udp://127.0.0.1:5555")).toThrow(code("ENOCOMPATPROTO"));
		await expect(open(new Datagram()).bind("tcp://127.0.0.1:*")).rejects.toThrow(code("ENOCOMPATPROTO"));
	});

	it.each(["udp://127.0.0.1:*", "udp://127.0.0.1:0", "udp://*:5555", "udp://-x:5555", "udp://[::1]:5555"])(
		"does not connect to %s",
		(endpoint) => {
			expect(() => open(new Radio()).connect(endpoint)).toThrow(code("EINVAL"));
		},
	);

	it("tries a name that does not resolve again, and ends at once all the same", async () => {
		const radio = open(new Radio({ reconnectInterval: 1, linger: 0 }));
		let retries = 0;
		const twice = new Promise<void>((resolve) => radio.events.on("connect:retry", () => ++retries === 2 && resolve()));
		radio.connect("udp://zloom.invalid:5555");
		await radio.send("x", { group: "g" });
		await twice;
		await radio[Symbol.asyncDispose]();
	});

	it("ends in the middle of everything and leaves nothing behind", async () => {
		for (let round = 0; round < 30; round++) {
			const [dish, radio] = [new Dish(), new Radio({ linger: round % 2 === 0 ? -1 : 0 })];
			const binding = dish.bind("udp://127.0.0.1:*").catch((error: unknown) => expect(error).toEqual(code("EBADF")));
			dish.join("g");
			radio.connect(`udp://127.0.0.1:${await freePort()}`);
			for (let index = 0; index < round; index++) radio.trySend("x", { group: "g" });
			for (let turn = 0; turn < round % 5; turn++) await new Promise((resolve) => setImmediate(resolve));
			await Promise.all([dish[Symbol.asyncDispose](), radio[Symbol.asyncDispose](), binding]);
		}
		expect(holds()).toBe(0);
	});
});
