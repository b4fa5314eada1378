/**
 * Sends and receives that wait: their time limits, AbortSignals, bounds and order, and that they starve nobody.
 */
import { describe, expect, it, vi } from "vitest";
import { anyEndpoint, meet, open, TRANSPORTS, texts } from "../fixtures/open-sockets.ts";
import { ARRIVALS_MAX, IMMEDIATE_RESULTS_MAX, WAITERS_MAX } from "../limits.ts";
import { holds } from "../wait/keep-alive.ts";
import { Dealer, Pair, Pull, Push, Router } from "./sockets.ts";

describe("a time limit", () => {
	it("ends a receive with EAGAIN, and takes no message", async () => {
		const [push, pull] = [open(new Push()), open(new Pull({ receiveTimeout: 5 }))];
		await meet("inproc", pull, push);
		await expect(pull.receive()).rejects.toMatchObject({ code: "EAGAIN", message: /5 ms/ });
		await expect(pull.receive({ timeoutMs: 1 })).rejects.toMatchObject({ code: "EAGAIN" });
		await push.send("x");
		expect(texts(await pull.receive())).toEqual(["x"]);
	});

	it("ends a send with EAGAIN, and sends nothing", async () => {
		const push = open(new Push({ sendTimeout: 5 }));
		await expect(push.send("nobody is there")).rejects.toMatchObject({ code: "EAGAIN" });
		await expect(push.send("nobody is there", { timeoutMs: 1 })).rejects.toMatchObject({ code: "EAGAIN" });
		const pull = open(new Pull());
		await meet("inproc", pull, push);
		await push.send("x");
		expect(texts(await pull.receive())).toEqual(["x"]);
	});

	it("of 0 never waits, and takes what is there", async () => {
		const [push, pull] = [open(new Push({ sendTimeout: 0 })), open(new Pull({ receiveTimeout: 0 }))];
		await expect(push.send("x")).rejects.toMatchObject({ code: "EAGAIN" });
		await expect(pull.receive()).rejects.toMatchObject({ code: "EAGAIN" });
		await meet("inproc", pull, push);
		await push.send("x");
		expect(texts(await pull.receive())).toEqual(["x"]);
	});

	it("of -1 in a call overrides the option", async () => {
		const [push, pull] = [open(new Push()), open(new Pull({ receiveTimeout: 0 }))];
		await meet("inproc", pull, push);
		const received = pull.receive({ timeoutMs: -1 });
		await push.send("x");
		expect(texts(await received)).toEqual(["x"]);
	});

	it.each([1.5, -2, Number.NaN, 2 ** 31, "1"])("of %s is refused with EINVAL", async (timeoutMs) => {
		const pair = open(new Pair());
		await expect(pair.receive({ timeoutMs: timeoutMs as number })).rejects.toMatchObject({ code: "EINVAL" });
		await expect(pair.send("x", { timeoutMs: timeoutMs as number })).rejects.toMatchObject({ code: "EINVAL" });
	});
});

describe("an AbortSignal", () => {
	it("ends a receive with ABORT_ERR and its reason as cause; the next receive gets the message", async () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		await meet("inproc", pull, push);
		const controller = new AbortController();
		const [first, aborted, last] = [pull.receive(), pull.receive({ signal: controller.signal }), pull.receive()];
		const reason = new Error("changed my mind");
		controller.abort(reason);
		await expect(aborted).rejects.toMatchObject({ code: "ABORT_ERR", cause: reason });
		await push.sendMany(["1", "2"]);
		expect([texts(await first), texts(await last)]).toEqual([["1"], ["2"]]);
	});

	it("that has fired already ends a send or receive before anything happens", async () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		await meet("inproc", pull, push);
		const signal = AbortSignal.abort();
		await expect(push.send("x", { signal })).rejects.toMatchObject({ code: "ABORT_ERR" });
		await expect(push.sendMany(["x"], { signal })).rejects.toMatchObject({ code: "ABORT_ERR" });
		await expect(pull.receive({ signal })).rejects.toMatchObject({ code: "ABORT_ERR" });
		await expect(pull.receiveMany(1, { signal })).rejects.toMatchObject({ code: "ABORT_ERR" });
		expect(pull.tryReceive()).toBeUndefined();
	});

	it("ends a send in the middle of the queue; those behind it go on in order", async () => {
		const push = open(new Push());
		const controller = new AbortController();
		const sends = [push.send("1"), push.send("2", { signal: controller.signal }), push.send("3")];
		controller.abort();
		await expect(sends[1]).rejects.toMatchObject({ code: "ABORT_ERR" });
		const pull = open(new Pull());
		await meet("inproc", pull, push);
		await Promise.all([sends[0], sends[2]]);
		expect([texts(await pull.receive()), texts(await pull.receive())]).toEqual([["1"], ["3"]]);
		expect(pull.readable).toBe(false);
	});

	it("that ends a send to a full peer lets the sends behind it go to others", async () => {
		const router = open(new Router({ mandatory: true, sendHighWaterMark: 1 }));
		const options = { receiveHighWaterMark: 1 };
		const [full, open_] = [open(new Dealer({ ...options, routingId: "full" })), open(new Dealer({ ...options, routingId: "open" }))];
		await meet("inproc", router, full, open_);
		while (router.trySend(["full", "x"]) === "sent");
		const controller = new AbortController();
		const stuck = router.send(["full", "y"], { signal: controller.signal });
		const behind = router.send(["open", "z"]);
		expect(router.trySend(["open", "may not overtake"])).toBe("full");
		controller.abort();
		await expect(stuck).rejects.toMatchObject({ code: "ABORT_ERR" });
		await behind;
		expect(texts(await open_.receive())).toEqual(["z"]);
	});

	it("ends a loop with ABORT_ERR, which has taken no message that it did not give", async () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		await meet("inproc", pull, push);
		const controller = new AbortController();
		await push.sendMany(["1", "2"]);
		const got: unknown[] = [];
		const loop = (async () => {
			for await (const message of pull.messages({ signal: controller.signal })) {
				got.push(texts(message));
				if (got.length === 2) setImmediate(() => controller.abort());
			}
		})();
		await expect(loop).rejects.toMatchObject({ code: "ABORT_ERR" });
		await push.send("3");
		expect(got).toEqual([["1"], ["2"]]);
		expect(texts(await pull.receive())).toEqual(["3"]);
		const late = pull.messages({ timeoutMs: 1 });
		await expect(late.next()).rejects.toMatchObject({ code: "EAGAIN" });
		pull.close();
		expect(await late.next()).toEqual({ value: undefined, done: true });
	});

	it("leaves no listener behind on a signal that lives on", async () => {
		const pair = open(new Pair());
		const { signal } = new AbortController();
		const [adds, removes] = [vi.spyOn(signal, "addEventListener"), vi.spyOn(signal, "removeEventListener")];
		for (let i = 0; i < 50; i++) await expect(pair.receive({ signal, timeoutMs: 1 })).rejects.toMatchObject({ code: "EAGAIN" });
		expect([adds.mock.calls.length, removes.mock.calls.length]).toEqual([50, 50]);
	});

	it("ends a batch, and the error says how much of it went out", async () => {
		const [push, pull] = [open(new Push({ sendHighWaterMark: 2 })), open(new Pull({ receiveHighWaterMark: 2 }))];
		await meet("inproc", pull, push);
		const controller = new AbortController();
		const batch = push.sendMany(
			Array.from({ length: 10 }, (_, index) => String(index)),
			{ signal: controller.signal },
		);
		expect(texts(await pull.receive())).toEqual(["0"]);
		controller.abort("enough");
		await expect(batch).rejects.toMatchObject({ code: "ABORT_ERR", message: /4 of 10 messages were sent/, cause: "enough" });
		for (const expected of ["1", "2", "3"]) expect(texts(await pull.receive())).toEqual([expected]);
		expect(pull.readable).toBe(false);
	});
});

describe("options of a call", () => {
	it("that are no object, or hold no AbortSignal, are refused with EINVAL", async () => {
		const pair = open(new Pair());
		for (const options of [5, "second frame", null, { signal: {} }, { signal: new EventTarget() }] as never[]) {
			await expect(pair.send("x", options)).rejects.toMatchObject({ code: "EINVAL" });
			await expect(pair.sendMany(["x"], options)).rejects.toMatchObject({ code: "EINVAL" });
			await expect(pair.receive(options)).rejects.toMatchObject({ code: "EINVAL" });
			await expect(pair.receiveMany(1, options)).rejects.toMatchObject({ code: "EINVAL" });
		}
		await expect(pair.sendMany("not a list" as never)).rejects.toMatchObject({ code: "EINVAL" });
	});
});

describe("waiting", () => {
	it("of a send for a full peer ends with EHOSTUNREACH when that peer leaves", async () => {
		const router = open(new Router({ mandatory: true, sendHighWaterMark: 1 }));
		const dealer = open(new Dealer({ routingId: "d", receiveHighWaterMark: 1 }));
		await meet("inproc", router, dealer);
		while (router.trySend(["d", "x"]) === "sent");
		const stuck = router.send(["d", "y"]);
		dealer.close();
		await expect(stuck).rejects.toMatchObject({ code: "EHOSTUNREACH" });
	});

	it("of a send for a full peer ends when that peer reads", async () => {
		const router = open(new Router({ mandatory: true, sendHighWaterMark: 1 }));
		const dealer = open(new Dealer({ routingId: "d", receiveHighWaterMark: 1 }));
		await meet("inproc", router, dealer);
		while (router.trySend(["d", "x"]) === "sent");
		const waiting = router.send(["d", "last"]);
		let message = await dealer.receive();
		while (texts(message)?.[0] !== "last") message = await dealer.receive();
		await waiting;
	});

	it("is bounded: one receive or send too many is refused with ENOBUFS", async () => {
		const pair = open(new Pair());
		const waits = Array.from({ length: WAITERS_MAX }, () => [pair.receive(), pair.send("x")]).flat();
		await expect(pair.receive()).rejects.toMatchObject({ code: "ENOBUFS" });
		await expect(pair.send("x")).rejects.toMatchObject({ code: "ENOBUFS" });
		pair.close();
		const settled = await Promise.allSettled(waits);
		expect(settled.every((each) => each.status === "rejected" && each.reason.code === "EBADF")).toBe(true);
	});

	it("holds the event loop once per direction, and not at all when nobody waits", async () => {
		const pair = open(new Pair());
		expect(holds()).toBe(0);
		const receives = [pair.receive({ timeoutMs: 1 }), pair.receive({ timeoutMs: 2 })];
		expect(holds()).toBe(1);
		const send = pair.send("x", { timeoutMs: 1 });
		expect(holds()).toBe(2);
		await Promise.allSettled([...receives, send]);
		expect(holds()).toBe(0);
	});

	it.each([0, -1, 1.5, Number.NaN])("for %s messages is refused with EINVAL", async (max) => {
		await expect(open(new Pull()).receiveMany(max)).rejects.toMatchObject({ code: "EINVAL" });
	});
});

describe.each(TRANSPORTS)("loops over %s", (transport) => {
	it("of awaited sends and receives let the event loop turn", async () => {
		// Each message that comes from the network gives one result more; what is saved up of that is bounded.
		const mostInOneTurn = IMMEDIATE_RESULTS_MAX + (transport === "inproc" ? 0 : ARRIVALS_MAX);
		const total = 5 * mostInOneTurn;
		const [push, pull] = [open(new Push({ sendHighWaterMark: 0 })), open(new Pull({ receiveHighWaterMark: 0 }))];
		await meet(transport, pull, push);
		let turns = 0;
		let counting = true;
		const count = () => {
			turns += 1;
			if (counting) setImmediate(count);
		};
		setImmediate(count);
		for (let i = 0; i < total; i++) await push.send("x");
		expect(turns).toBeGreaterThanOrEqual(4);
		turns = 0;
		for (let i = 0; i < total; i++) await pull.receive();
		counting = false;
		expect(turns).toBeGreaterThanOrEqual(4);
	});

	it("that never end still let timers fire", async () => {
		const [a, b] = [open(new Pair()), open(new Pair())];
		await meet(transport, a, b);
		let fired = 0;
		const timer = setInterval(() => fired++, 0);
		const echo = (async () => {
			for await (const message of b) await b.send(message);
		})();
		while (fired < 3) {
			await a.send("ping");
			await a.receive();
		}
		clearInterval(timer);
		b.close();
		await echo;
	});
});

it("binds and connects hold nothing once they are done", async () => {
	for (const transport of TRANSPORTS) {
		const pair = open(new Pair());
		await pair.bind(anyEndpoint(transport));
		expect(holds()).toBe(0);
	}
});
