/**
 * Options by name, in the constructor and as properties: defaults, ranges, and who has which.
 */
import { describe, expect, it } from "vitest";
import { open } from "../fixtures/open-sockets.ts";
import { Dealer, Pair, Pull, Push, Router } from "../sockets/sockets.ts";
import { OPTION_TABLE } from "./option-table.ts";
import { SOCKET_OPTION_DEFAULTS, type SocketOptions } from "./options.ts";

describe("options", () => {
	it("have ZeroMQ's defaults", () => {
		const router = open(new Router());
		const { routingId, ...others } = SOCKET_OPTION_DEFAULTS;
		for (const [name, value] of Object.entries(others)) {
			const has = OPTION_TABLE[name as keyof SocketOptions].types?.includes("ROUTER") !== false;
			if (has && name in router) expect([name, router[name as keyof Router]]).toEqual([name, value]);
		}
		expect(router.routingId).toEqual(routingId);
		expect([router.sendHighWaterMark, router.linger, router.reconnectInterval]).toEqual([1000, -1, 100]);
	});

	it("are given to the constructor or set later", () => {
		const pair = open(new Pair({ sendHighWaterMark: 5, linger: 10 }));
		expect([pair.sendHighWaterMark, pair.linger]).toEqual([5, 10]);
		pair.linger = 0;
		pair.immediate = true;
		expect([pair.linger, pair.immediate]).toEqual([0, true]);
	});

	it("must be an object, and a context one of this package", () => {
		for (const options of [null, 5, "linger", { context: {} }])
			expect(() => new Pair(options as never)).toThrowError(expect.objectContaining({ code: "EINVAL" }));
	});

	it("belong to one socket each", () => {
		const [a, b] = [open(new Pair()), open(new Pair())];
		a.linger = 7;
		expect(b.linger).toBe(-1);
	});

	it("that are unknown are refused by name", () => {
		expect(() => new Pair({ highWaterMark: 5 } as never)).toThrowError(
			expect.objectContaining({ code: "EINVAL", message: expect.stringContaining('"highWaterMark"') }),
		);
		for (const name of ["toString", "__proto__x", "constructor"])
			expect(() => new Pair({ [name]: 1 } as never)).toThrowError(expect.objectContaining({ code: "EINVAL" }));
	});

	it("that are misspelt cannot be set as a property either, but a subclass may have properties", () => {
		const pair = open(new Pair()) as unknown as Record<string, unknown>;
		expect(() => {
			pair.lingr = 0;
		}).toThrowError(TypeError);
		class Named extends Pair {
			label = "mine";
		}
		expect(open(new Named()).label).toBe("mine");
	});

	it("of another socket type are refused with the types that have them", () => {
		expect(() => new Pull({ sendHighWaterMark: 5 } as never)).toThrowError(/PULL.*sendHighWaterMark.*PUSH/);
		expect(() => new Push({ receiveTimeout: 5 } as never)).toThrowError(/PUSH.*receiveTimeout.*PULL/);
		expect(() => new Dealer({ mandatory: true } as never)).toThrowError(/DEALER.*mandatory.*ROUTER/);
		expect(() => new Pair({ routingId: "x" } as never)).toThrowError(/PAIR.*routingId/);
	});

	it.each([
		["linger", -2],
		["linger", 1.5],
		["linger", "5"],
		["sendHighWaterMark", -1],
		["receiveHighWaterMark", Number.NaN],
		["reconnectInterval", 2 ** 31],
		["immediate", 1],
		["backlog", 0],
		["routingId", 5],
		["routingId", "x".repeat(256)],
		["mandatory", null],
	])("%s refuses %s in the constructor and as a property, and keeps its value", (name, value) => {
		const refused = expect.objectContaining({ code: "EINVAL", message: expect.stringContaining(`"${name}"`) });
		expect(() => new Router({ [name]: value } as never)).toThrowError(refused);
		const router = open(new Router()) as unknown as Record<string, unknown>;
		const before = router[name];
		expect(() => {
			router[name] = value;
		}).toThrowError(refused);
		expect(router[name]).toEqual(before);
	});

	it("keep a routing id as bytes of their own", () => {
		const bytes = Buffer.from("a\0b");
		const dealer = open(new Dealer({ routingId: bytes }));
		bytes.fill(0);
		expect(dealer.routingId).toEqual(Buffer.from("a\0b"));
		dealer.routingId = "é";
		expect(dealer.routingId).toEqual(Buffer.from([0xc3, 0xa9]));
	});

	it("that are undefined mean the default", () => {
		expect(open(new Pair({ linger: undefined } as never)).linger).toBe(-1);
	});
});
