import { Channel } from "@zloom/core";
import { expect } from "vitest";
import { covers } from "./covers.ts";
import type { Both } from "./duplex-contract.ts";
import { duplex, textOf } from "./ends.ts";
import { anyEndpoint, meet } from "./open-sockets.ts";
import { exclusivePair } from "./pair-contract.ts";
import { EVERY } from "./pattern-clauses.ts";
import { dropsParts, hasOnePart, type Join, movesWholeMessages } from "./single-frame-contract.ts";

const make = (mark = 1000): Both => duplex(new Channel({ sendHighWaterMark: mark, receiveHighWaterMark: mark }));

const join: Join = async (transport) => {
	const [own, peer] = [make(), make()];
	await meet(transport, own.socket, peer.socket);
	return [own, peer];
};

exclusivePair(make, false, {
	unchanged: ["52/channel-1"],
	twoQueues: ["52/channel-2"],
	made: ["52/channel-3"],
	kept: ["52/channel-4"],
	accepted: ["52/channel-5"],
	ended: ["52/channel-6", "52/channel-7"],
	discards: ["52/channel-left-1"],
	limited: ["52/channel-8"],
	available: ["52/channel-9"],
	waits: ["52/channel-10"],
	refuses: ["52/channel-11"],
	losesNothing: ["52/channel-12"],
	single: ["52/channel-14"],
	delivered: ["52/channel-15"],
});

movesWholeMessages(["52/goals-1"], join);
hasOnePart(["52/goals-2", "52/channel-13"], join);
dropsParts(["52/channel-16"], "CHANNEL", async (transport) => {
	const own = make();
	await own.socket.bind(anyEndpoint(transport));
	return own;
});

covers(["52/channel-14"], { transports: EVERY }, "of two peers that it connects to it has the first", async (transport) => {
	const [own, first, second] = [make(), make(), make()];
	const endpoints = [await meet(transport, first.socket), await meet(transport, second.socket)];
	for (const endpoint of endpoints) own.connect(endpoint);
	for (let number = 0; number < 20; number++) {
		expect(second.trySend("from the second")).toBe("no-peer");
		await first.send(`${number}`);
		expect(textOf(await own.receive())).toBe(`${number}`);
	}
	await own.send("to the first");
	expect(textOf(await first.receive())).toBe("to the first");
	for (const one of [own, second]) expect(one.tryReceive()).toBe(undefined);
});
