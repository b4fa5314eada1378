import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type Content, Dish, Radio } from "@zloom/core";
import { expect } from "vitest";
import type { SpecTransport } from "./clause.ts";
import { covers } from "./covers.ts";
import { alone, BODIES, expectNumbers, happens, quick, type Receiver, type Sender, sendSurely, vanish } from "./ends.ts";
import { type FanOutSubject, keepsSubscriberQueues, losesForTheSlow, reachesAll } from "./fan-out-contract.ts";
import { atEnd, freeEndpoint, meet, open } from "./open-sockets.ts";
import { EVERY, SCRIPTED, WITH_UDP } from "./pattern-clauses.ts";
import { discardsWhatIsLeft, hasQueueEach, keepsIncomingQueues, receivesFairly, receivesUnchanged } from "./receiver-contract.ts";
import { enter } from "./script-peer.ts";
import { hasOnePart, type Join, movesWholeMessages } from "./single-frame-contract.ts";

const GROUP = "group";
const UDP = { transports: ["udp"] } as const;
const RECEIVING = ["receive", "tryReceive", "receiveMany", "messages", "withMetadata", "inPlace", "toReadableStream", Symbol.asyncIterator];

function radio(mark = 1000): Sender {
	const socket = quick(open(new Radio({ sendHighWaterMark: mark })));
	return {
		socket,
		connect: (endpoint) => socket.connect(endpoint),
		trySend: (body) => socket.trySend(alone(body), { group: GROUP }),
		send: (body, options = {}) => socket.send(alone(body), { ...options, group: GROUP }),
		sendMany: (bodies) => socket.sendMany(bodies.map((body) => [alone(body), { group: GROUP }] as const)),
	};
}

function dish(mark = 1000): Receiver {
	const socket = quick(open(new Dish({ receiveHighWaterMark: mark })));
	socket.join(GROUP);
	return {
		socket,
		connect: (endpoint) => socket.connect(endpoint),
		receive: async () => [(await socket.receive())[0]],
		tryReceive: () => socket.tryReceive()?.slice(0, 1) as Buffer[] | undefined,
	};
}

/** What is sent from here on is received. */
async function joined(transport: SpecTransport, own: Radio, peer: Dish, group: string): Promise<void> {
	await meet(transport, peer, own);
	await sendSurely({ trySend: (body: Content) => own.trySend(body as string, { group }) }, "joined");
	expect(String((await peer.receive())[0])).toBe("joined");
}

const subject: FanOutSubject = { sender: radio, receiver: dish, multipart: false };
const queues = {
	made: ["48/radio-3"],
	kept: ["48/radio-4"],
	accepted: ["48/radio-5"],
	ended: ["48/radio-6", "48/radio-7"],
	limited: ["48/radio-8"],
};
reachesAll(subject, ["48/radio-11"]);
losesForTheSlow(subject, ["48/radio-2", "48/radio-13", "48/radio-14", "48/dish-9"]);
keepsSubscriberQueues(subject, queues);

const receives = { receiver: dish, sender: radio, multipart: false };
receivesUnchanged(receives, { unchanged: ["48/dish-11"], delivered: ["48/dish-13"] });
keepsIncomingQueues(receives, {
	made: ["48/dish-3"],
	kept: ["48/dish-4"],
	accepted: ["48/dish-5"],
	ended: ["48/dish-6"],
	limited: ["48/dish-7"],
});
hasQueueEach(receives, ["48/dish-2"]);
receivesFairly(receives, ["48/dish-10"]);
discardsWhatIsLeft(receives, ["48/dish-left-1"]);

const join: Join = async (transport) => {
	const [own, peer] = [radio(), dish()];
	await joined(transport, own.socket as Radio, peer.socket as Dish, GROUP);
	return [own, peer];
};
movesWholeMessages(["48/goals-1", "48/radio-14"], join, WITH_UDP);
hasOnePart(["48/goals-2"], join, WITH_UDP);

covers(
	["48/radio-11", "48/dish-11", "48/dish-13"],
	{ transports: WITH_UDP },
	"bytes of all values arrive as they were",
	async (transport) => {
		const [own, peer] = await join(transport);
		for (const body of BODIES.filter(({ length }) => length < 1000)) {
			await own.send(Buffer.from(body));
			expect(await peer.receive()).toEqual([body]);
		}
	},
);

covers(
	["48/radio-1", "48/radio-16", "48/dish-1"],
	{ transports: WITH_UDP },
	"a RADIO cannot receive, not even joins, and a DISH cannot send",
	async (transport) => {
		const [own, peer] = await join(transport);
		for (const name of RECEIVING) expect(name in own.socket).toBe(false);
		for (const name of ["send", "trySend", "sendMany", "toWritableStream"]) expect(name in peer.socket).toBe(false);
	},
);

covers(
	["48/goals-1", "48/radio-10", "48/dish-8", "48/dish-12"],
	{ transports: WITH_UDP },
	"each message keeps its group, however many overlap",
	async (transport) => {
		const [own, peer] = [open(new Radio()), open(new Dish())];
		const groups = Array.from({ length: 20 }, (_, number) => `group ${number}`);
		peer.join(...groups);
		await joined(transport, own, peer, groups.at(-1) as string);
		const receiving = groups.map(() => peer.receive());
		await Promise.all(groups.map((group) => own.send(`for ${group}`, { group })));
		const received = await Promise.all(receiving);
		expect(received.map(([body, { group }]) => [String(body), String(group)])).toEqual(groups.map((group) => [`for ${group}`, group]));
	},
);

covers(
	["48/radio-12", "48/dish-12"],
	{ transports: WITH_UDP },
	"a message reaches those who have joined exactly its group",
	async (transport) => {
		const [own, peer] = [open(new Radio()), open(new Dish())];
		peer.join("abc");
		await joined(transport, own, peer, "abc");
		for (const group of ["ab", "abcd", "Abc", "", " abc", "b", Buffer.of(0xff)]) {
			const outcome = own.trySend("for others", { group });
			if (transport !== "udp") expect(outcome).toBe("dropped");
		}
		await own.send("for all of abc", { group: Buffer.from("abc") });
		const [body, tag] = await peer.receive();
		expect([String(body), String(tag.group)]).toEqual(["for all of abc", "abc"]);
	},
);

covers(["48/radio-15"], { transports: EVERY }, "who joins gets messages, until it leaves the group or altogether", async (transport) => {
	const [own, peer] = [open(new Radio()), open(new Dish())];
	peer.join("a", "b");
	await joined(transport, own, peer, "b");
	peer.leave("a");
	while (own.trySend("too late", { group: "a" }) !== "dropped") await new Promise((turn) => setImmediate(turn));
	expect(own.trySend("still there", { group: "b" })).toBe("sent");
	expect(String((await peer.receive())[0])).toBe("still there");
	await vanish({ socket: peer });
	while (own.trySend("too late", { group: "b" }) !== "dropped") await new Promise((turn) => setImmediate(turn));
});

covers(
	["48/radio-9", "48/radio-15"],
	{ transports: SCRIPTED },
	"of what a peer sends only JOIN and LEAVE count, the rest is dropped",
	async (transport) => {
		const own = open(new Radio());
		const peer = await enter(await meet(transport, own), "DISH");
		peer.send("a message");
		peer.send("several", "parts");
		for (const group of ["one", "two"]) peer.command("JOIN", group);
		// What stands for a join where subscriptions are messages, and for a leave.
		for (const text of ["\x01four", "\0two"]) peer.send(text);
		peer.command("LEAVE", "one");
		peer.command("JOIN", "three");
		await sendSurely({ trySend: () => own.trySend("for three", { group: "three" }) }, "");
		for (const group of ["one", "four"]) expect(own.trySend(`for ${group}`, { group })).toBe("dropped");
		await own.send("for two", { group: "two" });
		expect([await peer.message(), await peer.message()]).toEqual([
			["three", "for three"],
			["two", "for two"],
		]);
	},
);

covers(["48/goals-2"], { transports: SCRIPTED }, "a DISH drops what is not one group and one part", async (transport) => {
	const own = dish();
	const peer = await enter(await meet(transport, own.socket), "RADIO");
	for (const parts of [["before"], [], ["part", "part"], ["", ""], ["part", ""], ["after"]]) peer.send(GROUP, ...parts);
	for (const text of ["before", "after"]) expect((await own.receive()).map(String)).toEqual([text]);
	expect(own.tryReceive()).toBe(undefined);
});

covers(
	["48/radio-14"],
	{ transports: WITH_UDP },
	"a send is over at once, with nobody there and with a peer that is still to come, however many there are",
	async (transport) => {
		const own = open(new Radio({ sendHighWaterMark: 1 }));
		const send = () => own.send("to whom it may concern", { group: GROUP, timeoutMs: 0 });
		await send();
		own.connect(await freeEndpoint(transport));
		await Promise.all(Array.from({ length: 20 }, send));
		await Promise.all(Array.from({ length: 20 }, () => own.send("without a time limit", { group: GROUP })));
		expect(own.writable).toBe(true);
	},
);

covers(
	["48/radio-2", "48/radio-3", "48/radio-8", "48/radio-13"],
	UDP,
	"over udp each address has a queue from the connect on, and a message is lost for those that are full",
	async (transport) => {
		const own = radio(2);
		const [first, second] = [dish(), dish()];
		const endpoints = [await meet(transport, first.socket), await meet(transport, second.socket)] as const;
		own.connect(endpoints[0]);
		expect(["0", "1", "lost"].map((body) => own.trySend(body))).toEqual(["sent", "sent", "dropped"]);
		own.connect(endpoints[1]);
		// The queue of the first is full still.
		expect(["2", "3", "lost"].map((body) => own.trySend(body))).toEqual(["sent", "sent", "dropped"]);
		await expectNumbers(first, 2);
		await expectNumbers(second, 2, 2);
		for (const one of [first, second]) expect(one.tryReceive()).toBe(undefined);
	},
);

covers(["48/radio-9"], UDP, "over udp a RADIO drops what comes back to it, and says nothing of it", async () => {
	const script = createSocket("udp4").bind(0, "127.0.0.1");
	atEnd(() => script.close());
	await once(script, "listening");
	const own = radio();
	let reports = 0;
	own.socket.events.on("datagram:error", () => {
		reports += 1;
	});
	own.connect(`udp://127.0.0.1:${script.address().port}`);
	for (let number = 0; number < 10; number++) {
		const coming = once(script, "message");
		expect(own.trySend(`${number}`)).toBe("sent");
		const [datagram, { port }] = await coming;
		expect(String(datagram)).toBe(`\x05${GROUP}${number}`);
		for (const answer of ["", `\x05${GROUP}answer`, "\xff", "\x01a"]) script.send(answer, port, "127.0.0.1");
	}
	expect(reports).toBe(0);
});

covers(["48/dish-7", "48/dish-9"], UDP, "over udp a DISH that is full loses what comes, and says nothing of it", async (transport) => {
	const own = dish(2);
	const { port } = new URL(await meet(transport, own.socket));
	const script = createSocket("udp4");
	atEnd(() => script.close());
	const datagram = (body: Buffer): Promise<void> =>
		new Promise((resolve, reject) => script.send(body, Number(port), "127.0.0.1", (error) => (error === null ? resolve() : reject(error))));
	let reports = 0;
	own.socket.events.on("datagram:error", () => {
		reports += 1;
	});
	for (const mark of [2, 4]) {
		for (let number = 0; number < 10; number++) await datagram(Buffer.from(`\x05${GROUP}${number}`));
		// One that is shorter than its group is reported: then all before it have come.
		const heard = happens(own.socket, "datagram:error");
		await datagram(Buffer.of(GROUP.length));
		await heard;
		await expectNumbers(own, mark);
		expect(own.tryReceive()).toBe(undefined);
		(own.socket as Dish).receiveHighWaterMark = 4;
	}
	expect(reports).toBe(2);
});

covers(["48/group-1"], { transports: WITH_UDP }, "groups have up to 255 bytes, and may be empty", async (transport) => {
	const [own, peer] = [open(new Radio()), open(new Dish())];
	const groups = ["", "x", "x".repeat(255)];
	peer.join(...groups);
	await joined(transport, own, peer, groups.at(-1) as string);
	for (const group of groups) {
		await own.send("to it", { group });
		expect(String((await peer.receive())[1].group)).toBe(group);
	}
	const tooLong = expect.objectContaining({ code: "EINVAL" });
	expect(() => own.trySend("refused", { group: "x".repeat(256) })).toThrowError(tooLong);
	expect(() => peer.join("x".repeat(256))).toThrowError(tooLong);
	await expect(own.send("refused", { group: "x".repeat(256) })).rejects.toEqual(tooLong);
});

covers(["48/group-2"], { transports: WITH_UDP }, "the bytes of a group are from 1 to 255", async (transport) => {
	const [own, peer] = [open(new Radio()), open(new Dish())];
	const group = Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1));
	peer.join(group);
	await meet(transport, peer, own);
	await sendSurely({ trySend: () => own.trySend("to it", { group }) }, "");
	expect((await peer.receive())[1].group.equals(group)).toBe(true);
	const zero = Buffer.of(65, 0, 66);
	const refused = expect.objectContaining({ code: "EINVAL" });
	expect(() => peer.join(zero)).toThrowError(refused);
	await expect(own.send("refused", { group: zero })).rejects.toEqual(refused);
});

covers(
	["48/group-1", "48/group-2"],
	{ transports: SCRIPTED },
	"a peer that joins what is no group loses its connection",
	async (transport) => {
		const own = open(new Radio());
		const endpoint = await meet(transport, own);
		for (const group of ["a\0b", "\0", "x".repeat(256)]) {
			const peer = await enter(endpoint, "DISH");
			peer.command("JOIN", group);
			await peer.ended();
		}
		const peer = await enter(endpoint, "DISH");
		for (const group of ["", "x".repeat(255)]) peer.command("JOIN", group);
		await sendSurely({ trySend: () => own.trySend("to the longest", { group: "x".repeat(255) }) }, "");
		await own.send("to the shortest", { group: "" });
		expect([await peer.message(), await peer.message()]).toEqual([
			["x".repeat(255), "to the longest"],
			["", "to the shortest"],
		]);
	},
);
