/**
 * What docs/moving-from-zeromq.md says: the program whose import alone was changed does the same with npm zeromq, and the tables of
 * what @zloom/core calls otherwise are complete.
 */
import { readFileSync } from "node:fs";
import * as core from "@zloom/core";
import * as door from "@zloom/core/zeromq";
import { describe, expect, test } from "vitest";
import { run, runText, runWith } from "./run-example.ts";

const page = readFileSync(new URL("../../../docs/moving-from-zeromq.md", import.meta.url), "utf8");

/** Names in the first column of tables, as `name` stands there. */
const firstColumns = page
	.split("\n")
	.filter((line) => line.startsWith("| "))
	.flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`(\w+)[^`]*`/g)].map(([, name]) => name as string));

type Exports = Readonly<Record<string, unknown>>;
type Class = { readonly prototype: object };

function isClass(value: unknown): value is Class {
	return typeof value === "function" && value.prototype !== undefined;
}

/** Everything that an instance has by its classes, but for constructors. */
function members({ prototype }: Class): Set<string> {
	const names = new Set<string>();
	for (let at = prototype; at !== Object.prototype; at = Object.getPrototypeOf(at))
		for (const name of Object.getOwnPropertyNames(at)) if (name !== "constructor") names.add(name);
	return names;
}

/** What a class of the door can do as its users see it: not the other half that its prototype has for drafts and subclasses. */
function isUsed(name: string, type: string): boolean {
	if (/^[gs]et\w+Option$/.test(name)) return true;
	const receives = !["Push", "Publisher"].includes(type);
	const sends = !["Pull", "Subscriber"].includes(type);
	if (["receive", "readable"].includes(name)) return receives;
	if (["send", "writable"].includes(name)) return sends;
	return !["join", "leave"].includes(name);
}

describe("moving from npm zeromq", () => {
	test("a program whose import alone was changed prints what it prints with npm zeromq", async () => {
		const native = await runWith("moving/one-import.ts", { of: "@zloom/core/zeromq", take: "zeromq" });
		expect([native.code, native.stderr]).toEqual([0, ""]);
		expect(await run("moving/one-import.ts")).toEqual(native);
	});

	test("each export of the door is one of @zloom/core too, or in a table of the page", () => {
		const gone = Object.keys(door).filter((name) => !(name in core) && !["default", "module.exports"].includes(name));
		expect(gone.length).toBeGreaterThan(0);
		expect(gone.filter((name) => !firstColumns.includes(name))).toEqual([]);
	});

	test.each(Object.entries(door as Exports).filter(([name, value]) => isClass(value) && name !== "Socket"))(
		"each member of %s is one in @zloom/core too, or in a table of the page",
		(type, old) => {
			const kept = members((core as Exports)[type] as Class);
			// A property of the instance there: no prototype shows it.
			const ofInstance = ["context", "type", "capture", "frontEnd", "backEnd"];
			const gone = [...members(old as Class)].filter((name) => isUsed(name, type) && !kept.has(name) && !ofInstance.includes(name));
			expect(gone.filter((name) => !firstColumns.includes(name))).toEqual([]);
		},
	);

	test("defaults that differ are in a table of the page", () => {
		for (const type of ["Router", "Request", "Stream", "XPublisher", "Push", "Subscriber"]) {
			const [before, now] = [made(door, type), made(core, type)];
			// Not set yet, they cannot be read there, or read as nothing.
			const names: string[] = [];
			for (const name in now) names.push(name);
			expect(names).toContain("linger");
			const differs = names.filter((name) => {
				if (name === "context") return false; // not an option: what it is made in
				const was = attempt(() => before[name]);
				return was !== undefined && typeof was !== "function" && JSON.stringify(was) !== JSON.stringify(now[name]);
			});
			expect(differs.filter((name) => !firstColumns.includes(name))).toEqual([]);
		}
	});
});

describe("what the door does otherwise, on purpose", () => {
	test("unbindSync unbinds", async () => {
		const socket = new door.Pull();
		socket.bindSync("inproc://left");
		socket.unbindSync("inproc://left");
		await socket.bind("inproc://left"); // would be in use
		socket.close();
	});

	test("an error has a cause, which says what to do", async () => {
		const [socket, other] = [new door.Pull(), new door.Pull()];
		await socket.bind("inproc://taken");
		const error = await other.bind("inproc://taken").catch((error: unknown) => error);
		expect(error).toMatchObject({ code: "EADDRINUSE", message: "Address already in use", cause: { name: "ZmqError" } });
		for (const each of [socket, other]) each.close();
	});

	test("process.exit does not wait for what lingers", async () => {
		const program = `const { Push } = require("@zloom/core/zeromq"); const push = new Push(); push.connect("inproc://nobody"); push.send("x").then(() => process.exit(7));`;
		expect(await runText(program)).toEqual({ code: 7, stdout: "", stderr: "" });
	});

	test("there is no v5-compat", async () => {
		const compat = "@zloom/core/zeromq/v5-compat";
		await expect(import(compat)).rejects.toThrow(/v5-compat/);
	});

	test.each(["pgm", "norm", "tipc", "vmci", "vsock"])("%s is refused", async (transport) => {
		const socket = new door.Publisher();
		await expect(socket.bind(`${transport}://somewhere`)).rejects.toMatchObject({ code: "EPROTONOSUPPORT" });
		socket.close();
		expect((door.capability as Exports)[transport] ?? false).toBe(false);
	});

	test("options of what is not carried are kept and read back", () => {
		const socket = new door.Publisher({ affinity: 3, rate: 200 });
		expect([socket.affinity, socket.rate]).toEqual([3, 200]);
		socket.close();
	});
});

describe("what @zloom/core does otherwise", () => {
	test("what is closed rejects with EBADF, what is malformed with EINVAL, and only try methods throw", async () => {
		const socket = new core.Pair();
		await expect(socket.send({} as unknown as string)).rejects.toMatchObject({ code: "EINVAL" });
		expect(() => socket.trySend({} as unknown as string)).toThrow(core.ZmqError);
		await expect(socket.bind("nonsense")).rejects.toMatchObject({ code: "EINVAL" });
		expect(() => socket.connect("nonsense")).toThrow(core.ZmqError);
		const waiting = socket.receive();
		socket.close();
		await expect(waiting).rejects.toMatchObject({ code: "EBADF" });
		await expect(socket.send("x")).rejects.toMatchObject({ code: "EBADF" });
	});

	test("options that are bytes are set to bytes or text, and read as bytes", () => {
		const { publicKey } = core.curveKeyPair();
		const socket = new core.XPublisher({
			welcomeMessage: "hi",
			curvePublicKey: publicKey,
			verbosity: "allSubs",
			tcpAcceptFilter: "10.0.0.0/8, ::1",
		});
		expect(socket.welcomeMessage).toEqual(Buffer.from("hi"));
		expect(core.z85Encode(socket.curvePublicKey as Uint8Array)).toBe(publicKey);
		expect([socket.verbosity, socket.zapDomain, socket.tcpAcceptFilter]).toEqual(["allSubs", "", "10.0.0.0/8, ::1"]);
		socket.close();
	});

	test("listeners for events do not keep a process alive", async () => {
		const program = `const { Pull } = require("@zloom/core"); const pull = new Pull(); pull.events.on("accept", console.log); pull.bind("tcp://127.0.0.1:*");`;
		expect(await runText(program)).toEqual({ code: 0, stdout: "", stderr: "" });
	});

	test.each(["inproc://both-doors", "tcp://127.0.0.1:*"])("sockets of both doors talk with each other at %s", async (endpoint) => {
		const [old, now] = [new door.Dealer({ linger: 0 }), new core.Dealer({ linger: 0 })];
		await now.bind(endpoint);
		old.connect(now.lastEndpoint as string);
		await old.send("there");
		expect(String((await now.receive())[0])).toBe("there");
		await now.send("and back");
		expect(String((await old.receive())[0])).toBe("and back");
		old.close();
		now.close();
	});

	test("a context gives its sockets what they begin with", () => {
		const context = new core.Context({ socketOptions: { linger: 0, ipv6: true, maxMessageSize: 9 } });
		const socket = new core.Push({ context });
		expect([socket.linger, socket.ipv6, socket.maxMessageSize]).toEqual([0, true, 9]);
		socket.close();
	});
});

function made(module: Exports, type: string): Exports {
	return new (module[type] as new () => Exports)();
}

function attempt(read: () => unknown): unknown {
	try {
		return read();
	} catch (error) {
		return (error as { code: string }).code === "EINVAL" ? undefined : error;
	}
}
