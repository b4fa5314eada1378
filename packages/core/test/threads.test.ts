/** Pipes between real worker threads that import the built package and are passed nothing. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { connectPipe, holds, listenPipes, type Pipe, sharedMemoryUse } from "@zloom/core/internal";
import { afterEach, describe, expect, it } from "vitest";

type Told = Record<string, unknown>;
const PEER = new URL("./fixtures/pipe-peer.mjs", import.meta.url);

/** A worker and what it tells, one by one. */
class Peer {
	static readonly all: Peer[] = [];
	readonly worker: Worker;
	readonly #told: Told[] = [];
	#heard = () => {};

	constructor(worker: Worker) {
		this.worker = worker;
		worker.on("message", (told: Told) => {
			this.#told.push(told);
			this.#heard();
		});
		Peer.all.push(this);
	}

	/** Started from a file. */
	static async start(): Promise<Peer> {
		const peer = new Peer(new Worker(PEER));
		await peer.told("ready");
		return peer;
	}

	/** The next report that has this key; what comes in between is kept for other calls. */
	async told(key: string): Promise<Told> {
		for (;;) {
			const index = this.#told.findIndex((each) => key in each);
			if (index !== -1) return this.#told.splice(index, 1)[0] as Told;
			await new Promise<void>((resolve) => {
				this.#heard = resolve;
			});
		}
	}

	async do(order: Told): Promise<void> {
		this.worker.postMessage(order);
		await this.told("done");
	}
}

afterEach(async () => {
	const living = Peer.all.splice(0);
	await Promise.all(living.map(({ worker }) => worker.terminate()));
	await settled({ threads: 1, lanes: 0 });
	// Nothing is under way any more, so nothing may hold this process.
	expect(holds()).toBe(0);
});

/** Waits until that much shared memory is in use, and no more. */
async function settled(wanted: Partial<ReturnType<typeof sharedMemoryUse>>): Promise<void> {
	for (;;) {
		const use = sharedMemoryUse();
		if (Object.entries(wanted).every(([key, value]) => use[key as keyof typeof use] === value)) return;
		await nextTurn();
	}
}

function digest(frames: readonly Uint8Array[]): string {
	const hash = createHash("sha1");
	for (const frame of frames) hash.update(`${frame.length}:`).update(frame);
	return hash.digest("hex");
}

/** Messages of a pipe, awaited one by one; undefined when it has closed. */
function reader(pipe: Pipe): () => Promise<Uint8Array[] | undefined> {
	let heard = () => {};
	pipe.owner = { onReadable: () => heard(), onWritable() {}, onClosed: () => heard() };
	return async () => {
		while (!pipe.readable && !pipe.closed) {
			await new Promise<void>((resolve) => {
				heard = resolve;
			});
		}
		return pipe.tryRead();
	};
}

let next = 0;
const fresh = () => `threads-${process.pid}-${next++}`;

async function accepted(name: string): Promise<{ pipe: Promise<Pipe>; close(): void }> {
	let accept: (pipe: Pipe) => void = () => {};
	const pipe = new Promise<Pipe>((resolve) => {
		accept = resolve;
	});
	const { close } = listenPipes(name, accept);
	return { pipe, close };
}

describe("a worker that is passed nothing", () => {
	it.each(["worker listens first", "main connects first"])("answers a pipe from main when the %s", async (order) => {
		const [name, peer] = [fresh(), await Peer.start()];
		if (order === "worker listens first") await peer.do({ do: "listen", name, mode: "echo" });
		const pipe = connectPipe(name);
		pipe.tryWrite([Buffer.from("a"), Buffer.from("b")]);
		if (order !== "worker listens first") await peer.do({ do: "listen", name, mode: "echo" });
		const read = reader(pipe);
		expect((await read())?.map(String)).toEqual(["a", "b"]);
		pipe.close();
		expect(await peer.told("closed")).toEqual({ closed: name });
	});

	it.each(["main listens first", "worker connects first"])("reaches a name of main when the %s", async (order) => {
		const [name, peer] = [fresh(), await Peer.start()];
		if (order === "worker connects first") await peer.do({ do: "connect", name, mode: "tell" });
		const listener = await accepted(name);
		if (order !== "worker connects first") await peer.do({ do: "connect", name, mode: "tell" });
		const pipe = await listener.pipe;
		pipe.tryWrite([Buffer.from("x")]);
		expect(await peer.told("got")).toEqual({ got: digest([Buffer.from("x")]), name });
		const read = reader(pipe);
		await peer.do({ do: "send", name, sizes: [3] });
		expect(digest((await read()) ?? [])).toBe((await peer.told("sent")).sent);
		await peer.do({ do: "close", name });
		expect(await read()).toBeUndefined();
		listener.close();
	});

	it("may be made of text", async () => {
		const name = fresh();
		const code = `import(${JSON.stringify(import.meta.resolve("@zloom/core/internal"))}).then(({ connectPipe }) => {
			const pipe = connectPipe(${JSON.stringify(name)});
			pipe.tryWrite([Buffer.from("from text")]);
		});`;
		const listener = await accepted(name);
		const worker = new Worker(code, { eval: true });
		expect(String((await reader(await listener.pipe)())?.[0])).toBe("from text");
		// Its one message is gone, so it has nothing more to do.
		expect(await once(worker, "exit")).toEqual([0]);
		listener.close();
	});

	it("talks to its siblings, its children and theirs", async () => {
		const [first, second] = [await Peer.start(), await Peer.start()];
		const [a, b, c] = [fresh(), fresh(), fresh()];
		await first.do({ do: "listen", name: a, mode: "tell" });
		await second.do({ do: "connect", name: a, mode: "tell" });
		await second.do({ do: "send", name: a, sizes: [10, 0, 70_000] });
		expect((await first.told("got")).got).toBe((await second.told("sent")).sent);

		// A grandchild of main connects to its parent, its uncle and main.
		await second.do({ do: "spawn" });
		await second.told("child");
		const listener = await accepted(b);
		await second.do({ do: "listen", name: c, mode: "tell" });
		for (const name of [a, b, c]) {
			await second.do({ do: "child", order: { do: "connect", name, mode: "tell" } });
			await second.do({ do: "child", order: { do: "send", name, sizes: [5] } });
		}
		const sent = digest([Buffer.alloc(5, 5)]);
		expect([(await first.told("got")).got, (await second.told("got")).got]).toEqual([sent, sent]);
		expect(digest((await reader(await listener.pipe)()) ?? [])).toBe(sent);
		listener.close();
	});
});

describe("a pipe between threads", () => {
	it("carries messages of 0 bytes to 16 MiB and of many frames, unchanged and in order", async () => {
		const [name, peer] = [fresh(), await Peer.start()];
		await peer.do({ do: "listen", name, mode: "echo" });
		const pipe = connectPipe(name);
		const sizes = [
			[0],
			[1],
			[255],
			[256],
			[65_536],
			[16 << 20],
			[0, 0],
			[1, 0, 100_000, 3],
			Array(500).fill(7),
			[32_704],
			[32_705],
			[1 << 20, 1 << 20],
		];
		const sent: string[] = [];
		for (const [index, each] of sizes.entries()) {
			const frames = each.map((size, i) => Buffer.alloc(size, index + i));
			sent.push(digest(frames));
			pipe.tryWrite(frames);
		}
		const read = reader(pipe);
		for (const expected of sent) expect(digest((await read()) ?? [])).toBe(expected);
		pipe.close();
	});

	it("waits for the name again when its owner ends before the request arrives", async () => {
		const [name, first, second] = [fresh(), await Peer.start(), await Peer.start()];
		await first.do({ do: "listen", name, mode: "echo" });
		const ended = first.worker.terminate();
		const pipe = connectPipe(name);
		pipe.tryWrite([Buffer.from("kept")]);
		await ended;
		// It may have got there before the end: then it is closed like any other pipe.
		await second.do({ do: "listen", name, mode: "echo" });
		const answer = await reader(pipe)();
		if (answer !== undefined) expect(String(answer[0])).toBe("kept");
		pipe.close();
	});

	it("delivers what its peer wrote before it ended, then closes", async () => {
		const [name, peer] = [fresh(), await Peer.start()];
		const listener = await accepted(name);
		await peer.do({ do: "connect", name, mode: "tell" });
		const read = reader(await listener.pipe);
		// Once one message has come, the pipe is open, and later ones are in shared memory when the worker has written them.
		await peer.do({ do: "send", name, sizes: [1] });
		await read();
		for (let i = 0; i < 20; i++) await peer.do({ do: "send", name, sizes: [i * 1000] });
		await peer.worker.terminate();
		for (let i = 0; i < 20; i++) expect((await read())?.[0]?.length).toBe(i * 1000);
		expect(await read()).toBeUndefined();
		listener.close();
	});
});

describe("a name", () => {
	it("has one owner among all threads that want it at once, and is refused with EADDRINUSE to the others", async () => {
		const peers = await Promise.all([Peer.start(), Peer.start(), Peer.start()]);
		const names = Array.from({ length: 200 }, fresh);
		for (const { worker } of peers) worker.postMessage({ do: "grab", names });
		const won = (await Promise.all(peers.map((peer) => peer.told("won")))).flatMap((told) => told.won as string[]);
		expect(won.sort()).toEqual([...names].sort());
		expect(() => listenPipes(names[0] as string, () => {})).toThrowError(expect.objectContaining({ code: "EADDRINUSE" }));
	});

	it("is free again when its thread has ended", async () => {
		const [name, peer] = [fresh(), await Peer.start()];
		await peer.do({ do: "listen", name, mode: "echo" });
		await peer.worker.terminate();
		await settled({ names: 0 });
		listenPipes(name, () => {}).close();
	});
});

describe("threads that come and go", () => {
	it("close their pipes, harm nobody, and leave no slot behind, whenever they are terminated", async () => {
		const witness = await Peer.start();
		const [hub, steady] = [fresh(), fresh()];
		await witness.do({ do: "listen", name: hub, mode: "echo" });
		await witness.do({ do: "listen", name: steady, mode: "echo" });
		const ping = connectPipe(steady);
		const pong = reader(ping);
		ping.tryWrite([Buffer.from("0")]);
		await pong();
		const before = sharedMemoryUse();

		for (let round = 0; round < 40; round++) {
			const name = fresh();
			const listener = await accepted(name);
			const victim = new Peer(new Worker(PEER));
			if (round % 8 !== 0) {
				await victim.told("ready");
				victim.worker.postMessage({ do: "connect", name, mode: "talk" });
				victim.worker.postMessage({ do: "connect", name: hub, mode: "talk" });
				const pipe = await listener.pipe;
				const read = reader(pipe);
				for (let count = (round * 53) % 150; count > 0; count--) pipe.tryWrite((await read()) as Uint8Array[]);
				const ended = victim.worker.terminate();
				while ((await read()) !== undefined);
				expect(pipe.closed).toBe(true);
				await ended;
			} else {
				await once(victim.worker, "online");
				await victim.worker.terminate();
			}
			Peer.all.splice(Peer.all.indexOf(victim), 1);
			listener.close();
			ping.tryWrite([Buffer.from(`${round}`)]);
			expect(String((await pong())?.[0])).toBe(`${round}`);
		}
		await settled(before);
		ping.close();
	}, 180_000);
});
