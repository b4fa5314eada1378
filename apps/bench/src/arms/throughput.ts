/**
 * Messages a second from this thread to another: by sockets one at a time (`await send`, `for await`) or in batches
 * (`sendMany`, `receiveMany`), or by a MessagePort.
 *
 * With a flood, a second socket sends as much as it is let to one in the other thread that never reads; its messages do not count.
 *
 * As many messages as are counted come first and are not counted: connections, handshakes and compilers have had their turn then. The
 * sender sends the same buffer over and over and fills it never; the receiver drops what it gets. In place, each message is a buffer of
 * its own with its number in it, which the receiver checks.
 */
import { printFigure } from "./figure.ts";
import { ioOptions, type LibraryName, loadLibrary } from "./library.ts";
import { type CountOrder, MORE, type ThroughputOrder } from "./orders.ts";
import { BenchThread } from "./thread.ts";

const PORT_WINDOW_MESSAGES = 1000;
const PORT_WINDOW_BYTES = 16 << 20;

interface Receiver {
	thread: BenchThread;
	rate: number;
}

function startReceiver(order: CountOrder): BenchThread {
	return new BenchThread("./receiver-thread.js", order);
}

async function byPort({ bytes, messages }: ThroughputOrder): Promise<Receiver> {
	const window = Math.max(1, Math.min(PORT_WINDOW_MESSAGES, Math.floor(PORT_WINDOW_BYTES / bytes)));
	const payload = Buffer.alloc(bytes, 7);
	const thread = startReceiver({ library: "MessagePort", endpoint: "", messages, batch: 1, options: {}, window });
	await thread.hear();
	let unread = 0;
	for (let sent = 1; sent <= messages * 2; sent++) {
		thread.worker.postMessage(payload);
		if (sent % window !== 0) continue;
		unread += 1;
		if (unread > 1) {
			await thread.hear();
			unread -= 1;
		}
	}
	let word: unknown = MORE;
	while (word === MORE) word = await thread.hear();
	return { thread, rate: word as number };
}

async function bySocket(order: ThroughputOrder & { library: LibraryName }): Promise<Receiver> {
	const { endpoint, bytes, messages, batch = 1, curve = false, io = false, highWaterMark, inPlace = false, floodEndpoint } = order;
	const loaded = await loadLibrary(order.library);
	const { Push, curveKeyPair, alloc } = loaded;
	const server = curve ? curveKeyPair() : undefined;
	const client = curve ? curveKeyPair() : undefined;
	const push = new Push({
		...ioOptions(loaded, io),
		...(highWaterMark === undefined ? {} : { sendHighWaterMark: highWaterMark }),
		...(server === undefined ? {} : { curveServer: true, curveSecretKey: server.secretKey }),
	});
	await push.bind(endpoint);
	const options = {
		...(highWaterMark === undefined ? {} : { receiveHighWaterMark: highWaterMark }),
		...(client && { curveServerKey: server?.publicKey, curvePublicKey: client.publicKey, curveSecretKey: client.secretKey }),
	};
	const flood = floodEndpoint === undefined ? undefined : new Push();
	if (floodEndpoint !== undefined) await flood?.bind(floodEndpoint);
	const thread = startReceiver({
		library: order.library,
		endpoint: push.lastEndpoint ?? "",
		messages,
		batch,
		options,
		io,
		window: 0,
		inPlace,
		...(floodEndpoint === undefined ? {} : { floodEndpoint }),
	});
	await thread.hear();
	const payload = Buffer.alloc(bytes, 7);
	if (inPlace && alloc !== undefined) {
		for (let sent = 0; sent < messages * 2; sent++) {
			const fresh = alloc(bytes);
			fresh.writeUInt32LE(sent, 0);
			await push.send(fresh);
		}
	} else if (batch === 1) {
		for (let sent = 0; sent < messages * 2; sent++) await push.send(payload);
	} else {
		const payloads = new Array<Buffer>(batch).fill(payload);
		for (let sent = 0; sent < messages * 2; sent += batch) {
			while (flood?.trySend(payload) === "sent");
			await push.sendMany(payloads);
		}
	}
	const rate = await thread.hear<number>();
	push.close();
	flood?.close();
	return { thread, rate };
}

await printFigure<ThroughputOrder>(async (order) => {
	const { library } = order;
	const { thread, rate } = await (library === "MessagePort" ? byPort(order) : bySocket({ ...order, library }));
	await thread.end();
	return rate;
});
