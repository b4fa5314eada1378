import { describe, expect, it } from "vitest";
import { parseEndpoint } from "../endpoint/endpoint.ts";
import type { SocketEvent } from "../monitor.ts";
import { SOCKET_OPTION_DEFAULTS, type SocketOptions } from "../option/options.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { SocketTypeName } from "../socket-type.ts";
import { inproc } from "./inproc.ts";
import { connectPipe, listenPipes } from "./inproc-pipes.ts";
import type { TransportHost } from "./transport.ts";

/** The least that a socket does with its pipes: reads all, notes what happens. */
class Host implements TransportHost {
	readonly options: SocketOptions;
	closed = false;
	readonly pipes: Pipe[] = [];
	readonly received: string[] = [];
	readonly events: SocketEvent[] = [];
	closes = 0;
	writables = 0;
	readonly type: SocketTypeName;
	readonly #reads: boolean;

	constructor(type: SocketTypeName, options: Partial<SocketOptions> = {}, reads = true) {
		this.type = type;
		this.#reads = reads;
		this.options = { ...SOCKET_OPTION_DEFAULTS, ...options };
	}

	attach(pipe: Pipe): void {
		this.pipes.push(pipe);
		pipe.owner = {
			onReadable: (each) => this.#read(each),
			onWritable: () => {
				this.writables += 1;
			},
			onClosed: () => {
				this.closes += 1;
			},
		};
		this.#read(pipe);
	}

	emit(event: SocketEvent): void {
		this.events.push(event);
	}

	#read(pipe: Pipe): void {
		if (!this.#reads) return;
		for (let message = pipe.tryRead(); message !== undefined; message = pipe.tryRead())
			this.received.push(Buffer.concat(message).toString());
	}
}

let next = 0;
const fresh = () => parseEndpoint(`inproc://inproc.test-${next++}`);
const bytes = (text: string) => [Buffer.from(text)];

describe("inproc within a thread", () => {
	it("keeps what was sent before the bind, and adds up the high-water marks when they meet", async () => {
		const endpoint = fresh();
		const sender = new Host("PUSH", { sendHighWaterMark: 2 });
		const receiver = new Host("PULL", { receiveHighWaterMark: 3 }, false);
		inproc.connect(endpoint, sender);
		const pipe = sender.pipes[0] as Pipe;
		expect([1, 2, 3].map((n) => pipe.tryWrite(bytes(`${n}`)))).toEqual([true, true, false]);
		await inproc.bind(endpoint, receiver);
		expect(receiver.pipes[0]?.inboundLength).toBe(2);
		let more = 0;
		while (pipe.tryWrite(bytes("more"))) more += 1;
		expect(receiver.pipes[0]?.inboundLength).toBe(2 + more);
	});

	it("has no limit when either mark is 0", async () => {
		const endpoint = fresh();
		const sender = new Host("PUSH", { sendHighWaterMark: 0 });
		await inproc.bind(endpoint, new Host("PULL", { receiveHighWaterMark: 1 }, false));
		inproc.connect(endpoint, sender);
		const writes = Array.from({ length: 5000 }, () => sender.pipes[0]?.tryWrite(bytes("x")));
		expect(writes.every((written) => written === true)).toBe(true);
	});

	it("swaps routing ids, and gives a ROUTER its pipe only when the peer's is known", async () => {
		const endpoint = fresh();
		const router = new Host("ROUTER");
		inproc.connect(endpoint, router);
		expect(router.pipes).toHaveLength(0);
		const dealer = new Host("DEALER", { routingId: Buffer.from("me") });
		await inproc.bind(endpoint, dealer);
		expect(Buffer.from(router.pipes[0]?.peerRoutingId ?? []).toString()).toBe("me");
		expect(dealer.pipes[0]?.peerRoutingId).toHaveLength(0);
	});

	it("ends every connection of a listener that closes, and both sockets hear it", async () => {
		const endpoint = fresh();
		const [a, b] = [new Host("PULL"), new Host("PUSH")];
		const listener = await inproc.bind(endpoint, a);
		inproc.connect(endpoint, b);
		await listener.close();
		expect([a.closes, b.closes]).toEqual([1, 1]);
		expect(b.pipes[0]?.writable).toBe(false);
	});

	it("delivers to a later bind what a connector wrote before it closed, unless linger is 0", async () => {
		for (const linger of [-1, 0]) {
			const endpoint = fresh();
			const sender = new Host("PUSH", { linger });
			const connector = inproc.connect(endpoint, sender);
			sender.pipes[0]?.tryWrite(bytes("late"));
			await connector.close();
			const receiver = new Host("PULL");
			await inproc.bind(endpoint, receiver);
			expect(receiver.received).toEqual(linger === 0 ? [] : ["late"]);
		}
	});

	it("never joins types that do not talk, and tells both monitors", async () => {
		const endpoint = fresh();
		const [a, b] = [new Host("PUSH"), new Host("PUSH")];
		await inproc.bind(endpoint, a);
		inproc.connect(endpoint, b);
		expect(a.pipes).toHaveLength(0);
		expect(b.closes).toBe(1);
		expect([...a.events, ...b.events].map((event) => event.type)).toEqual(["handshake:error:protocol", "handshake:error:protocol"]);
	});
});

describe("bare pipes", () => {
	it("meet in either order and share no names with sockets", async () => {
		const name = `bare-${next++}`;
		await inproc.bind(parseEndpoint(`inproc://${name}`), new Host("PULL"));
		const early = connectPipe(name);
		early.tryWrite(bytes("early"));
		const accepted: Pipe[] = [];
		const listener = listenPipes(name, (pipe) => accepted.push(pipe));
		const late = connectPipe(name);
		late.tryWrite(bytes("late"));
		expect(accepted.map((pipe) => String(pipe.tryRead()?.[0]))).toEqual(["early", "late"]);
		expect(() => listenPipes(name, () => {})).toThrow(/already bound/);
		listener.close();
		listenPipes(name, () => {}).close();
	});

	it("forget a connect that was closed before anybody listened", () => {
		const name = `bare-${next++}`;
		connectPipe(name).close();
		const kept = connectPipe(name);
		kept.tryWrite(bytes("kept"));
		kept.close();
		const accepted: Pipe[] = [];
		listenPipes(name, (pipe) => accepted.push(pipe)).close();
		expect(accepted.map((pipe) => String(pipe.tryRead()?.[0]))).toEqual(["kept"]);
	});
});
