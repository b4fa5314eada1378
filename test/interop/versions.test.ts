/**
 * Our sockets and peers of older ZMTP, scripted byte by byte: they listen and we connect, they connect and we listen.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket as Stream } from "node:net";
import { Dealer, Publisher, Push, Router, type Socket, Subscriber } from "@zloom/core";
import { afterEach, describe, expect, it } from "vitest";

const open: Socket[] = [];
const ends: (() => void)[] = [];

afterEach(async () => {
	for (const end of ends.splice(0)) end();
	for (const socket of open) socket.linger = 0;
	await Promise.all(open.splice(0).map((socket) => socket[Symbol.asyncDispose]()));
});

function ours<S extends Socket>(socket: S): S {
	open.push(socket);
	return socket;
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

/** A stream that is read by count. */
class Script {
	readonly #stream: Stream;
	#bytes = Buffer.alloc(0);

	constructor(stream: Stream) {
		this.#stream = stream;
		stream.on("error", () => stream.destroy());
		stream.on("data", (chunk: Buffer) => {
			this.#bytes = Buffer.concat([this.#bytes, chunk]);
		});
		ends.push(() => stream.destroy());
	}

	async read(count: number): Promise<string> {
		while (this.#bytes.length < count) await once(this.#stream, "data");
		const taken = this.#bytes.subarray(0, count);
		this.#bytes = this.#bytes.subarray(count);
		return taken.toString("hex");
	}

	write(bytes: string): void {
		this.#stream.write(hex(bytes));
	}
}

/** The next connection to a server that speaks only what its script says. */
async function scripted(): Promise<{ endpoint: string; accepted: Promise<Script> }> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	ends.push(() => server.close());
	const accepted = once(server, "connection").then(([stream]) => new Script(stream as Stream));
	return { endpoint: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, accepted };
}

async function dialled(socket: Socket): Promise<Script> {
	await socket.bind("tcp://127.0.0.1:*");
	const stream = connect(Number(socket.lastEndpoint?.split(":").pop()), "127.0.0.1");
	await once(stream, "connect");
	return new Script(stream);
}

const SIGNATURE = "ff00000000000000017f";

describe("ZMTP 2.0", () => {
	it("a ROUTER of it that listens is talked to by our DEALER", async () => {
		const { endpoint, accepted } = await scripted();
		const dealer = ours(new Dealer({ routingId: "us" }));
		dealer.connect(endpoint);
		await dealer.send(["", "question"]);
		const them = await accepted;
		expect(await them.read(10)).toBe("ff00000000000000037f");
		them.write(`${SIGNATURE} 01 06 00 00`);
		// Version, DEALER, our routing id, the message.
		expect(await them.read(1 + 1 + 4 + 2 + 10)).toBe(
			`0305 00027573 0100 0008${Buffer.from("question").toString("hex")}`.replaceAll(" ", ""),
		);
		them.write(`0100 0006${Buffer.from("answer").toString("hex")}`);
		expect((await dealer.receive()).map(String)).toEqual(["", "answer"]);
	});

	it("a PUB of it gets our subscriptions as messages, and a SUB of it subscribes so", async () => {
		const { endpoint, accepted } = await scripted();
		const subscriber = ours(new Subscriber());
		subscriber.subscribe("ab");
		subscriber.connect(endpoint);
		const pub = await accepted;
		pub.write(`${SIGNATURE} 01 01 0000`);
		await pub.read(10);
		expect(await pub.read(1 + 1 + 2 + 5)).toBe("0302 0000 0003016162".replaceAll(" ", ""));
		pub.write("0003616263");
		expect((await subscriber.receive()).map(String)).toEqual(["abc"]);

		const publisher = ours(new Publisher());
		const sub = await dialled(publisher);
		sub.write(`${SIGNATURE} 01 02 0000 000178 000178`);
		sub.write("0002 0161");
		await sub.read(10 + 1 + 1 + 2);
		let first = "";
		const got = sub.read(4).then((bytes) => {
			first = bytes;
		});
		while (first === "") {
			await publisher.send("no");
			await publisher.send("ax");
			await new Promise((turn) => setImmediate(turn));
		}
		await got;
		expect(first).toBe("00026178");
	});
});

describe("ZMTP 1.0", () => {
	it("a PULL of it that listens gets what our PUSH sends", async () => {
		const { endpoint, accepted } = await scripted();
		const push = ours(new Push());
		push.connect(endpoint);
		await push.send(["one", "more"]);
		const them = await accepted;
		them.write("0100");
		// The signature is the header of our empty routing id.
		expect(await them.read(10 + 5 + 6)).toBe(
			`${SIGNATURE} 0401${Buffer.from("one").toString("hex")} 0500${Buffer.from("more").toString("hex")}`.replaceAll(" ", ""),
		);
	});

	it("a REQ of it is answered by our ROUTER", async () => {
		const router = ours(new Router());
		const them = await dialled(router);
		them.write("0100 0101 0200 3f");
		const [id, delimiter, question] = (await router.receive()) as [Buffer, Buffer, Buffer];
		expect([id.length, delimiter.length, String(question)]).toEqual([5, 0, "?"]);
		await router.send([id, delimiter, "!"]);
		expect(await them.read(10 + 2 + 3)).toBe(`${SIGNATURE}0101020021`);
	});

	it("a SUB of it, which cannot subscribe, gets everything from our PUB", async () => {
		const publisher = ours(new Publisher());
		const joined = new Promise<void>((resolve) => publisher.events.on("handshake", () => resolve()));
		const them = await dialled(publisher);
		them.write("0100");
		await joined;
		await publisher.send("any");
		expect(await them.read(10 + 5)).toBe(`${SIGNATURE}0400${Buffer.from("any").toString("hex")}`);
	});
});
