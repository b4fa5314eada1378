/**
 * The surface of the drop-in door against npm zeromq's: exported names, classes, prototypes, descriptors, instances.
 *
 * Left out, because they are marks of native code and not of behaviour: `length` of constructors and the `arguments` and `caller` of
 * functions.
 */
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { door, doorDraft, native, nativeDraft, same, type Zeromq } from "./modules.ts";
import { did } from "./observe.ts";

const NATIVE_MARKS = ["length", "name", "arguments", "caller", "prototype"];

function described(object: object, key: PropertyKey): unknown {
	const { value, get, set, ...flags } = Object.getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
	if (get !== undefined || set !== undefined) return { ...flags, get: get !== undefined, set: set !== undefined };
	return { ...flags, value: typeof value === "function" ? (value as { name: string }).name : typeof value };
}

function members(object: object): unknown {
	const keys = Reflect.ownKeys(object).filter((key) => !NATIVE_MARKS.includes(String(key)));
	return Object.fromEntries(keys.map((key) => [String(key), described(object, key)]).sort());
}

function classOf(type: unknown): unknown {
	if (typeof type !== "function") return typeof type;
	const { prototype, name } = type as { prototype: object; name: string };
	const parent = Object.getPrototypeOf(prototype) as object;
	return { name, statics: members(type), members: members(prototype), parent: parent.constructor.name };
}

type Loose = Record<string, new (...args: unknown[]) => Record<string, unknown>>;

describe("object keys", () => {
	test("of both doors are exactly those of npm zeromq, in its order", () => {
		expect(Object.keys(door).sort()).toEqual(Object.keys(native).sort());
		expect(Object.keys(door)).toHaveLength(20);
		expect(Object.keys(doorDraft)).toEqual(Object.keys(nativeDraft));
		expect(Reflect.get(door, "__esModule")).toBe(true);
	});

	test("can be assigned to or not as those of npm zeromq", () => {
		expect(members(door)).toEqual(members(native));
		expect(members(doorDraft)).toEqual(members(nativeDraft));
	});
});

describe("classes", () => {
	const names = Object.keys(native).filter((name) => typeof Reflect.get(native, name) === "function" && name !== "curveKeyPair");

	test.each(names)("%s has the members of npm zeromq's", (name) => {
		expect(classOf(Reflect.get(door, name))).toEqual(classOf(Reflect.get(native, name)));
	});

	test.each(Object.keys(nativeDraft))("%s of the draft door has the members of npm zeromq's", (name) => {
		expect(classOf(Reflect.get(doorDraft, name))).toEqual(classOf(Reflect.get(nativeDraft, name)));
	});

	same("share one base class, which is exported", (zmq, draft) =>
		[...Object.values(zmq), ...Object.values(draft)].map(
			(type) => typeof type === "function" && Object.getPrototypeOf(type) === zmq.Socket && zmq.Socket.prototype.constructor === zmq.Socket,
		),
	);
});

describe("version and capability", () => {
	test("the version is that of a libzmq from 4.3 on", () => {
		expect(door.version).toBe(native.version);
	});

	test("ipc, curve and draft are there; all values are booleans", () => {
		expect(Object.keys(door.capability)).toEqual(Object.keys(native.capability));
		expect(Object.values(door.capability).every((value) => typeof value === "boolean")).toBe(true);
		expect(door.capability).toMatchObject({ ipc: true, curve: true, draft: true });
	});

	same("curveKeyPair gives two keys of 40 characters", (zmq) =>
		Object.entries(zmq.curveKeyPair()).map(([name, key]) => [name, (key as string).length]),
	);
});

describe("calling without new", () => {
	same("says what zeromq.js says", (zmq) =>
		["Socket", "Context", "Proxy", "Observer", "Dealer"].map((name) => did(() => (Reflect.get(zmq, name) as () => void)())),
	);
});

function constructions(zmq: Zeromq): unknown[] {
	const { Socket, Dealer, Context, Proxy: SocketProxy, Observer } = zmq as unknown as Loose;
	const make = (Type: Loose[string] | undefined, ...args: unknown[]) => did(() => typeof new (Type as Loose[string])(...args));
	return [
		...[[], ["1"], [99], [-1], [0, 1], [0, null], [0, undefined], [0, {}], [0, {}, 1]].map((args) => make(Socket, ...args)),
		...[[1], [null], ["x"], [{ context: null }], [{ context: {} }], [{ context: 1 }], [{ context: undefined }]].map((args) =>
			make(Dealer, ...args),
		),
		...[{ foo: 1 }, { type: 1 }, { closed: 1 }, { linger: "x" }, { linger: undefined }, { linger: null }, { linger: -2 }].map((options) =>
			make(Dealer, options),
		),
		...[{ immediate: 1 }, { routingId: 1 }, { routingId: "" }, { routingId: null }].map((options) => make(Dealer, options)),
		...[[1], [null], [undefined], [{}], [{}, 1], [{ foo: 1 }], [{ ioThreads: 5 }], [{ ioThreads: -1 }], [{ blocky: 1 }]].map((args) =>
			make(Context, ...args),
		),
		...[[{ maxSocketsLimit: 1 }], [{ ioThreads: "x" }]].map((args) => make(Context, ...args)),
		...[[], [1], [{}, {}], [1, 2, 3]].map((args) => make(SocketProxy, ...args)),
		...[[], [1], [{}]].map((args) => make(Observer, ...args)),
	];
}

describe("wrong arguments", () => {
	same("of constructors are told in zeromq.js's words", constructions);

	same("numbers are cut to whole ones", (zmq) => {
		const { Socket, Dealer } = zmq as unknown as Loose;
		return [
			new (Socket as Loose[string])(1.5).type,
			new (Dealer as Loose[string])({ linger: 1.7 }).linger,
			new zmq.Dealer({ linger: Number.NaN }).linger,
		];
	});
});

describe("instances", () => {
	same("are sealed: unknown and read-only properties are refused by V8's own words", (zmq) => {
		const socket = new zmq.Dealer() as unknown as Record<string, unknown>;
		const proxy = new zmq.Proxy(new zmq.Router(), new zmq.Dealer()) as unknown as Record<string, unknown>;
		return [
			...["type", "closed", "lastEndpoint", "securityMechanism", "doesNotExist"].map((key) =>
				did(() => {
					socket[key] = 1;
				}),
			),
			did(() => {
				proxy.frontEnd = 1;
			}),
			did(() => {
				(zmq.context as unknown as Record<string, unknown>).maxSocketsLimit = 1;
			}),
			[Object.isSealed(socket), Reflect.ownKeys(socket), Object.isSealed(zmq.context), Object.isSealed(proxy)],
			inspect([socket, proxy, zmq.context, (socket as unknown as { events: object }).events]),
		];
	});

	same("know their context until they are closed", (zmq) => {
		const context = new zmq.Context();
		const socket = new zmq.Dealer({ context });
		const seen = [socket.context === context, new zmq.Dealer().context === zmq.context];
		socket.close();
		return [...seen, socket.context];
	});

	same("of an own class can have an own constructor and methods", (zmq) => {
		class Loud extends zmq.Dealer {
			override get type(): number {
				return super.type + 100;
			}
			hello(): string {
				return "hello";
			}
		}
		const socket = new Loud({ linger: 0 });
		return [socket.type, socket.hello(), socket instanceof zmq.Socket, socket.linger];
	});
});
