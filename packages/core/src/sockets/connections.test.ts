/**
 * Options about connections: who may connect, how long it may take, and when it is not tried again.
 */
import { once } from "node:events";
import { createServer, Socket as TcpSocket } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { freeEndpoint, meet, open, PATIENT } from "../fixtures/open-sockets.ts";
import type { SocketEventType } from "../monitor.ts";
import { RecordingHost } from "../transport/fixtures/recording-host.ts";
import { StreamConnector } from "../transport/stream-connector.ts";
import { Dealer, Pair, Pull, Push, Router } from "./sockets.ts";

const code = (name: string) => expect.objectContaining({ code: name });

function heard(socket: Dealer | Pull | Push, type: SocketEventType): Promise<void> {
	return new Promise((resolve) => socket.events.on(type, () => resolve()));
}

describe("tcpAcceptFilter", () => {
	it("turns away who is not in it, until it is changed", async () => {
		const pull = open(new Pull({ tcpAcceptFilter: "10.0.0.0/8,192.168.0.0/16" }));
		const push = open(new Push({ reconnectInterval: 1 }));
		const turnedAway = new Promise<Error>((resolve) => pull.events.on("accept:error", ({ error }) => resolve(error)));
		await meet("tcp", pull, push);
		expect(await turnedAway).toEqual(code("EACCES"));
		pull.tcpAcceptFilter = "127.0.0.0/8";
		await push.send("in");
		expect((await pull.receive()).map(String)).toEqual(["in"]);
	});

	it("takes ranges only", () => {
		for (const tcpAcceptFilter of ["localhost", "10.0.0.0/40", "", 5])
			expect(() => new Pull({ tcpAcceptFilter: tcpAcceptFilter as never })).toThrowError(code("EINVAL"));
	});
});

describe("reconnectStop", () => {
	it("ends a connection that is refused", async () => {
		const dealer = open(new Dealer({ reconnectStop: ["refused"], reconnectInterval: 1 }));
		const closed = heard(dealer, "close");
		dealer.connect(await freeEndpoint("tcp"));
		await closed;
		await vi.waitFor(() => expect(dealer.pipeCount).toBe(0), PATIENT);
	});

	it("ends a connection that is lost", async () => {
		const dealer = open(new Dealer({ reconnectStop: ["disconnect"], reconnectInterval: 1 }));
		const bound = open(new Dealer());
		const [there, gone] = [heard(dealer, "handshake"), heard(dealer, "disconnect")];
		await meet("tcp", bound, dealer);
		await there;
		bound.close();
		await gone;
		await vi.waitFor(() => expect(dealer.pipeCount).toBe(0), PATIENT);
	});

	it("ends a connection whose handshake breaks off", async () => {
		const server = createServer((stream) => stream.destroy()).listen(0, "127.0.0.1");
		await once(server, "listening");
		const dealer = open(new Dealer({ reconnectStop: ["handshake"], reconnectInterval: 1 }));
		const failed = heard(dealer, "handshake:error:other");
		dealer.connect(`tcp://127.0.0.1:${(server.address() as { port: number }).port}`);
		await failed;
		await vi.waitFor(() => expect(dealer.pipeCount).toBe(0), PATIENT);
		server.close();
	});

	it("takes a list of what it knows", () => {
		for (const reconnectStop of ["refused", ["never"], null])
			expect(() => new Pair({ reconnectStop: reconnectStop as never })).toThrowError(code("EINVAL"));
	});
});

describe("connectTimeout", () => {
	it("gives up a connection that is not made in time, and tries again", async () => {
		const host = new RecordingHost("PAIR", { connectTimeout: 5, reconnectInterval: 1 });
		let attempts = 0;
		const open = (): TcpSocket => {
			attempts += 1;
			return new TcpSocket();
		};
		const connector = new StreamConnector("tcp://10.0.0.1:1", host, { open });
		await vi.waitFor(() => expect(attempts).toBeGreaterThan(2), PATIENT);
		await connector.close();
	});
});

describe("tcpKeepalive", () => {
	it("is set on both sides", async () => {
		const keep = { tcpKeepalive: 1, tcpKeepaliveIdle: 10 };
		const [pull, push] = [open(new Pull(keep)), open(new Push(keep))];
		await meet("tcp", pull, push);
		await push.send("x");
		expect((await pull.receive()).map(String)).toEqual(["x"]);
	});
});

describe("a peer with the routing id of another one", () => {
	it("loses its connection with a reason, and the first one is not touched", async () => {
		const router = open(new Router());
		await router.bind("tcp://127.0.0.1:*");
		const first = open(new Dealer({ routingId: "taken" }));
		first.connect(router.lastEndpoint as string);
		await first.send("one");
		await router.receive();
		const ended = new Promise<{ error?: Error }>((resolve) => router.events.on("disconnect", resolve));
		open(new Dealer({ routingId: "taken", reconnectInterval: -1 })).connect(router.lastEndpoint as string);
		expect((await ended).error).toMatchObject({ reason: "ERR_ZMTP_INVALID_METADATA", message: expect.stringContaining("handover") });
		await first.send("two");
		expect((await router.receive()).map(String)).toEqual(["taken", "two"]);
	});
});
