import { once } from "node:events";
import { type AddressInfo, createServer, Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { holds } from "../wait/keep-alive.ts";
import { bound, connected, host, joined, message } from "./fixtures/tcp-ends.ts";
import { StreamConnector } from "./stream-connector.ts";

describe("a connector", () => {
	it("keeps queued messages for the peer that comes later, and holds the event loop for them", async () => {
		const listener = await bound(host("PULL"));
		const { endpoint } = listener;
		await listener.close();
		const client = host("PUSH", { reconnectInterval: 10 });
		connected(client, endpoint);
		client.pipes[0]?.tryWrite(message(5));
		expect(holds()).toBe(1);
		await client.until(() => client.eventTypes.includes("connect:retry"));
		expect(client.eventTypes.slice(0, 3)).toEqual(["connect:delay", "close", "connect:retry"]);
		const server = host("PULL");
		await bound(server, endpoint);
		await server.until(() => server.messages.length === 1);
	});

	it("reconnects after the listener was unbound, with the same pipe", async () => {
		const { client, listener } = await joined(host("PULL"), host("PUSH", { reconnectInterval: 10 }));
		await listener.close();
		await client.until(() => client.eventTypes.includes("connect:retry"));
		expect(client.eventTypes.slice(2, 5)).toEqual(["handshake", "disconnect", "connect:retry"]);
		const next = host("PULL");
		await bound(next, listener.endpoint);
		client.pipes[0]?.tryWrite(message(1));
		await next.until(() => next.messages.length === 1);
		expect(client.pipes.length).toBe(1);
	});

	it("with immediate makes the pipe after the handshake and destroys it at disconnect", async () => {
		const server = host("PULL");
		const listener = await bound(server);
		const client = host("PUSH", { immediate: true, reconnectInterval: 10 });
		connected(client, listener.endpoint);
		expect(client.pipes.length).toBe(0);
		await client.until(() => client.pipes.length === 1);
		await listener.close();
		await client.until(() => client.closedPipes.length === 1);
	});

	it("of a ROUTER knows the peer's routing id when the pipe is attached", async () => {
		const { client } = await joined(host("DEALER", { routingId: Buffer.from("west") }), host("ROUTER"));
		expect(Buffer.from(client.pipes[0]?.peerRoutingId as Uint8Array).toString()).toBe("west");
	});

	it("does not try again after a socket type that does not fit", async () => {
		const server = host("PULL");
		const client = host("PULL", { reconnectInterval: 1 });
		const listener = await bound(server);
		connected(client, listener.endpoint);
		await client.until(() => client.closedPipes.length === 1);
		expect(client.eventTypes).toEqual(["connect:delay", "connect", "handshake:error:protocol", "disconnect"]);
	});

	it("with reconnectInterval -1 ends at the first failure", async () => {
		const listener = await bound(host("PULL"));
		await listener.close();
		const client = host("PUSH", { reconnectInterval: -1 });
		connected(client, listener.endpoint);
		await client.until(() => client.closedPipes.length === 1);
		expect(client.eventTypes).toEqual(["connect:delay", "close"]);
	});

	it("begins with the shortest interval again after it has been connected", async () => {
		const listener = await bound(host("PULL"));
		await listener.close();
		const client = host("PUSH", { reconnectInterval: 1, reconnectMaxInterval: 64 });
		const intervals = (): number[] => client.events.flatMap((event) => (event.type === "connect:retry" ? [event.interval] : []));
		connected(client, listener.endpoint);
		await client.until(() => intervals().length >= 3);
		const again = await bound(host("PULL"), listener.endpoint);
		await client.until(() => client.eventTypes.includes("handshake"));
		const failed = intervals().length;
		expect(intervals().slice(0, 3)).toEqual([1, 2, 4]);
		await again.close();
		await client.until(() => intervals().length > failed);
		expect(intervals()[failed]).toBe(1);
	});

	it("gives up an attempt that is under way when it is closed", async () => {
		const attempts: Socket[] = [];
		const client = host("PUSH");
		const open = (): Socket => {
			attempts.push(new Socket());
			return attempts.at(-1) as Socket;
		};
		await new StreamConnector("tcp://10.0.0.1:1", client, { open }).close();
		expect(attempts.map((attempt) => attempt.destroyed)).toEqual([true]);
	});

	it("after close still delivers what is queued, to a peer that appears within the linger period", async () => {
		const listener = await bound(host("PULL"));
		await listener.close();
		const client = host("PUSH", { reconnectInterval: 10 });
		const connector = connected(client, listener.endpoint);
		client.pipes[0]?.tryWrite(message(5));
		client.close();
		const ended = connector.close();
		const server = host("PULL");
		await bound(server, listener.endpoint);
		await server.until(() => server.messages.length === 1);
		await ended;
		expect(holds()).toBe(0);
	});

	it("ends its pipe when it is closed alone, after flushing it", async () => {
		const { server, client, connector } = await joined(host("PULL"), host("PUSH"));
		client.pipes[0]?.tryWrite(message(5));
		await connector.close();
		expect(client.closedPipes.length).toBe(1);
		await server.until(() => server.messages.length === 1);
	});

	it("ends at once when it is closed while a silent peer holds up the handshake", async () => {
		const silent = createServer((stream) => stream.resume().on("error", () => stream.destroy()));
		silent.listen(0, "127.0.0.1");
		await once(silent, "listening");
		const client = host("PUSH");
		const connector = connected(client, `tcp://127.0.0.1:${(silent.address() as AddressInfo).port}`);
		await client.until(() => client.eventTypes.includes("connect"));
		client.close();
		await connector.close();
		silent.close();
		expect(holds()).toBe(0);
	});

	it("gives a ROUTER the same pipe after a reconnect, and another one when another peer answers", async () => {
		const client = host("ROUTER", { reconnectInterval: 5 });
		const handshakes = (): number => client.events.filter((event) => event.type === "handshake").length;
		const first = await bound(host("DEALER", { routingId: Buffer.from("a") }));
		connected(client, first.endpoint);
		await client.until(() => handshakes() === 1);
		await first.close();
		const again = await bound(host("DEALER", { routingId: Buffer.from("a") }), first.endpoint);
		await client.until(() => handshakes() === 2);
		expect(client.pipes.length).toBe(1);
		await again.close();
		await bound(host("DEALER", { routingId: Buffer.from("b") }), first.endpoint);
		await client.until(() => handshakes() === 3);
		expect(client.pipes.map((pipe) => String(pipe.peerRoutingId))).toEqual(["a", "b"]);
		expect(client.closedPipes).toEqual([client.pipes[0]]);
	});

	it("tries again when the peer leaves in the middle of the handshake", async () => {
		const fickle = createServer((stream) => stream.on("error", () => stream.destroy()).end());
		fickle.listen(0, "127.0.0.1");
		await once(fickle, "listening");
		const client = host("PUSH", { reconnectInterval: 5 });
		connected(client, `tcp://127.0.0.1:${(fickle.address() as AddressInfo).port}`);
		await client.until(() => client.events.filter((event) => event.type === "connect:retry").length === 2);
		expect(client.eventTypes.slice(0, 5)).toEqual(["connect:delay", "connect", "handshake:error:other", "disconnect", "connect:retry"]);
		fickle.close();
	});
});
