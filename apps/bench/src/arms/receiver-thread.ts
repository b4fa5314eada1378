/**
 * The receiving thread of a throughput run: says that it is ready, reads past the messages that warm up, then times the others
 * and says how many came a second.
 */
import { ioOptions, loadLibrary } from "./library.ts";
import { type CountOrder, MORE } from "./orders.ts";
import { Started } from "./thread.ts";

const started = new Started<CountOrder>();
const { order } = started;
const until = order.messages * 2;
let since = 0;

function rateOf(messages: number): number {
	return (messages / (performance.now() - since)) * 1000;
}

function countByPort(): void {
	let seen = 0;
	started.port.on("message", (message) => {
		if (!(message instanceof Uint8Array)) return;
		seen += 1;
		if (seen % order.window === 0) started.say(MORE);
		if (seen === order.messages) since = performance.now();
		if (seen === until) started.say(rateOf(order.messages));
	});
	started.onEnd(() => {
		// The port closes after this: there is nothing else.
	});
	started.say("ready");
}

async function countBySocket(library: "zloom" | "zeromq"): Promise<void> {
	const loaded = await loadLibrary(library);
	const pull = new loaded.Pull({ ...order.options, ...ioOptions(loaded, order.io) });
	// First, so that it is there before the messages that are counted.
	const deaf = order.floodEndpoint === undefined ? undefined : new loaded.Pull(order.options);
	if (order.floodEndpoint !== undefined) deaf?.connect(order.floodEndpoint);
	pull.connect(order.endpoint);
	started.onEnd(() => {
		pull.close();
		deaf?.close();
	});
	started.say("ready");
	let seen = 0;
	let seenBefore = 0;
	const note = (count: number): boolean => {
		seen += count;
		if (since === 0 && seen >= order.messages) {
			since = performance.now();
			seenBefore = seen;
		}
		return seen >= until;
	};
	if (order.inPlace === true) {
		for await (const [frame] of pull.inPlace ?? []) {
			if (frame?.readUInt32LE(0) !== seen) throw new Error(`message ${seen} is not the one that was sent`);
			if (note(1)) break;
		}
	} else if (order.batch === 1) {
		for await (const _ of pull) if (note(1)) break;
	} else {
		while (!note((await pull.receiveMany(order.batch)).length));
	}
	started.say(rateOf(seen - seenBefore));
}

if (order.library === "MessagePort") countByPort();
else await countBySocket(order.library);
