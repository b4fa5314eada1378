/**
 * Sockets between worker threads, and how long threads and processes live by them. Each case is a real process that runs the built
 * package; `worker(...)` in it starts a worker from text, which imports the package and is passed nothing.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const CORE = import.meta.resolve("@zloom/core");
const INTERNAL = import.meta.resolve("@zloom/core/internal");

const PRELUDE = `
	import { once } from "node:events";
	import { Worker } from "node:worker_threads";
	const say = (line) => console.log(line);
	const worker = (source) => new Worker(
		'const { Dealer, Pair, Pull, Push, Router } = await import("${CORE}"); const { parentPort } = await import("node:worker_threads");' + source,
		{ eval: true, execArgv: ["--input-type=module"] },
	);
`;
const IMPORT = `const { Dealer, Pair, Pull, Push, Router } = await import("${CORE}");`;

/** Runs a program to its end; returns its exit code, errors and lines. */
async function run(source: string): Promise<{ code: number; errors: string; lines: string[] }> {
	const child = spawn(process.execPath, ["--input-type=module", "-e", PRELUDE + source], { cwd: PACKAGE, timeout: 200_000 });
	const lines: string[] = [];
	createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
	let errors = "";
	child.stderr.on("data", (text) => {
		errors += text;
	});
	const [code] = await once(child, "close");
	return { code, errors, lines };
}

function clean(...lines: string[]) {
	return { code: 0, errors: "", lines };
}

it("threads and process end by themselves when their sockets have nothing pending", async () => {
	const ended = await run(`${IMPORT}
		const pull = new Pull(); await pull.bind("inproc://a");
		const thread = worker('const push = new Push(); push.connect("inproc://a"); await push.send("one"); const idle = new Pull(); idle.connect("inproc://never");');
		say(String(await pull.receive()));
		const [code] = await once(thread, "exit");
		say("worker " + code);
	`);
	expect(ended).toEqual(clean("one", "worker 0"));
});

it("a waiting receive keeps the process, and a message from a sleeping thread's peer wakes it", async () => {
	const ended = await run(`${IMPORT}
		const pull = new Pull(); await pull.bind("inproc://a");
		// Nothing but the receive keeps this thread: its timer runs only because of it, in the turn after it has slept.
		const thread = worker('parentPort.once("message", async () => { const push = new Push(); push.connect("inproc://a"); await push.send("awake"); });');
		await once(thread, "online");
		thread.unref();
		setTimeout(() => { say("asleep"); thread.postMessage(1); }, 1).unref();
		say(String(await pull.receive()));
	`);
	expect(ended).toEqual(clean("asleep", "awake"));
});

it("a waiting receive keeps a worker, and no longer than until it has its message", async () => {
	const ended = await run(`${IMPORT}
		const push = new Push(); await push.bind("inproc://a");
		// Its timer runs only in a thread that something else keeps.
		const thread = worker('const pull = new Pull(); pull.connect("inproc://a"); parentPort.postMessage("waits"); const received = pull.receive(); setTimeout(() => parentPort.postMessage("still here"), 1).unref(); parentPort.postMessage(String(await received));');
		thread.on("message", say);
		await once(thread, "message");
		await once(thread, "message");
		await push.send("at last");
		const [code] = await once(thread, "exit");
		say("worker " + code);
	`);
	expect(ended).toEqual(clean("waits", "still here", "at last", "worker 0"));
});

it("a worker that sends, closes and has nothing else to do ends after everything was taken, however slow the receiver is", async () => {
	const ended = await run(`${IMPORT}
		const pull = new Pull({ receiveHighWaterMark: 3 }); await pull.bind("inproc://a");
		const thread = worker('const push = new Push({ sendHighWaterMark: 100 }); push.connect("inproc://a"); for (let i = 0; i < 50; i++) await push.send(String(i)); push.close(); parentPort.postMessage("closed");');
		thread.on("message", say);
		await once(thread, "message");
		for (let i = 0; i < 50; i++) if (String(await pull.receive()) !== String(i)) say("lost " + i);
		await once(thread, "exit");
		say("all");
	`);
	expect(ended).toEqual(clean("closed", "all"));
});

it("a worker with linger 0 drops what the receiver had not taken and ends", async () => {
	const ended = await run(`${IMPORT}
		const pull = new Pull({ receiveHighWaterMark: 2 }); await pull.bind("inproc://a");
		const thread = worker('const push = new Push({ linger: 0 }); push.connect("inproc://a"); for (let i = 0; i < 50; i++) await push.send(String(i)); push.close();');
		await once(thread, "exit");
		say("ended");
	`);
	expect(ended).toEqual(clean("ended"));
});

it("what a worker had sent before process.exit() arrives", async () => {
	const ended = await run(`${IMPORT}
		const pair = new Pair(); await pair.bind("inproc://a");
		worker('const pair = new Pair(); pair.connect("inproc://a"); await pair.receive(); for (let i = 0; i < 500; i++) pair.trySend("x" + i); process.exit(0);');
		await pair.send("open");
		for (let i = 0; i < 500; i++) if (String(await pair.receive()) !== "x" + i) say("lost " + i);
		say("all");
	`);
	expect(ended).toEqual(clean("all"));
});

it("a worker that started before its parent's first import is found, by the parent and by workers started later", async () => {
	const ended = await run(`
		const early = worker('const pull = new Pull(); await pull.bind("inproc://early"); const push = new Push(); push.connect("inproc://main"); parentPort.postMessage("bound"); await push.send("from early"); for (let i = 0; i < 2; i++) parentPort.postMessage(String(await pull.receive()));');
		early.on("message", say);
		await once(early, "message");
		${IMPORT}
		const pull = new Pull(); await pull.bind("inproc://main");
		say(String(await pull.receive()));
		const push = new Push(); push.connect("inproc://early");
		await push.send("from main");
		await once(early, "message");
		worker('const push = new Push(); push.connect("inproc://early"); await push.send("from later");');
		await once(early, "exit");
	`);
	expect(ended).toEqual(clean("bound", "from early", "from main", "from later"));
});

it("two workers meet even when their parent never imports the package", async () => {
	const ended = await run(`
		const first = worker('const pull = new Pull(); await pull.bind("inproc://a"); parentPort.postMessage("bound"); parentPort.postMessage(String(await pull.receive()));');
		first.on("message", say);
		await once(first, "message");
		worker('const push = new Push(); push.connect("inproc://a"); await push.send("hello");');
	`);
	expect(ended).toEqual(clean("bound", "hello"));
});

it("a receiver that does not read stops its sender at both marks, while others of the same two threads go on", async () => {
	const ended = await run(`${IMPORT}
		worker('const slow = new Pull({ receiveHighWaterMark: 10 }); await slow.bind("inproc://slow"); const echo = new Pair(); await echo.bind("inproc://echo"); for await (const message of echo) { if (String(message) === "read") break; await echo.send(message); } let count = 0; while (count < 70) { await slow.receive(); count++; } await echo.send(String(count));');
		const push = new Push({ sendHighWaterMark: 20 }); push.connect("inproc://slow");
		const echo = new Pair(); echo.connect("inproc://echo");
		let sent = 0;
		for (let round = 0; round < 20; round++) {
			while (push.trySend("x".repeat(1000)) === "sent") sent++;
			await echo.send(Buffer.alloc(300_000)); await echo.receive();
		}
		say("stopped at " + sent);
		await echo.send("read");
		for (; sent < 70; sent++) await push.send("y");
		say("read " + await echo.receive());
	`);
	expect(ended).toEqual(clean("stopped at 30", "read 70"));
});

it("the socket of a thread that was terminated is gone for its peers, and a new one takes its name", async () => {
	const ended = await run(`${IMPORT}
		const { sharedMemoryUse } = await import("${INTERNAL}");
		const source = 'const pull = new Pull(); await pull.bind("inproc://a"); parentPort.postMessage("bound"); for await (const [message] of pull) parentPort.postMessage(String(message));';
		for (let round = 0; round < 3; round++) {
			const thread = worker(source);
			await once(thread, "message");
			const push = new Push(); push.connect("inproc://a");
			await push.send("round " + round);
			say(String(await once(thread, "message")));
			await thread.terminate();
			while (push.trySend("nobody") !== "no-peer") await new Promise((resolve) => setImmediate(resolve));
			push.close();
		}
		const { threads, lanes, names } = sharedMemoryUse();
		say([threads, lanes, names].join(" "));
	`);
	expect(ended).toEqual(clean("round 0", "round 1", "round 2", "1 0 0"));
});

it("where no shared memory is to be had, one thread works as ever, and a name that is not here says why", async () => {
	const ended = await run(`
		globalThis.SharedArrayBuffer = class { constructor() { throw new RangeError("none left"); } };
		${IMPORT}
		const pull = new Pull(); await pull.bind("inproc://here");
		const push = new Push(); push.connect("inproc://here");
		await push.send("same thread");
		say(String(await pull.receive()));
		const other = new Push(); other.connect("inproc://elsewhere");
	`);
	expect(ended).toMatchObject({ code: 0, lines: ["same thread"] });
	expect(ended.errors).toContain("cannot be reached from this thread: No shared memory could be reserved");
	expect(ended.errors).toContain("none left");
});

it("a handler that throws is an uncaught exception, and every other message still arrives", async () => {
	const ended = await run(`
		const { hold, listenPipes, release } = await import("${INTERNAL}");
		const source = 'import("${INTERNAL}").then(({ connectPipe }) => { for (const name of ["bad", "good"]) { const pipe = connectPipe(name); for (let i = 0; i < 3; i++) pipe.tryWrite([Buffer.from(name + i)]); } })';
		process.on("uncaughtException", (error) => say(error.message));
		const got = [];
		hold();
		const readable = (pipe) => { for (let frames = pipe.tryRead(); frames !== undefined; frames = pipe.tryRead()) { const text = String(frames[0]); if (text === "bad1") throw new Error("mine"); got.push(text); } if (got.length === 5) release(); };
		for (const name of ["bad", "good"]) listenPipes(name, (pipe) => { pipe.owner = { onReadable: readable, onWritable() {}, onClosed() {} }; });
		await once(new Worker(source, { eval: true }), "exit");
		process.on("exit", () => say(got.sort().join(" ")));
	`);
	expect(ended).toEqual(clean("mine", "bad0 bad2 good0 good1 good2"));
});
