/**
 * RADIO, DISH and DGRAM over udp against real libzmq, to one address and to a multicast group. Its Datagram is bound under a known port:
 * libzmq has no wildcard over udp.
 */
import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { Datagram, Dish, Radio, type Socket } from "@zloom/core";
import { afterEach, describe, expect, it } from "vitest";
import { closePeers, hasLibzmq, peer, zmq } from "./libzmq-peer.ts";

const draft = (hasLibzmq ? await import("zeromq/draft.js") : undefined) as typeof import("zeromq/draft.js");
const open: Socket[] = [];

afterEach(async () => {
	closePeers();
	await Promise.all(open.splice(0).map((socket) => socket[Symbol.asyncDispose]()));
});

function ours<S extends Socket>(socket: S): S {
	open.push(socket);
	return socket;
}

function freePort(): Promise<number> {
	return new Promise((resolve) => {
		const probe = createSocket("udp4").bind(0, "127.0.0.1", () => {
			const { port } = probe.address();
			probe.close(() => resolve(port));
		});
	});
}

/** Says it again until it was heard: libzmq binds in a thread of its own, some time after `bind` has returned, and udp loses what comes before. */
async function insist<Heard>(heard: Promise<Heard>, say: () => Promise<void>): Promise<Heard> {
	let settled = false;
	const done = heard.finally(() => {
		settled = true;
	});
	while (!settled) {
		await say();
		await delay(5);
	}
	return done;
}

const loopback = Object.entries(networkInterfaces()).find(([, list]) => list?.some((one) => one.address === "127.0.0.1"))?.[0];

describe.runIf(hasLibzmq)("libzmq over udp", () => {
	it.each(["udp://127.0.0.1", `udp://${loopback};239.20.0.1`])("RADIO and DISH both ways over %s", async (address) => {
		const endpoint = `${address}:${await freePort()}`;
		const group = Buffer.from("weather");
		const theirs = peer(new draft.Dish());
		await theirs.bind(endpoint);
		theirs.join("weather");
		const radio = ours(new Radio());
		radio.connect(endpoint);
		const rain = insist(theirs.receive(), async () => {
			await radio.send("lost", { group: "traffic" });
			await radio.send("rain", { group: "weather" });
		});
		expect(await rain).toEqual([Buffer.from("rain"), { group }]);
		theirs.close();

		const dish = ours(new Dish());
		const other = `${address}:${await freePort()}`;
		await dish.bind(other);
		dish.join("weather");
		const theirRadio = peer(new draft.Radio());
		theirRadio.connect(other);
		const sun = insist(dish.receive(), async () => {
			await theirRadio.send("lost", { group: "traffic" });
			await theirRadio.send("sun", { group: "weather" });
		});
		expect(await sun).toEqual([Buffer.from("sun"), { group }]);
	});

	it("DGRAM asks and answers, and its address frame can be sent back as it came", async () => {
		const theirs = peer(new draft.Datagram());
		const port = await freePort();
		await theirs.bind(`udp://127.0.0.1:${port}`);
		const datagram = ours(new Datagram());
		await datagram.bind("udp://127.0.0.1:*");
		const [from, body] = await insist(theirs.receive(), () => datagram.send([`127.0.0.1:${port}`, "question"]));
		expect(String(body)).toBe("question");
		await theirs.send([from, "answer"]);
		expect((await datagram.receive()).map(String)).toEqual([`127.0.0.1:${port}`, "answer"]);
		await datagram.send([from, "to myself"]);
		expect(String((await datagram.receive())[1])).toBe("to myself");
		expect(zmq.version).toMatch(/^4\./);
	});
});
