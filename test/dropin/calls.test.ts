/**
 * Every property of every class set to values of every kind, and every method called with them, by both modules: what is returned, thrown
 * and rejected must be equal, text, code and number.
 *
 * A promise that neither settles within some turns of the event loop counts as pending. What is different on purpose is left out by name;
 * differences.test.ts shows it.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Draft, door, doorDraft, native, nativeDraft, type Zeromq } from "./modules.ts";
import { became, did, type Observed } from "./observe.ts";

const { emitWarning } = process;

/** Numbers that JavaScript rounds are warned of, hundreds of times; options.test.ts compares the warnings. */
beforeAll(() => {
	process.emitWarning = () => {};
});

afterAll(() => {
	process.emitWarning = emitWarning;
});

const TURNS = 8;
const VALUES: readonly unknown[] = [
	...[undefined, null, true, 0, 1, -1, -2, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40],
	...["", "x", "a b", "y".repeat(300), {}, [], ["x", 1], Symbol("s"), 1n, () => 1],
	...[Buffer.from("b"), new Uint16Array([1, 2]), new ArrayBuffer(3), new Date(0)],
];
/** More than one argument, and numbers and values of options. */
const LISTS: readonly (readonly unknown[])[] = [
	...[[], ["inproc://calls", 1], ["inproc://calls", {}], ["x", {}], ["x", { group: "g" }], ["x", { group: 1 }]],
	...[
		["x", { routingId: 1 }],
		["x", { routingId: "1" }],
		[["a", "b"], {}],
	],
	...[
		[5, "r"],
		[39, true],
		[39, 1],
		[17, 5],
		[17, "5"],
		[5, null],
		[4, 5],
		["5", 5],
	],
];
const METHODS: readonly string[] = [
	...["send", "receive", "connect", "disconnect", "bind", "unbind", "close", "join", "leave", "subscribe", "unsubscribe"],
	...["Bool", "Int32", "Uint32", "Int64", "Uint64", "String"].flatMap((access) => [`get${access}Option`, `set${access}Option`]),
];

type Subject = Record<string, unknown> & { close(): void };

function classNamed(zmq: Zeromq, draft: Draft, name: string): new (options: object) => Subject {
	return (Reflect.get(zmq, name) ?? Reflect.get(draft, name)) as new (
		options: object,
	) => Subject;
}

const isSocket = (name: string): boolean => Object.getPrototypeOf(Reflect.get(native, name) as object) === native.Socket;
const NAMES = [...Object.keys(native).filter(isSocket), ...Object.keys(nativeDraft)];

/** What a type cannot do: npm zeromq aborts the process, at once or later. It does so for a group that is left and was not joined, too. */
function isAborting(name: string, method: string): boolean {
	if (method === "leave") return true;
	if (method === "join") return name !== "Dish";
	if (method === "send") return ["Pull", "Subscriber", "Gather", "Dish"].includes(name);
	return method === "receive" && ["Push", "Publisher", "Radio", "Scatter"].includes(name);
}

/**
 * Different on purpose: `mandatory` can be read; what is no message of its type is refused at once, and is not kept until there is a peer;
 * STREAM, which libzmq lets connect by inproc and send an id alone, refuses both.
 */
function isCompared(name: string, call: string, given: unknown): boolean {
	if (call === "mandatory") return false;
	if (call === "connect") return name !== "Stream" || !String(given).startsWith("inproc:");
	if (call !== "send") return true;
	if (Array.isArray(given) && (given.length === 0 || ["Client", "Scatter", "Stream", "Datagram"].includes(name))) return false;
	return !["Stream", "Datagram"].includes(name) || given === undefined || typeof given === "symbol";
}

/** Strings are masked by observe.ts; what else a call gives may be an object of either module. */
function plain({ how, what }: Observed): unknown {
	return { how, what: how === "threw" || how === "rejected" || typeof what !== "object" ? what : typeof what };
}

async function called(socket: Subject, method: string, given: readonly unknown[]): Promise<unknown> {
	const call = socket[method] as (...args: readonly unknown[]) => unknown;
	// These take as long as a thread of libuv does; the others are done now, or wait for a peer.
	if (method === "bind" || method === "unbind") return plain(await became(() => call.apply(socket, [...given]) as Promise<unknown>));
	const at: Observed = did(() => call.apply(socket, [...given]));
	if (!(at.what instanceof Promise)) return plain(at);
	return plain(await became(() => at.what as Promise<unknown>, TURNS));
}

/** The getters and setters that a class or the base class has. */
function propertiesOf(zmq: Zeromq, { prototype }: { prototype: object }): string[] {
	const names = [prototype, zmq.Socket.prototype as object].flatMap((object) =>
		Object.entries(Object.getOwnPropertyDescriptors(object))
			.filter(([, { get, set }]) => get !== undefined || set !== undefined)
			.map(([key]) => key),
	);
	return [...new Set(names)].sort();
}

async function seen(zmq: Zeromq, draft: Draft, name: string): Promise<Map<string, unknown>> {
	const Class = classNamed(zmq, draft, name);
	const results = new Map<string, unknown>();
	for (const property of propertiesOf(zmq, Class as unknown as { prototype: object })) {
		const socket = new Class({ linger: 0 });
		for (const [at, value] of VALUES.entries()) {
			const set = did(() => {
				socket[property] = value;
			});
			const get = property === "events" || property === "context" ? undefined : plain(did(() => socket[property]));
			if (isCompared(name, property, value)) results.set(`${property} = ${at}: ${typeof value}`, [plain(set), get]);
		}
		socket.close();
	}
	for (const method of METHODS.filter((each) => typeof Reflect.get(Class.prototype as object, each) === "function")) {
		if (isAborting(name, method)) continue;
		let socket = new Class({ linger: 0 });
		for (const [at, given] of [...VALUES.map((value) => [value]), ...LISTS].entries()) {
			if (!isCompared(name, method, given[0])) continue;
			results.set(`${method}(${at}: ${given.map((each) => typeof each).join(", ")})`, await called(socket, method, given));
			// Options leave nothing behind that the other module does not leave too; what waits or is bound would.
			if (method.endsWith("Option")) continue;
			socket.close();
			socket = new Class({ linger: 0 });
		}
		socket.close();
	}
	return results;
}

test.each(NAMES)("of %s with arguments of every kind do what npm zeromq does", async (name) => {
	const expected = await seen(native, nativeDraft, name);
	expect(expected.size).toBeGreaterThan(1000);
	expect(Object.fromEntries(await seen(door, doorDraft, name))).toEqual(Object.fromEntries(expected));
});

/** What each of these methods does with each list of arguments, on a new object each time. */
async function each(make: () => { object: Subject; end(): void }, methods: readonly string[]) {
	const results: Record<string, unknown> = {};
	for (const method of methods) {
		for (const [at, given] of [...VALUES.map((value) => [value]), ...LISTS].entries()) {
			const { object, end } = make();
			if (typeof object[method] === "function")
				results[`${method}(${at}: ${given.map((one) => typeof one).join(", ")})`] = await called(object, method, given);
			end();
		}
	}
	return results;
}

test.each(NAMES)("of a closed %s with arguments of every kind do what npm zeromq does", async (name) => {
	const scan = (zmq: Zeromq, draft: Draft) => {
		const object = new (classNamed(zmq, draft, name))({ linger: 0 });
		object.close();
		const make = () => ({ object, end() {} });
		const methods = METHODS.filter((method) => !isAborting(name, method));
		return each(make, methods);
	};
	const expected = await scan(native, nativeDraft);
	expect(Object.keys(expected).length).toBeGreaterThan(500);
	expect(await scan(door, doorDraft)).toEqual(expected);
});

test("of a context, an observer and a proxy with arguments of every kind do what npm zeromq does", async () => {
	const scan = async (zmq: Zeromq) => [
		await each(
			() => ({ object: new zmq.Context() as unknown as Subject, end() {} }),
			["getBoolOption", "setBoolOption", "getInt32Option", "setInt32Option"],
		),
		await each(() => {
			const socket = new zmq.Dealer({ linger: 0 });
			return { object: socket.events as unknown as Subject, end: () => socket.close() };
		}, ["on", "off", "receive", "close"]),
		await each(() => {
			const [front, back] = [new zmq.Router({ linger: 0 }), new zmq.Dealer({ linger: 0 })];
			const end = () => [front, back].map((socket) => socket.close());
			return { object: new zmq.Proxy(front, back) as unknown as Subject, end };
		}, ["run", "pause", "resume", "terminate"]),
		VALUES.flatMap((value) =>
			["blocky", "ioThreads", "maxMessageSize", "maxSockets", "ipv6", "threadPriority", "threadSchedulingPolicy", "maxSocketsLimit"].map(
				(key) => {
					const context = new zmq.Context() as unknown as Record<string, unknown>;
					const set = did(() => {
						context[key] = value;
					});
					return [key, set, did(() => context[key])];
				},
			),
		),
	];
	expect(await scan(door)).toEqual(await scan(native));
});
