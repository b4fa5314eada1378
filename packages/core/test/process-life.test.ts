/**
 * How long sockets keep a process: exactly as long as work is pending. Each case is a real process that runs the built package.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Pull, Push } from "@zloom/core";
import { describe, expect, it } from "vitest";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

/** Runs a module; its lines can be awaited one by one, `end` gives exit code and error output. */
function run(source: string) {
	const prelude = `import { Dealer, Pair, Pull, Push, Router } from "@zloom/core"; const say = (line) => console.log(line);`;
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
			const rest: string[] = [];
			for await (const line of { [Symbol.asyncIterator]: () => lines }) rest.push(line);
			return { code, errors, rest };
		},
	};
}

/** Fires only while something else keeps the event loop alive. */
const BEACON = `setTimeout(() => say("still here"), 20).unref();`;

const CLEAN = { code: 0, errors: "" };

describe("a process ends by itself", () => {
	it.each(["inproc://idle", "tcp://127.0.0.1:*", "ipc://*"])("when sockets at %s are open and idle", async (endpoint) => {
		const child = run(`
			const [a, b, lonely] = [new Pair(), new Pair(), new Router()];
			await a.bind("${endpoint}"); b.connect(a.lastEndpoint);
			lonely.connect("tcp://127.0.0.1:9");
			await b.send("x"); say(String(await a.receive())); await a.send("y"); say(String(await b.receive()));
			say("done");
		`);
		expect([await child.line(), await child.line(), await child.line()]).toEqual(["x", "y", "done"]);
		expect(await child.end()).toMatchObject(CLEAN);
	});

	it("when a receive was aborted or ran out of time", async () => {
		const child = run(`
			const pull = new Pull(); await pull.bind("tcp://127.0.0.1:*");
			await pull.receive({ timeoutMs: 1 }).catch((error) => say(error.code));
			await pull.receive({ signal: AbortSignal.timeout(1) }).catch((error) => say(error.code));
		`);
		expect([await child.line(), await child.line()]).toEqual(["EAGAIN", "ABORT_ERR"]);
		expect(await child.end()).toMatchObject(CLEAN);
	});

	it("when a socket was closed with messages for nobody and linger 0", async () => {
		const child = run(`
			const push = new Push({ linger: 0 }); push.connect("tcp://127.0.0.1:9");
			await push.send("x"); push.close(); say("closed");
		`);
		expect(await child.line()).toBe("closed");
		expect(await child.end()).toMatchObject(CLEAN);
	});
});

describe("a process stays", () => {
	it.each([
		["receive", "pull.receive().then((message) => say(String(message)))"],
		["iterator", "(async () => { for await (const message of pull) { say(String(message)); break; } })()"],
	])("while a %s waits, and ends after it", async (_name, wait) => {
		const child = run(`const pull = new Pull(); await pull.bind("tcp://127.0.0.1:*"); say(pull.lastEndpoint); ${wait}; ${BEACON}`);
		await using push = new Push();
		push.connect((await child.line()) as string);
		expect(await child.line()).toBe("still here");
		await push.send("for you");
		expect(await child.line()).toBe("for you");
		expect(await child.end()).toMatchObject(CLEAN);
	});

	it("while a send waits for a peer, and ends after it", async () => {
		const child = run(`
			const push = new Push(); await push.bind("tcp://127.0.0.1:*"); say(push.lastEndpoint);
			push.send("at last").then(() => say("sent")); ${BEACON}
		`);
		const endpoint = (await child.line()) as string;
		expect(await child.line()).toBe("still here");
		await using pull = new Pull();
		pull.connect(endpoint);
		expect(String(await pull.receive())).toBe("at last");
		expect(await child.line()).toBe("sent");
		expect(await child.end()).toMatchObject(CLEAN);
	});

	it("while messages linger for a peer that is not there yet, and ends when they are delivered", async () => {
		await using pull = new Pull();
		await pull.bind("tcp://127.0.0.1:*");
		const endpoint = pull.lastEndpoint as string;
		await pull.unbind(endpoint);
		const child = run(`
			const push = new Push(); push.connect("${endpoint}");
			for (let i = 0; i < 100; i++) await push.send(String(i));
			push.close(); say("closed"); ${BEACON}
		`);
		expect(await child.line()).toBe("closed");
		expect(await child.line()).toBe("still here");
		await pull.bind(endpoint);
		for (let i = 0; i < 100; i++) expect(String(await pull.receive())).toBe(String(i));
		expect(await child.end()).toMatchObject(CLEAN);
	});
});

it("a message accepted right before the program's last line is delivered", async () => {
	await using pull = new Pull();
	await pull.bind("tcp://127.0.0.1:*");
	const child = run(`const push = new Push(); push.connect("${pull.lastEndpoint}"); await push.send("last line");`);
	expect(String(await pull.receive())).toBe("last line");
	expect(await child.end()).toMatchObject(CLEAN);
});

it("require() brings the same package, without a warning", async () => {
	const child = run(`
		import { createRequire } from "node:module";
		const required = createRequire(process.cwd() + "/x.js")("@zloom/core");
		say(String(required.Pair === Pair));
	`);
	expect(await child.line()).toBe("true");
	expect(await child.end()).toMatchObject(CLEAN);
});
