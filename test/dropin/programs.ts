/**
 * Programs as they are written for zeromq.js, in its types: what its guide shows, each with what it must give.
 *
 * door-programs.ts is the same text over the drop-in door; a test holds the two alike, and the type check holds both right.
 */
import * as zmq from "zeromq";

export async function pushPull(): Promise<string[]> {
	const sock = new zmq.Push();
	await sock.bind("tcp://127.0.0.1:*");
	const worker = new zmq.Pull();
	worker.connect(sock.lastEndpoint as string);
	await sock.send("some work");
	await sock.send(["two", Buffer.from("frames")]);
	const seen: string[] = [];
	for await (const [msg, ...more] of worker) {
		seen.push([msg, ...more].map(String).join("+"));
		if (seen.length === 2) break;
	}
	sock.close();
	worker.close();
	return seen;
}

export async function publish(): Promise<string> {
	const sock = new zmq.XPublisher();
	await sock.bind("tcp://127.0.0.1:*");
	const subscriber = new zmq.Subscriber();
	subscriber.connect(sock.lastEndpoint as string);
	subscriber.subscribe("kitty cats");
	const [subscription] = await sock.receive();
	await sock.send(["kitty cats", "meow!"]);
	const [topic, msg] = await subscriber.receive();
	sock.close();
	subscriber.close();
	return `${subscription?.subarray(1)} ${topic} ${msg}`;
}

export async function requestReply(): Promise<string> {
	const server = new zmq.Reply({ linger: 0 });
	await server.bind("tcp://127.0.0.1:*");
	const client: zmq.Request = new zmq.Request({ linger: 0, sendTimeout: 5000 });
	client.connect(server.lastEndpoint as string);
	const serve = async (): Promise<void> => {
		for await (const [msg] of server) await server.send(`${2 * Number.parseInt(String(msg), 10)}`);
	};
	const served = serve();
	await client.send("4");
	const [result]: zmq.Message[] = await client.receive();
	server.close();
	client.close();
	await served;
	return String(result);
}

/** The guide's example of a queue that any number of callers may send to. */
export class Queue {
	readonly queue: zmq.MessageLike[][] = [];
	readonly socket: zmq.Writable;
	sending = false;

	constructor(socket: zmq.Writable) {
		this.socket = socket;
	}

	async send(msg: zmq.MessageLike[]): Promise<void> {
		this.queue.push(msg);
		if (this.sending) return;
		this.sending = true;
		for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift()) await this.socket.send(next);
		this.sending = false;
	}
}

export async function queued(): Promise<string[]> {
	const [from, to] = [new zmq.Push(), new zmq.Pull({ receiveHighWaterMark: 5 })];
	await to.bind("inproc://queue");
	from.connect("inproc://queue");
	const queue = new Queue(from);
	await Promise.all(["a", "b", "c"].map((text) => queue.send([text])));
	const seen = [await to.receive(), await to.receive(), await to.receive()];
	from.close();
	to.close();
	return seen.map(String);
}

export async function observed(): Promise<string> {
	const socket = new zmq.Dealer();
	const bound = new Promise<string>((resolve) => socket.events.on("bind", ({ address }) => resolve(address)));
	await socket.bind("tcp://127.0.0.1:*");
	const address = await bound;
	const same = address === socket.lastEndpoint;
	socket.close();
	return `${same}`;
}

export function describe(event: zmq.Event): string {
	switch (event.type) {
		case "connect:retry":
			return `${event.address} in ${event.interval}`;
		case "handshake:error:auth":
			return `${event.error.status}`;
		case "bind:error":
			return event.error.code;
		default:
			return event.type;
	}
}

/** A socket type of one's own, as the guide has it. */
export class Own extends zmq.Socket {
	constructor(options?: zmq.SocketOptions<Own>) {
		super(5, options);
	}

	get linkedType(): number {
		return this.getInt32Option(16);
	}
}

export const options: zmq.SocketOptions<zmq.Router> = { mandatory: true, linger: 0, context: zmq.context };
export const capabilities: boolean | undefined = zmq.capability.curve;
export const proxied = (front: zmq.Router, back: zmq.Dealer): zmq.Proxy<zmq.Router, zmq.Dealer> => new zmq.Proxy(front, back);
