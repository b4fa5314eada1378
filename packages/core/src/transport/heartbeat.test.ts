/**
 * Heartbeats against scripted peers: silent ones, talkative ones, ones that we do not read, and a blocked event loop.
 */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { encodePing, encodePong, parseCommand, parsePing } from "../wire/command.ts";
import { encodeFrame, FLAG_COMMAND, FrameDecoder } from "../wire/frame.ts";
import { GREETING_BYTES } from "../wire/greeting.ts";
import { bound, connected, greeted, host, joined, rawClient, ready } from "./fixtures/tcp-ends.ts";
import { Heartbeat, type HeartbeatOwner } from "./heartbeat.ts";

type Raw = Awaited<ReturnType<typeof rawClient>>;

/** Calls `onCommand` for each command that comes behind greeting and READY. */
function commandsOf(stream: Raw, onCommand: (name: string, data: Buffer) => void): void {
	const decoder = new FrameDecoder(1 << 20);
	let greeting = GREETING_BYTES;
	stream.on("data", (chunk: Buffer) => {
		const skip = Math.min(greeting, chunk.length);
		greeting -= skip;
		decoder.push(chunk.subarray(skip));
		while (decoder.next()) {
			if ((decoder.flags & FLAG_COMMAND) === 0) continue;
			const { name, data } = parseCommand(decoder.body);
			if (name !== "READY") onCommand(name, Buffer.from(data));
		}
	});
}

const pong = encodeFrame(FLAG_COMMAND, encodePong(Buffer.alloc(0)));

class Owner implements HeartbeatOwner {
	reading = true;
	readonly pings: number[] = [];
	readonly silence: Promise<Error>;
	#resolve: (error: Error) => void = () => {};
	silent = false;

	constructor() {
		this.silence = new Promise((resolve) => {
			this.#resolve = resolve;
		});
	}

	onPingDue(): void {
		this.pings.push(performance.now());
	}

	onSilence(error: Error): void {
		this.silent = true;
		this.#resolve(error);
	}
}

describe("a connection with heartbeats", () => {
	it("sends PINGs with its time to live, in tenths of a second, and ends when nothing comes back", async () => {
		const server = host("PAIR", { heartbeatInterval: 20, heartbeatTimeToLive: 1234 });
		const stream = await rawClient((await bound(server)).endpoint);
		const pings: number[] = [];
		commandsOf(stream, (name, data) => {
			if (name === "PING") pings.push(parsePing(data).timeToLiveMs);
		});
		stream.write(greeted(ready("PAIR")));
		await server.until(() => server.eventTypes.includes("disconnect"));
		expect(server.find("disconnect")?.error?.message).toContain("heartbeatTimeout");
		expect(pings[0]).toBe(1200);
	});

	it("lives as long as the peer answers, or says anything at all", async () => {
		for (const answer of [pong, encodeFrame(0, Buffer.from("busy"))]) {
			const server = host("PAIR", { heartbeatInterval: 5, heartbeatTimeout: 5000 });
			const stream = await rawClient((await bound(server)).endpoint);
			let pings = 0;
			await new Promise<void>((resolve) => {
				commandsOf(stream, (name) => {
					if (name !== "PING") return;
					pings += 1;
					stream.write(answer);
					if (pings === 10) resolve();
				});
				stream.write(greeted(ready("PAIR")));
			});
			expect(server.eventTypes).toEqual(["bind", "accept", "handshake"]);
		}
	});

	it("bears a peer's silence no longer than the peer has promised to speak", async () => {
		const server = host("PAIR");
		const stream = await rawClient((await bound(server)).endpoint);
		stream.resume().write(greeted(ready("PAIR"), encodeFrame(FLAG_COMMAND, encodePing(100, Buffer.alloc(0)))));
		await server.until(() => server.eventTypes.includes("disconnect"));
		expect(server.find("disconnect")?.error?.message).toContain("time to live");
	});

	it("between two of ours never breaks, while both are idle", async () => {
		const options = { heartbeatInterval: 5, heartbeatTimeout: 2000, heartbeatTimeToLive: 2000 };
		const { server, client } = await joined(host("PAIR", options), host("PAIR", options));
		let turns = 0;
		while (turns < 50) {
			client.pipes[0]?.tryWrite([Buffer.from(String(turns))]);
			turns += 1;
			const had = server.messages.length;
			await server.until(() => server.messages.length > had);
		}
		expect([server.eventTypes.includes("disconnect"), client.eventTypes.includes("disconnect")]).toEqual([false, false]);
	});

	it("does not end while our own receiver is full, and ends cleanly once it reads and the peer is silent", async () => {
		const server = host("PULL", { receiveHighWaterMark: 1, heartbeatInterval: 5, heartbeatTimeout: 10 });
		server.reading = false;
		const stream = await rawClient((await bound(server)).endpoint);
		stream.resume().write(greeted(ready("PUSH"), ...[1, 2, 3].map((each) => encodeFrame(0, Buffer.of(each)))));
		await server.until(() => server.pipes[0]?.readable === true);
		const start = performance.now();
		// Twenty times its timeout passes; the peer answers nothing.
		while (performance.now() - start < 200) await new Promise((turn) => setImmediate(turn));
		expect(server.eventTypes).not.toContain("disconnect");
		server.reading = true;
		server.readAll();
		await server.until(() => server.eventTypes.includes("disconnect"));
		// The recorder notes a message after those that its reading let in.
		expect(server.messages.map((message) => message[0]?.[0]).sort()).toEqual([1, 2, 3]);
		await server.until(() => server.closedPipes.length === 1);
	});

	it("hears what came in while the event loop was blocked before it gives the peer up", async () => {
		const server = host("PAIR", { heartbeatInterval: 5, heartbeatTimeout: 200 });
		const stream = await rawClient((await bound(server)).endpoint);
		let pings = 0;
		await new Promise<void>((resolve) => {
			commandsOf(stream, (name) => {
				if (name !== "PING") return;
				pings += 1;
				// The answer lies in the system's buffer when time is up.
				stream.write(pong);
				const until = performance.now() + 300;
				while (performance.now() < until);
				if (pings === 3) resolve();
			});
			stream.write(greeted(ready("PAIR")));
		});
		expect(server.eventTypes).toEqual(["bind", "accept", "handshake"]);
	});

	it("reconnects after it has given a peer up", async () => {
		const server = createServer((stream) => {
			stream.on("error", () => stream.destroy());
			stream.resume().write(greeted(ready("PAIR")));
		}).listen(0, "127.0.0.1");
		await once(server, "listening");
		const client = host("PAIR", { heartbeatInterval: 5, reconnectInterval: 1 });
		connected(client, `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
		await client.until(() => client.eventTypes.filter((type) => type === "handshake").length === 3);
		server.close();
		expect(client.eventTypes.filter((type) => type === "disconnect").length).toBe(2);
	});
});

describe("the clock of heartbeats", () => {
	it("says which of its two limits was passed, once", async () => {
		const first = new Owner();
		const a = new Heartbeat({ heartbeatInterval: 10_000, heartbeatTimeout: 5 }, first);
		a.pinged();
		expect((await first.silence).message).toContain("5 ms after a PING");
		const second = new Owner();
		const b = new Heartbeat({ heartbeatInterval: 0, heartbeatTimeout: -1 }, second);
		b.onPing(0);
		b.onPing(5);
		expect((await second.silence).message).toContain("5 ms, which it had promised");
		expect([first.pings.length, second.pings.length]).toEqual([0, 0]);
		a.stop();
		b.stop();
	});

	it("takes whatever comes in for a sign of life, in both its limits", async () => {
		const [owner, clock] = [new Owner(), new Owner()];
		const heard = new Heartbeat({ heartbeatInterval: 10_000, heartbeatTimeout: 5 }, owner);
		heard.pinged();
		heard.onPing(5);
		heard.heard();
		const other = new Heartbeat({ heartbeatInterval: 0, heartbeatTimeout: -1 }, clock);
		other.onPing(20);
		await clock.silence;
		expect(owner.silent).toBe(false);
		heard.stop();
		other.stop();
	});

	it("uses the interval as timeout unless told another one, and no timeout when that is 0", async () => {
		const owner = new Owner();
		const heartbeat = new Heartbeat({ heartbeatInterval: 10, heartbeatTimeout: -1 }, owner);
		heartbeat.pinged();
		expect((await owner.silence).message).toContain("10 ms after a PING");
		const patient = new Owner();
		const other = new Heartbeat({ heartbeatInterval: 5, heartbeatTimeout: 0 }, patient);
		other.pinged();
		while (patient.pings.length < 5) await new Promise((turn) => setImmediate(turn));
		other.stop();
		expect(patient.silent).toBe(false);
	});

	it("is silent after stop()", async () => {
		const owner = new Owner();
		const heartbeat = new Heartbeat({ heartbeatInterval: 1, heartbeatTimeout: 1 }, owner);
		heartbeat.pinged();
		heartbeat.stop();
		const until = performance.now() + 20;
		while (performance.now() < until) await new Promise((turn) => setImmediate(turn));
		expect([owner.silent, owner.pings.length]).toEqual([false, 0]);
	});
});
