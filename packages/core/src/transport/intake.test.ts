import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { READ_BYTES } from "../limits.ts";
import { type IntakeOwner, takeIn } from "./intake.ts";

/** Collects what comes; reads into `body` while that has room. */
class Collector implements IntakeOwner {
	readonly chunks: Buffer[] = [];
	body = Buffer.alloc(0);
	filled = 0;
	fills = 0;
	onMore: () => void = () => undefined;

	get room(): Buffer | undefined {
		return this.filled < this.body.length ? this.body.subarray(this.filled) : undefined;
	}

	onFilled(bytes: number): void {
		this.filled += bytes;
		this.fills += 1;
		this.onMore();
	}

	onChunk(chunk: Buffer): void {
		this.chunks.push(chunk);
		this.onMore();
	}

	get text(): string {
		return Buffer.concat(this.chunks).toString();
	}

	async until(holds: () => boolean): Promise<void> {
		while (!holds())
			await new Promise<void>((resolve) => {
				this.onMore = resolve;
			});
	}
}

const open: (Socket | Server)[] = [];

afterEach(() => {
	for (const each of open.splice(0)) "destroy" in each ? each.destroy() : each.close();
});

/** Both ends of one connection, neither read from. */
async function pair(): Promise<[accepted: Socket, connecting: Socket]> {
	const server = createServer({ allowHalfOpen: true });
	open.push(server);
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	const accepted = new Promise<Socket>((resolve) => server.once("connection", (stream) => resolve(takeInFor(stream, "accepted"))));
	const connecting = await new Promise<Socket>((resolve) => {
		const stream = connect({ port, host: "127.0.0.1" });
		stream.once("connect", () => resolve(takeInFor(stream, "connecting")));
	});
	return [await accepted, connecting];
}

const collectors = { accepted: new Collector(), connecting: new Collector() };

function takeInFor(stream: Socket, side: keyof typeof collectors): Socket {
	collectors[side] = new Collector();
	const own = takeIn(stream, collectors[side]);
	expect(own).not.toBe(stream);
	expect(stream.destroyed).toBe(true);
	open.push(own);
	return own;
}

describe("a stream that is taken in", () => {
	it("gives what comes to its owner, in chunks that are the owner's, at both ends", async () => {
		const [accepted, connecting] = await pair();
		for (const [from, to] of [
			[accepted, collectors.connecting],
			[connecting, collectors.accepted],
		] as const) {
			for (const word of ["one", "two"]) {
				const before = to.text;
				from.write(word);
				await to.until(() => to.text === before + word);
			}
			// The second read went where the first one had gone.
			expect(to.chunks.map(String)).toEqual(["one", "two"]);
		}
	});

	it("fills the room that its owner has, and never more of it than there is", async () => {
		const [accepted] = await pair();
		const to = collectors.connecting;
		to.body = Buffer.alloc(5 * READ_BYTES);
		// The first read goes where the stream was told before there was any room.
		accepted.write("x");
		await to.until(() => to.text === "x");
		const sent = Buffer.alloc(5 * READ_BYTES, "0123456789abcdef");
		accepted.write(Buffer.concat([sent, Buffer.from("behind")]));
		await to.until(() => to.text === "xbehind");
		expect(to.body.equals(sent)).toBe(true);
		expect(to.fills).toBeGreaterThan(0);
	});

	it("reads nothing while it is paused, and goes on where it was", async () => {
		const [accepted, connecting] = await pair();
		const to = collectors.accepted;
		accepted.pause();
		connecting.write("held");
		accepted.write("look");
		await collectors.connecting.until(() => collectors.connecting.text === "look");
		expect(to.text).toBe("");
		accepted.resume();
		await to.until(() => to.text === "held");
	});

	it("tells its end", async () => {
		const [accepted, connecting] = await pair();
		const ended = once(accepted, "end");
		connecting.end("last");
		await ended;
		expect(collectors.accepted.text).toBe("last");
	});

	it("that was read from before goes on as streams do, and loses nothing", async () => {
		const server = createServer((stream) => stream.write("first"));
		open.push(server);
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		const stream = connect({ port: (server.address() as { port: number }).port, host: "127.0.0.1" });
		open.push(stream);
		await once(stream, "readable");
		const to = new Collector();
		expect(takeIn(stream, to)).toBe(stream);
		stream.resume();
		await to.until(() => to.text === "first");
	});
});
