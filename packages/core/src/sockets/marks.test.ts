/**
 * High-water marks as whole sockets show them: how many messages fit, what a lowered mark does, and where messages go with and
 * without `immediate`.
 */
import { describe, expect, it, vi } from "vitest";
import { anyEndpoint, freeEndpoint, meet, open, PATIENT, TRANSPORTS, texts } from "../fixtures/open-sockets.ts";
import { SocketProxy } from "../proxy.ts";
import { Publisher, Subscriber, XPublisher, XSubscriber } from "./publish-sockets.ts";
import { Dealer, Pull, Push } from "./sockets.ts";

const MANY = 10_000;

/** Sends until it would wait. */
function fill(push: Push | Publisher | XPublisher, most = MANY): number {
	let sent = 0;
	while (sent < most && push.trySend("x") === "sent") sent += 1;
	return sent;
}

function drain(pull: Pull): number {
	let received = 0;
	while (pull.tryReceive() !== undefined) received += 1;
	return received;
}

describe("the marks of an inproc connection", () => {
	const marks = [
		[1000, 1000, 2000],
		[0, 0, MANY],
		[1, 0, MANY],
		[0, 1, MANY],
		[1, 1, 2],
	];

	it.each(marks)(
		"%i and %i let %i messages in, whichever side was first, and one more after they were taken",
		async (send, receive, room) => {
			for (const first of ["bind", "connect"]) {
				const endpoint = anyEndpoint("inproc");
				const [push, pull] = [open(new Push({ sendHighWaterMark: send })), open(new Pull({ receiveHighWaterMark: receive }))];
				if (first === "bind") await pull.bind(endpoint);
				push.connect(endpoint);
				if (first === "connect") await pull.bind(endpoint);
				expect([fill(push), drain(pull)]).toEqual([room, room]);
				await push.send("one more");
				expect(texts(await pull.receive())).toEqual(["one more"]);
			}
		},
	);

	it("are 1000 each where nobody has set them", async () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		await meet("inproc", pull, push);
		expect([push.sendHighWaterMark, pull.receiveHighWaterMark, fill(push), drain(pull)]).toEqual([1000, 1000, 2000, 2000]);
	});

	it("before the bind are the sender's alone, and what was sent then outlives the sender", async () => {
		const endpoint = anyEndpoint("inproc");
		const push = open(new Push({ sendHighWaterMark: 1 }));
		push.connect(endpoint);
		expect(fill(push)).toBe(1);
		push.close();
		const pull = open(new Pull({ receiveHighWaterMark: 0 }));
		await pull.bind(endpoint);
		expect(drain(pull)).toBe(1);
	});

	it("do not matter to a bound sender that nobody is connected to: it has nobody to queue for", async () => {
		const push = open(new Push({ sendHighWaterMark: 1 }));
		await push.bind(anyEndpoint("inproc"));
		expect(push.trySend("x")).toBe("no-peer");
	});
});

describe.each(TRANSPORTS)("a publisher's mark over %s", (transport) => {
	const publishing = async (sendHighWaterMark: number, noDrop: boolean) => {
		const [xpub, sub] = [open(new XPublisher()), open(new Subscriber())];
		await meet(transport, xpub, sub);
		xpub.sendHighWaterMark = sendHighWaterMark;
		xpub.noDrop = noDrop;
		sub.subscribe();
		expect(texts(await xpub.receive())).toEqual(["\x01"]);
		return { xpub, sub };
	};

	it.each([1000, 100])("of %i lets as many in at once, and all of them arrive", async (mark) => {
		const { xpub, sub } = await publishing(mark, false);
		expect(fill(xpub, mark)).toBe(mark);
		for (let i = 0; i < mark; i++) await sub.receive();
		expect(sub.tryReceive()).toBeUndefined();
	});

	it("with noDrop makes it wait, and nothing is lost", async () => {
		const { xpub, sub } = await publishing(2000, true);
		let waits = 0;
		let received = 0;
		for (let sent = 0; sent < 6000; ) {
			if (xpub.trySend("") === "sent") {
				sent += 1;
				continue;
			}
			waits += 1;
			await sub.receive();
			received += 1 + drainAll(sub);
		}
		const ended = xpub.send("end");
		for (let message = await sub.receive(); String(message) !== "end"; message = await sub.receive()) received += 1;
		await ended;
		expect(waits).toBeGreaterThan(0);
		expect(received).toBe(6000);
	});
});

function drainAll(sub: Subscriber): number {
	let received = 0;
	while (sub.tryReceive() !== undefined) received += 1;
	return received;
}

it("a publisher drops for a subscriber of its thread what is above both marks, and reaches it again when it has read", async () => {
	const [pub, slow, quick] = [open(new Publisher({ sendHighWaterMark: 20 })), open(new Subscriber()), open(new Subscriber())];
	slow.receiveHighWaterMark = 30;
	for (const sub of [slow, quick]) sub.subscribe();
	await meet("inproc", pub, slow, quick);
	for (let i = 0; i < 100; i++) await pub.send(String(i));
	expect([drainAll(slow), drainAll(quick)]).toEqual([50, 100]);
	await pub.send("again");
	expect([await slow.receive(), await quick.receive()].map(texts)).toEqual([["again"], ["again"]]);
});

it("a mark counts what is queued now, not what went through before", async () => {
	const [pub, sub] = [open(new Publisher({ sendHighWaterMark: 11_024 })), open(new Subscriber({ receiveHighWaterMark: 11_024 }))];
	sub.subscribe();
	await meet("tcp", pub, sub);
	await vi.waitFor(() => expect(pub.topicsCount).toBe(1), PATIENT);
	for (const count of [9999, 1100]) {
		expect(fill(pub, count)).toBe(count);
		for (let i = 0; i < count; i++) await sub.receive();
	}
	expect(sub.tryReceive()).toBeUndefined();
});

describe("a mark that is changed", () => {
	it("reads back as it was set, before and after bind", async () => {
		const sub = open(new Subscriber({ receiveHighWaterMark: 500 }));
		await sub.bind(anyEndpoint("inproc"));
		expect(sub.receiveHighWaterMark).toBe(500);
		sub.receiveHighWaterMark = 7;
		expect(sub.receiveHighWaterMark).toBe(7);
	});

	it("downward on a full queue loses nothing, and lets in more only when the reader is below it", async () => {
		const [push, pull] = [open(new Push({ sendHighWaterMark: 5 })), open(new Pull({ receiveHighWaterMark: 5 }))];
		await meet("inproc", pull, push);
		expect(fill(push)).toBe(10);
		push.sendHighWaterMark = 2;
		pull.receiveHighWaterMark = 2;
		expect(push.trySend("x")).toBe("full");
		let left = 10;
		while (push.trySend("x") !== "sent") {
			expect(pull.tryReceive()).toBeDefined();
			left -= 1;
		}
		// The sum of the new marks is 4, and half of it is the level at which the sender may go on.
		expect(left).toBe(2);
		expect(drain(pull)).toBe(3);
	});
});

describe("a connection that is not there", () => {
	it("gets its share of the messages, which wait for it", async () => {
		const [push, pull] = [open(new Push({ linger: 0 })), open(new Pull())];
		push.connect(await freeEndpoint("tcp"));
		await meet("tcp", pull, push);
		for (let i = 0; i < 10; i++) await push.send("x");
		for (let i = 0; i < 5; i++) await pull.receive();
		push.close();
		// Its end comes behind all that it has sent.
		await vi.waitFor(() => expect(pull.pipeCount).toBe(0), PATIENT);
		expect(pull.tryReceive()).toBeUndefined();
	});

	it("gets nothing with immediate: all go where somebody is", async () => {
		const [push, pull] = [open(new Push({ immediate: true })), open(new Pull())];
		push.connect(await freeEndpoint("tcp"));
		await meet("tcp", pull, push);
		for (let i = 0; i < 10; i++) await push.send(String(i));
		for (let i = 0; i < 10; i++) expect(texts(await pull.receive())).toEqual([String(i)]);
	});

	it("makes a DEALER with immediate wait until its peer is back", async () => {
		const endpoint = await freeEndpoint("tcp");
		const front = open(new Dealer({ immediate: true, reconnectInterval: 5 }));
		front.connect(endpoint);
		for (const round of ["first", "second"]) {
			const back = open(new Dealer());
			await back.bind(endpoint);
			await back.send(round);
			expect(texts(await front.receive())).toEqual([round]);
			expect(front.trySend("x")).toBe("sent");
			expect(texts(await back.receive())).toEqual(["x"]);
			await back[Symbol.asyncDispose]();
			await vi.waitFor(() => expect(front.trySend("nobody is there")).toBe("no-peer"), PATIENT);
		}
	});
});

it("a proxy holds up a publisher that must not drop when its subscriber does not read", async () => {
	const [pub, xsub] = [open(new XPublisher({ noDrop: true, sendHighWaterMark: 10 })), open(new XSubscriber({ receiveHighWaterMark: 10 }))];
	const [xpub, sub] = [open(new XPublisher({ noDrop: true, sendHighWaterMark: 10 })), open(new Subscriber({ receiveHighWaterMark: 10 }))];
	await meet("inproc", pub, xsub);
	await meet("inproc", xpub, sub);
	const proxy = new SocketProxy(xsub, xpub);
	const run = proxy.run();
	sub.subscribe();
	expect(texts(await pub.receive())).toEqual(["\x01"]);
	let sent = 0;
	const sending = (async () => {
		for (; sent < 100; sent++) await pub.send(String(sent));
	})();
	await vi.waitFor(() => expect([pub.writable, xpub.writable]).toEqual([false, false]), PATIENT);
	expect(sent).toBeLessThanOrEqual(41);
	for (let i = 0; i < 100; i++) expect(texts(await sub.receive())).toEqual([String(i)]);
	await sending;
	proxy.terminate();
	await run;
});
