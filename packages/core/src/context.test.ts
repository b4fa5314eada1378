/**
 * Contexts that users make: whose inproc names meet, which options sockets begin with, and how all of them end.
 */
import { describe, expect, it } from "vitest";
import { Authenticator } from "./authenticator.ts";
import { Context, context } from "./context.ts";
import { freeEndpoint, meet, open, texts } from "./fixtures/open-sockets.ts";
import { Publisher, Subscriber } from "./sockets/publish-sockets.ts";
import { Dealer, Pull, Push, Router } from "./sockets/sockets.ts";
import { holds } from "./wait/keep-alive.ts";

const code = (name: string) => expect.objectContaining({ code: name });

describe("the inproc names of a context", () => {
	it("are its own: the same name is bound in each, and nobody hears the other", async () => {
		const contexts = [context, new Context(), new Context()];
		const pulls = contexts.map((each) => open(new Pull({ context: each })));
		const pushes = contexts.map((each) => open(new Push({ context: each })));
		for (const [at, pull] of pulls.entries()) {
			await pull.bind("inproc://same-name");
			pushes[at]?.connect("inproc://same-name");
			await pushes[at]?.send(String(at));
		}
		for (const [at, pull] of pulls.entries()) {
			expect([texts(await pull.receive()), pull.tryReceive(), pull.lastEndpoint]).toEqual([[String(at)], undefined, "inproc://same-name"]);
		}
		const second = open(new Pull({ context: contexts[1] as Context }));
		await expect(second.bind("inproc://same-name")).rejects.toEqual(code("EADDRINUSE"));
	});

	it("are shared by contexts of the same namespace, in any order of bind and connect", async () => {
		const [one, other] = [new Context({ namespace: "shared" }), new Context({ namespace: "shared" })];
		const [push, pull] = [open(new Push({ context: one })), open(new Pull({ context: other }))];
		push.connect("inproc://a");
		await push.send("early");
		await pull.bind("inproc://a");
		expect(texts(await pull.receive())).toEqual(["early"]);
		const third = new Context({ namespace: one.namespace });
		await expect(open(new Pull({ context: third })).bind("inproc://a")).rejects.toEqual(code("EADDRINUSE"));
	});

	it("cannot be mistaken for those of another namespace, whatever characters they hold", async () => {
		const [a, b] = [new Context({ namespace: "a" }), new Context({ namespace: "a.b" })];
		await open(new Pull({ context: a })).bind("inproc://.b/c");
		await open(new Pull({ context: b })).bind("inproc:///c");
		await open(new Pull({ context: a })).bind("inproc://b/c");
		await open(new Pull()).bind("inproc://a/b/c");
	});

	it("have room for 256 bytes together with the namespace, and one more is refused", async () => {
		const named = new Context({ namespace: "n".repeat(64) });
		const pull = open(new Pull({ context: named }));
		await pull.bind(`inproc://${"x".repeat(191)}`);
		await expect(pull.bind(`inproc://${"x".repeat(192)}`)).rejects.toMatchObject({ code: "ENAMETOOLONG", message: /191 bytes/ });
		expect(() => pull.connect(`inproc://${"x".repeat(192)}`)).toThrowError(code("ENAMETOOLONG"));
	});

	it.each(["", "a b", "a/b", "ä", "n".repeat(65), 7, null])("take no namespace %j", (namespace) => {
		expect(() => new Context({ namespace: namespace as string })).toThrowError(code("EINVAL"));
	});
});

describe("the options of a context", () => {
	it("are what its sockets begin with, unless the constructor says otherwise, and only where the type has them", () => {
		const frugal = new Context({ socketOptions: { linger: 7, sendHighWaterMark: 5, receiveHighWaterMark: 6, noDrop: true } });
		const push = open(new Push({ context: frugal }));
		const pull = open(new Pull({ context: frugal, linger: 9, receiveHighWaterMark: undefined as never }));
		const pub = open(new Publisher({ context: frugal }));
		expect([push.linger, push.sendHighWaterMark]).toEqual([7, 5]);
		expect([pull.linger, pull.receiveHighWaterMark]).toEqual([9, 6]);
		expect(pub.noDrop).toBe(true);
		expect(open(new Push()).linger).toBe(-1);
	});

	it("are checked at once, and are a copy", () => {
		const socketOptions = { linger: 1 };
		const made = new Context({ socketOptions });
		socketOptions.linger = 2;
		expect(open(new Push({ context: made })).linger).toBe(1);
		for (const wrong of [{ linger: "x" }, { nonsense: 1 }, { noDrop: 1 }, 7])
			expect(() => new Context({ socketOptions: wrong as never })).toThrowError(code("EINVAL"));
		expect(() => new Context(7 as never)).toThrowError(code("EINVAL"));
	});
});

describe("the ZAP handler of a context", () => {
	it("judges its sockets and no others", async () => {
		const [mine, yours] = [new Context(), new Context()];
		await using authenticator = new Authenticator({ context: mine, plain: async () => true });
		await authenticator.start();
		await using second = new Authenticator({ context: yours, plain: async () => false });
		await second.start();
		for (const [owner, outcome] of [
			[mine, "handshake"],
			[yours, "handshake:error:auth"],
		] as const) {
			const server = open(new Pull({ context: owner, plainServer: true }));
			const client = open(new Push({ context: owner, plainUsername: "a", plainPassword: "b" }));
			const happened = new Promise((resolve) => {
				for (const type of ["handshake", "handshake:error:auth"] as const) server.events.on(type, () => resolve(type));
			});
			await meet("tcp", server, client);
			expect(await happened).toBe(outcome);
		}
	});
});

describe("terminate", () => {
	it("closes every socket of the context, and waits until what was sent is delivered", async () => {
		const ending = new Context();
		const [push, dealer] = [open(new Push({ context: ending })), open(new Dealer({ context: ending }))];
		const [pull, elsewhere] = [open(new Pull({ receiveHighWaterMark: 2 })), open(new Router())];
		await meet("tcp", pull, push);
		await push.sendMany(Array.from({ length: 500 }, (_, i) => String(i)));
		const waiting = dealer.receive();
		waiting.catch(() => {
			// Looked at below.
		});
		let terminated = false;
		const end = ending.terminate().then(() => {
			terminated = true;
		});
		await expect(waiting).rejects.toEqual(code("EBADF"));
		expect([push.closed, dealer.closed, pull.closed, elsewhere.closed, ending.terminated]).toEqual([true, true, false, false, true]);
		for (let i = 0; i < 500; i++) expect(texts(await pull.receive())).toEqual([String(i)]);
		await end;
		expect([terminated, holds()]).toEqual([true, 0]);
	});

	it("drops what is not delivered when linger is 0, frees addresses, and settles twice", async () => {
		const ending = new Context({ socketOptions: { linger: 0 } });
		const push = open(new Push({ context: ending }));
		push.connect("tcp://127.0.0.1:1");
		await push.send("never");
		const sub = open(new Subscriber({ context: ending }));
		await sub.bind("tcp://127.0.0.1:*");
		const endpoint = sub.lastEndpoint as string;
		await Promise.all([ending.terminate(), ending[Symbol.asyncDispose]()]);
		await open(new Pull()).bind(endpoint);
	});

	it("waits for sockets that were closed before, and bounds by lingerMs how long others may linger", async () => {
		const endpoint = await freeEndpoint("tcp");
		const ending = new Context();
		const [before, open1] = [new Push({ context: ending }), new Push({ context: ending })];
		for (const push of [before, open1]) {
			push.connect(endpoint);
			await push.send("late");
		}
		before.close();
		let terminated = false;
		const end = ending.terminate({ lingerMs: 1 }).then(() => {
			terminated = true;
		});
		const pull = open(new Pull());
		await pull.bind(endpoint);
		expect(texts(await pull.receive())).toEqual(["late"]);
		await end;
		expect([terminated, open1.linger, before.linger, pull.tryReceive()]).toEqual([true, 1, -1, undefined]);
		for (const wrong of [{ lingerMs: -2 }, { lingerMs: "1" }, null, 5])
			await expect(new Context().terminate(wrong as never)).rejects.toEqual(code("EINVAL"));
	});

	it("undoes a bind that is under way", async () => {
		const ending = new Context();
		const pull = open(new Pull({ context: ending }));
		const bound = pull.bind("tcp://127.0.0.1:*");
		bound.catch(() => {
			// Looked at below.
		});
		await ending.terminate();
		await expect(bound).rejects.toEqual(code("EBADF"));
	});

	it("lets no more sockets be made", async () => {
		const ended = new Context();
		await ended.terminate();
		expect(() => new Push({ context: ended })).toThrowError(code("EBADF"));
	});

	it("of the default context is refused: it ends with its thread", async () => {
		await expect(context.terminate()).rejects.toEqual(code("ENOTSUP"));
		expect(context.terminated).toBe(false);
	});

	it("drops what waits for inproc names that nobody has bound, of this context only", async () => {
		const [ending, going] = [new Context({ namespace: "waits" }), new Context({ namespace: "waits" })];
		for (const each of [ending, going]) {
			const push = new Push({ context: each });
			push.connect("inproc://never-bound");
			await push.send(each === ending ? "dropped" : "kept");
			// With and without an end of its own before.
			if (each === going) push.close();
			else await push[Symbol.asyncDispose]();
		}
		await ending.terminate();
		const pull = open(new Pull({ context: going }));
		await pull.bind("inproc://never-bound");
		expect([texts(await pull.receive()), pull.tryReceive()]).toEqual([["kept"], undefined]);
		await going.terminate();
	});

	it("forgets sockets that were closed before", async () => {
		const ending = new Context();
		for (let i = 0; i < 3; i++) new Push({ context: ending }).close();
		await using push = new Push({ context: ending });
		push.close();
		await ending.terminate();
	});
});
