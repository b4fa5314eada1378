/**
 * Where the drop-in door is different from npm zeromq on purpose: what zeromq.js or libzmq does there is a fault, or cannot be done
 * here. Each test shows what ours does instead; its comment gives the reason.
 */
import { describe, expect, test } from "vitest";
import { door, doorDraft } from "./modules.ts";

type Any = Record<string, (...args: unknown[]) => unknown> & { linger: number };

function code(call: () => unknown): unknown {
	try {
		return call();
	} catch (error) {
		return (error as { code?: string }).code ?? (error as Error).message;
	}
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
	return promise.then(
		() => "resolved",
		(error: unknown) => (error as { code?: string }).code,
	);
}

describe("faults of zeromq.js that are not repeated", () => {
	// There it is wired to bindSync.
	test("unbindSync unbinds: the endpoint is free for another socket", async () => {
		const [first, second] = [new door.Pull(), new door.Pull()];
		await first.bind("tcp://127.0.0.1:*");
		const at = first.lastEndpoint as string;
		first.unbindSync(at);
		await second.bind(at);
		expect(code(() => first.unbindSync(at))).toBe("ENOENT");
		first.close();
		second.close();
	});

	// There the methods were meant to be removed, are not, and wait for ever.
	test("a type that cannot send or receive refuses at once", () => {
		for (const [name, method] of [
			...[
				["Publisher", "receive"],
				["Push", "receive"],
				["Pull", "send"],
				["Subscriber", "send"],
			],
		] as [string, string][]) {
			const socket = new (Reflect.get(door, name) as new () => Any)();
			expect(code(() => socket[method]?.(...(method === "send" ? ["x"] : [])))).toBe("ENOTSUP");
			socket.close?.();
		}
	});

	// There getters of these always throw EINVAL, though they are declared.
	test("mandatory and the keys of CURVE can be read", () => {
		const keys = door.curveKeyPair();
		const socket = new door.Dealer({ curveServerKey: keys.publicKey, curvePublicKey: keys.publicKey, curveSecretKey: keys.secretKey });
		expect([socket.curveServerKey, socket.curveSecretKey]).toEqual([keys.publicKey, keys.secretKey]);
		expect(new door.Router({ mandatory: true }).mandatory).toBe(true);
		expect(code(() => new door.Dealer().curvePublicKey)).toBe("EINVAL");
	});

	// There a SharedArrayBuffer is sent as the text "[object SharedArrayBuffer]", and a DataView is refused; both are declared.
	test("a SharedArrayBuffer and a DataView are sent as their bytes", async () => {
		const [a, b] = [new door.Push(), new door.Pull()];
		await b.bind("inproc://bytes");
		a.connect("inproc://bytes");
		const shared = new SharedArrayBuffer(2);
		new Uint8Array(shared).set([1, 2]);
		await a.send([shared, new DataView(Uint8Array.of(1, 2, 3).buffer, 1, 2)]);
		expect(await b.receive()).toEqual([Buffer.from([1, 2]), Buffer.from([2, 3])]);
		a.close();
		b.close();
	});

	// There the process aborts, or the sockets are broken afterwards.
	test("a proxy that is run twice, or told something after its end, throws", async () => {
		const proxy = new door.Proxy(new door.Router({ linger: 0 }), new door.Dealer({ linger: 0 }));
		await proxy.frontEnd.bind("inproc://twice-front");
		await proxy.backEnd.bind("inproc://twice-back");
		const running = proxy.run();
		expect(code(() => proxy.run())).toBe("EBUSY");
		proxy.pause();
		proxy.resume();
		proxy.terminate();
		await running;
		expect(code(() => proxy.terminate())).toBe("EBADF");
	});

	// There the address that a datagram came from ends with a zero byte, and lastEndpoint lacks its transport.
	test("a datagram names its sender as it is answered, and lastEndpoint is an endpoint", async () => {
		const [a, b] = [new doorDraft.Datagram({ linger: 0 }), new doorDraft.Datagram({ linger: 0 })];
		await a.bind("udp://127.0.0.1:*");
		await b.bind("udp://127.0.0.1:*");
		const address = (socket: typeof a) => (socket.lastEndpoint as string).replace("udp://", "");
		await a.send([address(b), "x"]);
		const [from, body] = await b.receive();
		expect([String(from), String(body)]).toEqual([address(a), "x"]);
		a.close();
		b.close();
	});
});

describe("faults of libzmq that are not repeated", () => {
	// There the number is cut to 16 bits.
	test("a port above 65535 is refused", async () => {
		const socket = new door.Pull();
		expect(await rejection(socket.bind("tcp://127.0.0.1:99999"))).toBe("EINVAL");
		expect(code(() => socket.connect("tcp://127.0.0.1:99999"))).toBe("EINVAL");
		socket.close();
	});

	// There a CURVE server runs with a secret key of zeros, a PLAIN or CURVE socket learns of what is missing from its failing peers.
	test("a CURVE server without a secret key cannot be bound", async () => {
		const socket = new door.Pull({ curveServer: true });
		expect(await rejection(socket.bind("tcp://127.0.0.1:*"))).toBe("EINVAL");
		socket.close();
	});

	// There an IPv6 address is taken, and never connected to, by a socket that may not use IPv6.
	test("an IPv6 address is refused by a socket without the option ipv6", () => {
		const socket = new door.Push({ linger: 0 });
		expect(code(() => socket.connect("tcp://[::1]:5555"))).toBe("EINVAL");
		socket.close();
	});

	// There the message is lost without a word.
	test("a group of more than 255 bytes is refused by send", () => {
		const radio = new doorDraft.Radio({ linger: 0 });
		expect(code(() => void radio.send("x", { group: "y".repeat(256) }))).toBe("EINVAL");
		radio.close();
	});

	// There a value of the wrong size crashes the process.
	test("XSUB's option 115 refuses a value of the wrong size", () => {
		const socket = new (door.Socket as unknown as new (type: number) => Any)(10);
		expect(code(() => socket.setInt64Option?.(115, 1))).toBe("EINVAL");
		expect(code(() => socket.setBoolOption?.(115, true))).toBeUndefined();
		socket.close?.();
	});

	// There it waits for a peer, and is refused when one has come.
	test("what is no message of its type is refused at once, and a list without frames is sent at once", async () => {
		for (const name of ["Client", "Scatter", "Datagram"] as const) {
			const socket = new (Reflect.get(doorDraft, name) as unknown as new (options: object) => Any)({ linger: 0 });
			expect(await rejection(socket.send?.(["one", "two", "three"]) as Promise<unknown>)).toBe("EINVAL");
			socket.close?.();
		}
		const socket = new door.Push({ linger: 0 });
		expect(await rejection(socket.send([]))).toBe("resolved");
		socket.close();
	});

	// There an id alone is taken, and what is sent next is lost with it; other transports than tcp are taken by connect, to no effect.
	test("a Stream refuses an id alone, and what is no tcp", async () => {
		const socket = new door.Stream({ linger: 0 });
		expect(await rejection(socket.send("id" as never))).toBe("EHOSTUNREACH");
		expect(code(() => socket.connect("inproc://stream"))).toBe("ENOCOMPATPROTO");
		socket.close();
	});

	// There the process aborts.
	test("a Dish that leaves a group which it has not joined is told so", () => {
		const dish = new doorDraft.Dish({ linger: 0 });
		expect(code(() => dish.leave("never joined"))).toBe("EINVAL");
		dish.close();
	});

	// There the handler gets the bytes, which RFC 27 does not allow.
	test("a ZAP domain that is not ASCII is taken, read back as it was, and asked for as in a URL", async () => {
		const handler = new door.Router({ linger: 0 });
		await handler.bind("inproc://zeromq.zap.01");
		const [server, client] = [new door.Pair({ linger: 0, zapDomain: "a%é" }), new door.Pair({ linger: 0 })];
		expect(server.zapDomain).toBe("a%é");
		await server.bind("tcp://127.0.0.1:*");
		client.connect(server.lastEndpoint as string);
		const [, , , , domain] = await handler.receive();
		expect(String(domain)).toBe("a%%C3%A9");
		for (const socket of [client, server, handler]) socket.close();
	});

	// There any number passes for an address range.
	test("an accept filter must be an address range", () => {
		const socket = new door.Pull();
		expect(code(() => Object.assign(socket, { tcpAcceptFilter: "0000000000000000000000000000000000000000" }))).toBe("EINVAL");
		socket.tcpAcceptFilter = "127.0.0.0/8";
		socket.tcpAcceptFilter = null;
		socket.close();
	});
});

describe("what cannot be done here", () => {
	// Names are kept in shared memory, in places of one size.
	test("an inproc name has at most 256 bytes", () => {
		const socket = new door.Pull();
		expect(code(() => socket.connect(`inproc://${"n".repeat(300)}`))).toBe("ENAMETOOLONG");
		socket.close();
	});

	// tipc needs sockets that Node has not.
	test("tipc is not supported, and says so", () => {
		expect(door.capability.tipc).toBe(false);
		expect(code(() => new door.Pull().connect("tipc://{1,2}"))).toBe("EPROTONOSUPPORT");
	});

	// Node gives no file descriptors.
	test("the file descriptor of a socket (14) cannot be read", () => {
		const socket = new (door.Socket as unknown as new (type: number) => Any)(5);
		expect(code(() => socket.getInt32Option?.(14))).toBe("EINVAL");
		socket.close?.();
	});
});

describe("what is more", () => {
	test("an error has what core says of the matter as its cause", async () => {
		const socket = new door.Pull();
		const error = await socket.bind("tcp://127.0.0.1").catch((caught: unknown) => caught as Error);
		expect((error as Error).message).toBe("Invalid argument");
		expect(((error as Error).cause as Error).message).toContain("tcp://host:port");
		socket.close();
	});
});
