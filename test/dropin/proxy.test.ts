/**
 * The class Proxy of the drop-in door against npm zeromq, as far as that does not abort the process; differences.test.ts has the rest.
 */
import { describe } from "vitest";
import { same, type Zeromq } from "./modules.ts";
import { became, did } from "./observe.ts";

async function make(zmq: Zeromq) {
	const proxy = new zmq.Proxy(new zmq.Router({ linger: 0 }), new zmq.Dealer({ linger: 0 }));
	await proxy.frontEnd.bind("tcp://127.0.0.1:*");
	await proxy.backEnd.bind("tcp://127.0.0.1:*");
	return proxy;
}

describe("a proxy", () => {
	same("needs both sockets bound or connected", async (zmq) => {
		const proxy = new zmq.Proxy(new zmq.Router(), new zmq.Dealer());
		const seen = [await became(() => proxy.run())];
		await proxy.frontEnd.bind("inproc://half");
		seen.push(await became(() => proxy.run()));
		seen.push(...(["pause", "resume", "terminate"] as const).map((method) => did(() => proxy[method]())));
		proxy.frontEnd.close();
		proxy.backEnd.close();
		const closed = new zmq.Router();
		closed.close();
		seen.push(await became(() => new zmq.Proxy(closed, new zmq.Dealer()).run()));
		return seen;
	});

	same("moves messages both ways, blocks its sockets, and closes them at its end", async (zmq) => {
		const proxy = await make(zmq);
		const [front, back] = [proxy.frontEnd.lastEndpoint as string, proxy.backEnd.lastEndpoint as string];
		const running = proxy.run();
		const [request, reply] = [new zmq.Request({ linger: 0 }), new zmq.Reply({ linger: 0 })];
		request.connect(front);
		reply.connect(back);
		const seen: unknown[] = [proxy.frontEnd.closed, proxy.frontEnd.readable, proxy.frontEnd.linger];
		seen.push(
			did(() => proxy.frontEnd.send("x")),
			did(() => proxy.backEnd.receive()),
			did(() => proxy.frontEnd.connect("inproc://x")),
		);
		await request.send("question");
		seen.push(String((await reply.receive())[0]));
		await reply.send("answer");
		seen.push(
			String((await request.receive())[0]),
			did(() => (proxy.pause as (one: number) => void)(1)),
		);
		seen.push(
			did(() => proxy.terminate()),
			await became(() => running),
			proxy.frontEnd.closed,
			proxy.backEnd.closed,
		);
		request.close();
		reply.close();
		return seen;
	});

	same("closes a socket that was closed meanwhile only at its end", async (zmq) => {
		const proxy = await make(zmq);
		const running = proxy.run();
		const seen = [did(() => proxy.frontEnd.close()), proxy.frontEnd.closed];
		// Both need a moment to run before they can be told to end.
		await new Promise((resolve) => setTimeout(resolve, 20));
		proxy.terminate();
		await running;
		return [...seen, proxy.frontEnd.closed];
	});
});
