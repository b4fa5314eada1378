/**
 * Sockets as Web Streams: back-pressure both ways, and no message lost by a cancel, an abort or a close.
 */
import { describe, expect, it } from "vitest";
import { meet, open, TRANSPORTS, texts } from "../fixtures/open-sockets.ts";
import { Client, Server } from "../sockets/draft-sockets.ts";
import { Pair, Pull, Push, Reply, Request, Router } from "../sockets/sockets.ts";
import { holds } from "../wait/keep-alive.ts";

const code = (name: string) => expect.objectContaining({ code: name });

describe.each(TRANSPORTS)("streams over %s", (transport) => {
	it("pipe messages from one socket to the next, whole and in order, as fast as the last one is read", async () => {
		const [source, input, output, sink] = [
			open(new Push()),
			open(new Pull({ receiveHighWaterMark: 2 })),
			open(new Push({ sendHighWaterMark: 2 })),
			open(new Pull({ receiveHighWaterMark: 2 })),
		];
		await meet(transport, input, source);
		await meet(transport, sink, output);
		const upper = new TransformStream<Buffer[], string[]>({
			transform: (frames, controller) => controller.enqueue(frames.map((frame) => frame.toString().toUpperCase())),
		});
		const piped = input.toReadableStream().pipeThrough(upper).pipeTo(output.toWritableStream());
		const sent = source.sendMany(Array.from({ length: 500 }, (_, i) => [`a${i}`, "b"]));
		for (let i = 0; i < 500; i++) expect(texts(await sink.receive())).toEqual([`A${i}`, "B"]);
		await sent;
		input.close();
		// The end of the input is the end of the pipe; the output stays as it is.
		await piped;
		expect([output.closed, sink.closed]).toEqual([false, false]);
	});
});

describe("a readable stream", () => {
	it("takes nothing from the socket before its reader asks", async () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		await meet("inproc", pull, push);
		await push.sendMany(["1", "2"]);
		const stream = pull.toReadableStream();
		const reader = stream.getReader();
		expect(texts((await reader.read()).value)).toEqual(["1"]);
		expect(texts(await pull.receive())).toEqual(["2"]);
	});

	it("that is cancelled while its reader waits takes no message", async () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		await meet("inproc", pull, push);
		const reader = pull.toReadableStream().getReader();
		const read = reader.read();
		// Sent first: the message is there, and nobody was given it yet when the stream is cancelled.
		await push.send("x");
		await reader.cancel();
		const got = (await read).value ?? pull.tryReceive();
		expect(texts(got)).toEqual(["x"]);
		const idle = pull.toReadableStream().getReader();
		const waiting = idle.read();
		await idle.cancel("enough");
		expect((await waiting).done).toBe(true);
		await push.send("y");
		expect(texts(await pull.receive())).toEqual(["y"]);
	});

	it("ends when its socket is closed, before and while its reader waits", async () => {
		const pull = open(new Pull());
		const [early, late] = [pull.toReadableStream().getReader(), pull.toReadableStream().getReader()];
		const read = early.read();
		pull.close();
		expect([(await read).done, (await late.read()).done]).toEqual([true, true]);
	});

	it("holds the event loop while its reader waits, and shares the messages with other receivers", async () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		await meet("inproc", pull, push);
		const stream = pull.toReadableStream();
		const [reader, other] = [stream.getReader(), pull.toReadableStream().getReader()];
		const reads = [reader.read(), other.read(), pull.receive()];
		expect(holds()).toBeGreaterThan(0);
		await push.sendMany(["1", "2", "3"]);
		const got = await Promise.all(reads);
		expect(got.map((each) => String("value" in each ? each.value : each)).sort()).toEqual(["1", "2", "3"]);
		expect(holds()).toBe(0);
	});

	it("gets what is left when a receive before it took the first of several messages that came at once", async () => {
		const [push, pull] = [open(new Push()), open(new Pull())];
		push.connect("inproc://at-once");
		await push.sendMany(["1", "2", "3"]);
		const received = pull.receive();
		const read = pull.toReadableStream().getReader().read();
		// A stream begins to pull a little later.
		await new Promise((resolve) => setImmediate(resolve));
		await pull.bind("inproc://at-once");
		expect([texts(await received), texts((await read).value), texts(await pull.receive())]).toEqual([["1"], ["2"], ["3"]]);
	});

	it("of a REQ waits for the reply, and does not mind when none was asked for yet", async () => {
		const [req, rep] = [open(new Request()), open(new Reply())];
		await meet("inproc", rep, req);
		const read = req.toReadableStream().getReader().read();
		await req.send("q");
		await rep.receive();
		await rep.send("a");
		expect(texts((await read).value)).toEqual(["a"]);
	});

	it("lets timers run while it never has to wait", async () => {
		const [push, pull] = [open(new Push({ sendHighWaterMark: 0 })), open(new Pull({ receiveHighWaterMark: 0 }))];
		await meet("inproc", pull, push);
		await push.sendMany(Array(3000).fill("x"));
		let turns = 0;
		const counting = setInterval(() => turns++, 0);
		const reader = pull.toReadableStream().getReader();
		for (let i = 0; i < 3000; i++) await reader.read();
		clearInterval(counting);
		expect(turns).toBeGreaterThan(1);
	});
});

describe("a writable stream", () => {
	it("makes its writer wait as long as the socket does", async () => {
		const [push, pull] = [open(new Push({ sendHighWaterMark: 1 })), open(new Pull({ receiveHighWaterMark: 1 }))];
		await meet("inproc", pull, push);
		const writer = push.toWritableStream().getWriter();
		await writer.write("1");
		await writer.write(["2", "two"]);
		let third = "waits";
		const written = writer.write("3").then(() => {
			third = "written";
		});
		expect(writer.desiredSize).toBe(0);
		await new Promise((resolve) => setImmediate(resolve));
		expect(third).toBe("waits");
		expect(texts(await pull.receive())).toEqual(["1"]);
		expect(texts(await pull.receive())).toEqual(["2", "two"]);
		await written;
		await writer.close();
		expect([texts(await pull.receive()), push.closed]).toEqual([["3"], false]);
	});

	it("that is aborted has sent exactly what its settled writes say", async () => {
		const [push, pull] = [open(new Push({ sendHighWaterMark: 1 })), open(new Pull({ receiveHighWaterMark: 1 }))];
		await meet("inproc", pull, push);
		const writer = push.toWritableStream().getWriter();
		const writes = ["1", "2", "3", "4"].map((text) =>
			writer.write(text).then(
				() => text,
				() => "not sent",
			),
		);
		writer.closed.catch(() => {
			// That it ends with an error is what the writes say.
		});
		await writes[1];
		await writer.abort(new Error("enough"));
		expect(await Promise.all(writes)).toEqual(["1", "2", "not sent", "not sent"]);
		expect([texts(await pull.receive()), texts(await pull.receive()), pull.tryReceive()]).toEqual([["1"], ["2"], undefined]);
		await push.send("5");
		expect(texts(await pull.receive())).toEqual(["5"]);
	});

	it("ends with the error of a send: what is no message, nobody to send to, a closed socket", async () => {
		const push = open(new Push({ sendTimeout: 1 }));
		await expect(
			push
				.toWritableStream()
				.getWriter()
				.write({} as never),
		).rejects.toEqual(code("EINVAL"));
		await expect(push.toWritableStream().getWriter().write("x")).rejects.toEqual(code("EAGAIN"));
		const router = open(new Router({ mandatory: true }));
		await expect(router.toWritableStream().getWriter().write(["nobody", "x"])).rejects.toEqual(code("EHOSTUNREACH"));
		const pair = open(new Pair());
		const writer = pair.toWritableStream().getWriter();
		const written = writer.write("x");
		pair.close();
		await expect(written).rejects.toEqual(code("EBADF"));
	});

	it("of a socket with tags takes each message with its tag, as a readable one gives it", async () => {
		const [server, client] = [open(new Server()), open(new Client())];
		await meet("inproc", server, client);
		const echo = server.toReadableStream().pipeTo(server.toWritableStream());
		await client.send("x");
		expect(texts(await client.receive())).toEqual(["x"]);
		server.close();
		await echo;
	});

	it.each(TRANSPORTS)("that a pipe is aborted at any moment of loses nothing, over %s", async (transport) => {
		for (let moment = 0; moment < 40; moment++) {
			const [source, input] = [open(new Push()), open(new Pull())];
			const output = open(new Push({ sendHighWaterMark: 1 + (moment % 3) }));
			const sink = open(new Pull({ receiveHighWaterMark: 1 + (moment % 2) }));
			await meet(transport, input, source);
			await meet("inproc", sink, output);
			const sent = Array.from({ length: 20 }, (_, i) => String(i));
			await source.sendMany(sent);
			const stop = new AbortController();
			let ended = false;
			const piped = input
				.toReadableStream()
				.pipeTo(output.toWritableStream(), { signal: stop.signal })
				.catch((error: Error) => error.name)
				.finally(() => {
					ended = true;
				});
			const got: string[] = [];
			for (let turn = 0; !ended; turn++) {
				if (turn === moment) stop.abort();
				const message = turn % 2 === 0 ? sink.tryReceive() : undefined;
				if (message !== undefined) got.push(String(message));
				await (turn % 3 === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined);
			}
			expect(await piped).toBe("AbortError");
			// First what went through, then what is left: together all of it, in order.
			for (let message = sink.tryReceive(); message !== undefined; message = sink.tryReceive()) got.push(String(message));
			while (got.length < 20) got.push(String(await input.receive({ timeoutMs: 2_000 })));
			expect(got).toEqual(sent);
			for (const socket of [source, input, output, sink]) socket.close();
		}
	});

	it("that a pipe is aborted in the middle of loses nothing that was taken", async () => {
		const [source, input, output, sink] = [
			open(new Push()),
			open(new Pull()),
			open(new Push({ sendHighWaterMark: 1 })),
			open(new Pull({ receiveHighWaterMark: 1 })),
		];
		await meet("inproc", input, source);
		await meet("inproc", sink, output);
		await source.sendMany(["1", "2", "3", "4", "5"]);
		const stop = new AbortController();
		const piped = input.toReadableStream().pipeTo(output.toWritableStream(), { signal: stop.signal });
		// Two are in the pipe, the third waits in the output.
		while (output.writable) await new Promise((resolve) => setImmediate(resolve));
		stop.abort();
		const got: (string | undefined)[] = [];
		const ended = piped.catch((error: Error) => error.name);
		for (let message = sink.tryReceive(); message !== undefined; message = sink.tryReceive()) {
			got.push(String(message));
			await new Promise((resolve) => setImmediate(resolve));
		}
		expect(await ended).toBe("AbortError");
		for (let message = input.tryReceive(); message !== undefined; message = input.tryReceive()) got.push(String(message));
		expect(got).toEqual(["1", "2", "3", "4", "5"]);
	});
});
