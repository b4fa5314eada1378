/** What ZMTP 3.1 has of its own: commands that subscribe, and groups. */
import { Dish, Radio, Subscriber, XPublisher, XSubscriber } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import { meet, open, texts } from "./open-sockets.ts";
import { command, dial, LONG, MORE, message, WIRE } from "./wire.ts";

const OVER = { transports: WIRE };

covers(["37/pubsub-2", "37/pubsub-3"], OVER, "SUB and XSUB send SUBSCRIBE and CANCEL, long topics too", async (transport) => {
	const [subscriber, xsub] = [open(new Subscriber()), open(new XSubscriber())];
	for (const topic of ["", "ab", "\x00\x01", "t".repeat(300)]) {
		for (const socket of [subscriber, xsub]) {
			const raw = await dial(await meet(transport, socket));
			await raw.shake("PUB");
			if (socket === subscriber) subscriber.subscribe(topic);
			else await xsub.send(`\x01${topic}`);
			expect(await raw.command()).toEqual({ name: "SUBSCRIBE", data: Buffer.from(topic) });
			if (socket === subscriber) subscriber.unsubscribe(topic);
			else await xsub.send(`\x00${topic}`);
			expect(await raw.command()).toEqual({ name: "CANCEL", data: Buffer.from(topic) });
		}
	}
});

covers(["37/pubsub-1", "37/pubsub-2", "37/pubsub-3"], OVER, "a publisher goes by SUBSCRIBE and CANCEL", async (transport) => {
	const xpub = open(new XPublisher());
	const raw = await dial(await meet(transport, xpub));
	await raw.shake("SUB");
	raw.write(command("SUBSCRIBE", "ab"));
	expect(texts(await xpub.receive())).toEqual(["\x01ab"]);
	for (const text of ["a", "abc", "b"]) await xpub.send(text);
	expect(await raw.message()).toEqual(["abc"]);
	raw.write(command("CANCEL", "ab"), command("SUBSCRIBE", "z"));
	expect([texts(await xpub.receive()), texts(await xpub.receive())]).toEqual([["\x00ab"], ["\x01z"]]);
	for (const text of ["abc", "z"]) await xpub.send(text);
	expect(await raw.message()).toEqual(["z"]);
});

covers(
	["37/radio-2", "37/radio-3", "37/radio-4"],
	OVER,
	"a DISH sends JOIN and LEAVE; its groups have 0 to 255 octets, and no zero",
	async (transport) => {
		const dish = open(new Dish());
		const raw = await dial(await meet(transport, dish));
		await raw.shake("RADIO");
		for (const group of ["", "weather", "g".repeat(255)]) {
			dish.join(group);
			expect(await raw.command()).toEqual({ name: "JOIN", data: Buffer.from(group) });
			dish.leave(group);
			expect(await raw.command()).toEqual({ name: "LEAVE", data: Buffer.from(group) });
		}
		for (const group of ["g".repeat(256), "a\0", "\0"]) {
			expect(() => dish.join(group)).toThrowError(expect.objectContaining({ code: "EINVAL" }));
			await expect(open(new Radio()).send("x", { group })).rejects.toMatchObject({ code: "EINVAL" });
		}
	},
);

covers(
	["37/radio-1", "37/radio-2", "37/radio-3", "37/radio-5", "37/radio-6"],
	OVER,
	"a RADIO sends a member what is for its very groups, as two frames, the first one short",
	async (transport) => {
		const radio = open(new Radio());
		const raw = await dial(await meet(transport, radio));
		await raw.shake("DISH");
		raw.write(command("JOIN", "weather"));
		let first: { flags: number; body: Buffer } | undefined;
		const got = raw.frame().then((one) => {
			first = one;
		});
		while (first === undefined) {
			for (const group of ["", "weathe", "weatherman", "WEATHER", "weather"]) await radio.send("rain", { group });
			await new Promise((turn) => setImmediate(turn));
		}
		await got;
		expect(first).toEqual({ flags: MORE, body: Buffer.from("weather") });
		expect(await raw.frame()).toEqual({ flags: 0, body: Buffer.from("rain") });
		raw.write(command("LEAVE", "weather"), command("JOIN", "end"));
		let parts: string[] = [];
		const ended = (async () => {
			while (parts[0] !== "end") parts = await raw.message();
		})();
		while (parts[0] !== "end") {
			for (const group of ["weather", "end"]) await radio.send(`to ${group}`, { group });
			await new Promise((turn) => setImmediate(turn));
		}
		await ended;
		expect(parts).toEqual(["end", "to end"]);
		for (const group of ["weather", "end"]) await radio.send("once more", { group });
		do parts = await raw.message();
		while (parts[1] === "to end");
		expect(parts).toEqual(["end", "once more"]);
	},
);

covers(
	["37/radio-6", "37/radio-7"],
	OVER,
	"every member gets it, and the frame of the group stays short where the body is long",
	async (transport) => {
		const radio = open(new Radio());
		const endpoint = await meet(transport, radio);
		const [group, body] = ["g".repeat(255), "b".repeat(256)];
		const members = await Promise.all(Array.from({ length: 3 }, () => dial(endpoint)));
		const heard = new Set<unknown>();
		const reading = members.map(async (raw) => {
			await raw.shake("DISH");
			raw.write(command("JOIN", group));
			expect([...(await raw.read(2))]).toEqual([MORE, 255]);
			expect(String(await raw.read(255))).toBe(group);
			expect([...(await raw.read(9))]).toEqual([LONG, 0, 0, 0, 0, 0, 0, 1, 0]);
			expect(String(await raw.read(256))).toBe(body);
			heard.add(raw);
		});
		while (heard.size < members.length) {
			await radio.send(body, { group });
			await new Promise((turn) => setImmediate(turn));
		}
		await Promise.all(reading);
	},
);

covers(["37/radio-6", "37/thread-safe-4"], OVER, "a DISH gets a body, and its group beside it", async (transport) => {
	const dish = open(new Dish());
	dish.join("weather");
	const raw = await dial(await meet(transport, dish));
	await raw.shake("RADIO");
	expect(await raw.command()).toEqual({ name: "JOIN", data: Buffer.from("weather") });
	raw.write(message("weather", "rain"));
	expect(await dish.receive()).toEqual([Buffer.from("rain"), { group: Buffer.from("weather") }]);
});
