/** A flood into a socket of another thread that never reads, and the other pipes of the same lane. Real threads; nothing is timed, all is counted. */
import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Pull, Push } from "@zloom/core";
import { sharedMemoryUse } from "@zloom/core/internal";
import { expect, it } from "vitest";

const CORE = import.meta.resolve("@zloom/core");
const MARK = 500;
const SIZE = 200;
/** Many times what both marks and the ring hold. */
const MESSAGES = 50_000;

/** Connects a socket that never reads and one that answers each number with what came, all over the lane of its first connect. */
const READER = `
	const { Pull, Push } = await import("${CORE}");
	const { parentPort } = await import("node:worker_threads");
	const deaf = new Pull({ receiveHighWaterMark: ${MARK} });
	deaf.connect("inproc://flooded");
	const numbers = new Pull();
	numbers.connect("inproc://numbers");
	const answers = new Push();
	answers.connect("inproc://answers");
	parentPort.once("message", () => [deaf, numbers, answers].forEach((socket) => socket.close()));
	for await (const [number] of numbers) await answers.send(number);
`;

it("a flood into a socket that never reads stops at the marks, and the other pipes of its lane carry all of theirs meanwhile", async () => {
	const flood = new Push({ sendHighWaterMark: MARK });
	await flood.bind("inproc://flooded");
	const numbers = new Push();
	await numbers.bind("inproc://numbers");
	const answers = new Pull();
	await answers.bind("inproc://answers");
	const reader = new Worker(READER, { eval: true, execArgv: ["--input-type=module"] });

	// The numbers answer that the reader has connected everything; then the flood, as far as it gets.
	await numbers.send("-1");
	expect(String(await answers.receive())).toBe("-1");
	expect(sharedMemoryUse().lanes).toBe(1);
	const payload = Buffer.alloc(SIZE, 1);
	let accepted = 0;
	const push = (): void => {
		while (flood.trySend(payload) === "sent") accepted += 1;
	};
	push();
	const waiting = flood.send(payload).then(
		() => "sent",
		(error) => error.code,
	);

	let refused = 0;
	const sender = (async () => {
		for (let number = 0; number < MESSAGES; number++) {
			await numbers.send(String(number));
			// The flood goes on all the time, and is held back all the time.
			if (flood.trySend(payload) === "full") refused += 1;
		}
	})();
	for (let number = 0; number < MESSAGES; number++) expect(String(await answers.receive())).toBe(String(number));
	await sender;
	await nextTurn();
	push();
	expect({ accepted, refused, writable: flood.writable }).toEqual({ accepted: 2 * MARK, refused: MESSAGES, writable: false });

	flood.close();
	expect(await waiting).toBe("EBADF");
	const exited = once(reader, "exit");
	reader.postMessage("end");
	numbers.close();
	answers.close();
	expect(await exited).toEqual([0]);
});

it("a flood of messages larger than the lane, into a socket that never reads, lets small ones of another pipe through", async () => {
	const flood = new Push({ sendHighWaterMark: 4 });
	await flood.bind("inproc://flooded");
	const numbers = new Push();
	await numbers.bind("inproc://numbers");
	const answers = new Pull();
	await answers.bind("inproc://answers");
	const reader = new Worker(READER.replace(String(MARK), "4"), { eval: true, execArgv: ["--input-type=module"] });
	await numbers.send("-1");
	expect(String(await answers.receive())).toBe("-1");

	const large = Buffer.alloc(3 << 20, 7);
	let accepted = 0;
	for (let number = 0; number < 2000; number++) {
		while (flood.trySend(large) === "sent") accepted += 1;
		await numbers.send(String(number));
		expect(String(await answers.receive())).toBe(String(number));
	}
	// What is half in the lane is neither here nor there, so it can be less than both marks.
	expect(accepted).toBeGreaterThanOrEqual(4);
	expect(accepted).toBeLessThanOrEqual(8);
	expect(flood.writable).toBe(false);
	for (const socket of [flood, numbers, answers]) socket.close();
	const exited = once(reader, "exit");
	reader.postMessage("end");
	expect(await exited).toEqual([0]);
});

/** Sends without a pause until it is told to end. */
const SENDER = `
	const { Push } = await import("${CORE}");
	const { parentPort, workerData } = await import("node:worker_threads");
	const push = new Push();
	let ended = false;
	parentPort.once("message", () => (ended = true));
	push.connect(workerData);
	const batch = Array.from({ length: 256 }, () => "drop");
	while (!ended) await push.sendMany(batch);
	push.close();
`;
/**
 * Messages that one turn of the event loop may bring. From a lane: the budget of a turn (IMMEDIATE_RESULTS_MAX), and what waits in the socket.
 * From tcp: libuv reads a stream 32 times at most, 64 KiB each, here of 6 bytes a message.
 */
const TURN_OF_LANE = 512 + 1000;
const TURN_OF_TCP = Math.ceil((32 * 65_536) / 6);

it.each([
	["inproc://sea", TURN_OF_LANE],
	["tcp://127.0.0.1:*", TURN_OF_TCP],
])("a flood from another thread over %s lets timers fire after what few turns bring", async (endpoint, messagesOfTurn) => {
	const sea = new Pull();
	await sea.bind(endpoint);
	const sender = new Worker(SENDER, { eval: true, execArgv: ["--input-type=module"], workerData: sea.lastEndpoint });
	await sea.receive();
	let drops = 0;
	let fired = 0;
	let most = 0;
	const wait = (): void => {
		const before = drops;
		setTimeout(() => {
			fired += 1;
			most = Math.max(most, drops - before);
			wait();
		}, 1).unref();
	};
	wait();
	for await (const _ of sea) {
		drops += 1;
		if (fired >= 20 && drops > 4 * messagesOfTurn) break;
	}
	// A millisecond may be some turns of a lane: 20,000 messages are more than it carries in that time.
	expect(most).toBeLessThan(3 * messagesOfTurn + 20_000);
	const exited = once(sender, "exit");
	sender.postMessage("end");
	// The sender waits for room until its last batch is taken.
	const drain = (async () => {
		for await (const _ of sea) drops += 1;
	})();
	expect(await exited).toEqual([0]);
	sea.close();
	await drain;
});
