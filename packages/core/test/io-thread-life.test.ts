/**
 * What an I/O thread is for: an application that computes keeps its peers. And how long the process lives with one: exactly as long as
 * without.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { MessageChannel, Worker } from "node:worker_threads";
import { Pull } from "@zloom/core";
import { expect, it } from "vitest";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

/** The answers to its pings that the peer waits for, and the messages that it must have got, before the application may go on. */
const PONGS = 25;
const MESSAGES = 500;

/** What a ROUTER says first, and its pings: octets of ZMTP 3.1. */
const GREETING = Buffer.concat([Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1]), Buffer.from("NULL"), Buffer.alloc(48)]);
const READY = Buffer.from("\u0004\u001c\u0005READY\u000bSocket-Type\u0000\u0000\u0000\u0006ROUTER", "latin1");
const PING = Buffer.from("\u0004\u0007\u0004PING\u0000\u0000", "latin1");

/** Calls back with the flags and body of each frame that comes behind the greeting. */
function readFrames(stream: Socket, onFrame: (flags: number, body: Buffer) => void): void {
	let greeted = false;
	let held = Buffer.alloc(0);
	stream.on("data", (chunk) => {
		held = Buffer.concat([held, chunk]);
		if (!greeted && held.length >= 64) {
			greeted = true;
			held = held.subarray(64);
		}
		while (greeted && held.length >= 2 && held.length >= 2 + (held[1] as number)) {
			const end = 2 + (held[1] as number);
			onFrame(held[0] as number, held.subarray(2, end));
			held = held.subarray(end);
		}
	});
}

it("an application that computes keeps its peer, answers its heartbeats and drains its queue meanwhile", async () => {
	const word = new SharedArrayBuffer(4);
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as { port: number };
	const { port1: heard, port2: report } = new MessageChannel();
	const application = new Worker(new URL("./fixtures/busy-application.mjs", import.meta.url), {
		workerData: { endpoint: `tcp://127.0.0.1:${port}`, word, messages: MESSAGES, io: "worker", report },
		transferList: [report],
	});
	const busy = once(heard, "message");
	const [stream] = (await once(server, "connection")) as [Socket];
	stream.write(Buffer.concat([GREETING, READY]));
	let [pongs, messages, counting] = [0, 0, false];
	const goOn = new Promise<void>((resolve) => {
		readFrames(stream, (flags, body) => {
			if (flags === 0) expect(String(body)).toBe(`message ${messages++}`);
			// What was answered before the application was busy counts for nothing.
			if (flags === 4 && body.subarray(1, 5).equals(Buffer.from("PONG")) && counting) pongs += 1;
			if (pongs >= PONGS && messages === MESSAGES) resolve();
			else if (counting && flags === 4) stream.write(PING);
		});
	});
	expect(await busy).toEqual(["busy"]);
	counting = true;
	stream.write(PING);
	await goOn;
	stream.write(Buffer.from("\u0000\u0009well done", "latin1"));
	Atomics.store(new Int32Array(word), 0, 1);
	const [result] = await once(heard, "message");
	expect(result).toMatchObject({ answer: "well done", disconnects: [] });
	expect(result.rounds).toBeGreaterThan(0);
	const [code] = await once(application, "exit");
	expect(code).toBe(0);
	server.close();
});

/** Runs a module in a process; its lines can be awaited one by one, `end` gives exit code and error output. */
function run(source: string) {
	const prelude = `import { Context, Pair, Pull, Push } from "@zloom/core"; const say = (line) => console.log(line); const context = new Context({ io: "worker" });`;
	const child = spawn(process.execPath, ["--input-type=module", "-e", prelude + source], { cwd: PACKAGE });
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	let errors = "";
	child.stderr.on("data", (text) => {
		errors += text;
	});
	const ended = once(child, "close");
	return {
		line: async () => (await lines.next()).value as string | undefined,
		end: async () => {
			const [code] = await ended;
			return { code, errors };
		},
	};
}

const CLEAN = { code: 0, errors: "" };

it.each(["tcp://127.0.0.1:*", "ipc://*", "ws://127.0.0.1:*/a"])("a process with idle sockets at %s ends by itself", async (endpoint) => {
	const child = run(`
		const [a, b, lonely] = [1, 2, 3].map(() => new Pair({ context }));
		await a.bind("${endpoint}"); b.connect(a.lastEndpoint);
		lonely.connect("tcp://127.0.0.1:9");
		await b.send("x"); say(String(await a.receive())); await a.send("y"); say(String(await b.receive()));
		say(a.lastEndpoint);
	`);
	expect([await child.line(), await child.line()]).toEqual(["x", "y"]);
	const at = (await child.line()) as string;
	expect(await child.end()).toEqual(CLEAN);
	// The file of an endpoint goes with the process, though the thread that listened did not live to remove it.
	expect(existsSync(at.replace("ipc://", ""))).toBe(false);
});

it("a process with unread messages ends by itself", async () => {
	const child = run(`
		const [pull, push] = [new Pull({ context, receiveHighWaterMark: 2 }), new Push({ context, linger: 0 })];
		await pull.bind("tcp://127.0.0.1:*"); push.connect(pull.lastEndpoint);
		for (let i = 0; i < 6; i++) await push.send("x");
		say(String(await pull.receive()));
	`);
	expect(await child.line()).toBe("x");
	expect(await child.end()).toEqual(CLEAN);
});

it.each(["closed", "open"])("a process whose last message is not delivered yet waits for it, its socket being %s", async (state) => {
	const pull = new Pull();
	await pull.bind("tcp://127.0.0.1:*");
	const at = pull.lastEndpoint as string;
	await pull.unbind(at);
	const child = run(`
		const push = new Push({ context, reconnectInterval: 5 });
		push.connect("${at}");
		for (let i = 0; i < 50; i++) await push.send("m" + i);
		${state === "closed" ? 'push.close(); say("waits");' : 'process.once("beforeExit", () => say("waits"));'}
	`);
	expect(await child.line()).toBe("waits");
	await pull.bind(at);
	for (let index = 0; index < 50; index++) expect(String(await pull.receive())).toBe(`m${index}`);
	expect(await child.end()).toEqual(CLEAN);
	pull.close();
});

it("a process gives up what nobody takes when the linger period is over", async () => {
	const child = run(`
		const push = new Push({ context, linger: 30 });
		push.connect("tcp://127.0.0.1:9");
		await push.send("x");
		push.close();
		await context.terminate();
		say("over");
	`);
	expect(await child.line()).toBe("over");
	expect(await child.end()).toEqual(CLEAN);
});
