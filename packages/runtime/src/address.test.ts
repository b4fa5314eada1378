import { expect, test } from "vitest";
import { anonymousName, joinAddress, parseAddress, parseAnonymousName, parseNode } from "./address.ts";
import type { ActorError } from "./errors.ts";

const ACCEPTED: [string, { scheme: string; node: string; name: string }][] = [
	["inproc://counter", { scheme: "inproc", node: "inproc://", name: "counter" }],
	["inproc://A-z_0.9~", { scheme: "inproc", node: "inproc://", name: "A-z_0.9~" }],
	[`inproc://${"n".repeat(128)}`, { scheme: "inproc", node: "inproc://", name: "n".repeat(128) }],
	["ipc:///run/app.sock/counter", { scheme: "ipc", node: "ipc:///run/app.sock", name: "counter" }],
	["ipc://relative.sock/counter", { scheme: "ipc", node: "ipc://relative.sock", name: "counter" }],
	["ipc://@abstract/counter", { scheme: "ipc", node: "ipc://@abstract", name: "counter" }],
	["tcp://10.0.0.7:7400/counter", { scheme: "tcp", node: "tcp://10.0.0.7:7400", name: "counter" }],
	["tcp://[::1]:7400/counter", { scheme: "tcp", node: "tcp://[::1]:7400", name: "counter" }],
	["tcp://host.example:1/c", { scheme: "tcp", node: "tcp://host.example:1", name: "c" }],
	["cluster://counter", { scheme: "cluster", node: "cluster://", name: "counter" }],
	["inproc://~1.2", { scheme: "inproc", node: "inproc://", name: "~1.2" }],
];

const REFUSED: [string, RegExp][] = [
	["", /scheme/],
	["counter", /scheme/],
	["://counter", /scheme/],
	["INPROC://counter", /not a scheme/],
	["inproc://", /name of the actor is missing/],
	["inproc://a/b", /may hold only/],
	["inproc://a b", /may hold only/],
	["inproc://zähler", /may hold only/],
	[`inproc://${"n".repeat(129)}`, /longer than 128/],
	["tcp://10.0.0.7:7400", /name of the actor is missing/],
	["tcp://10.0.0.7:7400/", /name of the actor is missing/],
	["tcp://10.0.0.7/counter", /host:port/],
	["tcp://:7400/counter", /host:port/],
	["tcp://10.0.0.7:74000/counter", /65535/],
	["tcp://10.0.0.7:x/counter", /host:port/],
	["tcp://::1:7400/counter", /host:port/],
	["tcp:///counter", /node is missing/],
	["ipc://counter", /name of the actor is missing/],
	["ipc:///counter", /node is missing/],
	["ipc:///run/app.sock/", /name of the actor is missing/],
	["ipc:///run//counter", /ends in a slash/],
];

test.each(ACCEPTED)("%s is an address", (text, parts) => {
	expect(parseAddress(text)).toEqual({ text, ...parts });
	expect(joinAddress(parts.node, parts.name)).toBe(text);
});

test.each(REFUSED)("%j is refused as an address, with the reason", (text, reason) => {
	expect(() => parseAddress(text)).toThrow(reason);
	expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: "ERR_BAD_ADDRESS" }) as ActorError);
});

test("what is not a string is refused as an address", () => {
	for (const value of [undefined, null, 7, {}]) expect(() => parseAddress(value as string)).toThrow(/must be a string/);
});

test.each(["inproc://", "ipc:///run/app.sock", "tcp://10.0.0.7:7400", "tcp://[fe80::1%25eth0]:7400"])("%s is a node", (text) => {
	expect(parseNode(text).node).toBe(text);
});

test.each(["", "inproc", "inproc://counter", "tcp://", "tcp://10.0.0.7", "tcp://10.0.0.7:7400/counter", "ipc://", "cluster://"])(
	"%j is refused as a node",
	(text) => {
		expect(() => parseNode(text)).toThrow(expect.objectContaining({ code: "ERR_BAD_ADDRESS" }) as ActorError);
	},
);

test("an actor without a name is reached by thread and number", () => {
	expect(parseAnonymousName(anonymousName(3, 17))).toEqual({ thread: 3, actor: 17 });
	for (const name of ["counter", "~3", "3.17", "~3.17.1", "~a.b", "~99999999999.1"]) expect(parseAnonymousName(name)).toBeUndefined();
});
