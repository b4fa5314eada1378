import { type Content, Dish, Radio } from "@zloom/core";
import { expect } from "vitest";
import type { SpecTransport } from "./clause.ts";
import { covers } from "./covers.ts";
import { alone, BODIES, quick, type Receiver, type Sender, sendSurely, vanish } from "./ends.ts";
import { type FanOutSubject, keepsSubscriberQueues, losesForTheSlow, reachesAll } from "./fan-out-contract.ts";
import { anyEndpoint, meet, open } from "./open-sockets.ts";
import { EVERY, WITH_UDP } from "./pattern-clauses.ts";
import { discardsWhatIsLeft, keepsIncomingQueues, receivesFairly, receivesUnchanged } from "./receiver-contract.ts";
import { hasOnePart, type Join, movesWholeMessages } from "./single-frame-contract.ts";
import { command, dial, message, WIRE } from "./wire.ts";

const GROUP = "group";

function radio(mark = 1000): Sender {
	const socket = quick(open(new Radio({ sendHighWaterMark: mark })));
	return {
		socket,
		connect: (endpoint) => socket.connect(endpoint),
		trySend: (body) => socket.trySend(alone(body), { group: GROUP }),
		send: (body, options = {}) => socket.send(alone(body), { ...options, group: GROUP }),
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
	accepted: ["48/dish-2", "48/dish-5"],
	ended: ["48/dish-6"],
	limited: ["48/dish-7"],
});
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
		for (const name of ["receive", "tryReceive", Symbol.asyncIterator]) expect(name in own.socket).toBe(false);
		for (const name of ["send", "trySend"]) expect(name in peer.socket).toBe(false);
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
	{ transports: WIRE },
	"of what a peer sends only JOIN and LEAVE count, the rest is dropped",
	async (transport) => {
		const own = open(new Radio());
		await own.bind(anyEndpoint(transport));
		const raw = await dial(own.lastEndpoint);
		await raw.shake("DISH");
		raw.write(message("a message"), message("several", "parts"), command("JOIN", "one"), message("more"), command("JOIN", "two"));
		// What stands for a join where subscriptions are messages, and for a leave.
		raw.write(message("\x01four"), message("\0two"), command("LEAVE", "one"), command("JOIN", "three"));
		await sendSurely({ trySend: () => own.trySend("for three", { group: "three" }) }, "");
		for (const group of ["one", "four"]) expect(own.trySend(`for ${group}`, { group })).toBe("dropped");
		await own.send("for two", { group: "two" });
		expect([await raw.message(), await raw.message()]).toEqual([
			["three", "for three"],
			["two", "for two"],
		]);
	},
);

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

covers(["48/group-2"], { transports: WIRE }, "a peer that joins what is no group loses its connection", async (transport) => {
	const own = open(new Radio());
	await own.bind(anyEndpoint(transport));
	const raw = await dial(own.lastEndpoint);
	await raw.shake("DISH");
	raw.write(command("JOIN", "a\0b"));
	await raw.ended();
});
