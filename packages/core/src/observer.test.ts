/**
 * Who hears which events, and when.
 */
import { describe, expect, it } from "vitest";
import { OBSERVER_EVENTS_MAX } from "./limits.ts";
import { Observer } from "./observer.ts";

const bound = { type: "bind", address: "tcp://127.0.0.1:1" } as const;

describe("listeners of an observer", () => {
	it("reach every listener of their type once, after the code that reports them", async () => {
		const events = new Observer();
		const heard: string[] = [];
		const listener = () => heard.push("twice added");
		events.on("bind", listener);
		events.on("bind", listener);
		events.on("bind", ({ address }) => heard.push(address));
		events.on("accept", () => heard.push("accept"));
		events.emit(bound);
		expect(heard).toEqual([]);
		await Promise.resolve();
		expect(heard).toEqual(["twice added", bound.address]);
	});

	it("do not reach a listener that was taken off in the meantime", async () => {
		const events = new Observer();
		const heard: string[] = [];
		const second = () => heard.push("second");
		events.on("bind", () => {
			heard.push("first");
			events.off("bind", second);
		});
		events.on("bind", second);
		events.emit(bound);
		await Promise.resolve();
		expect(heard).toEqual(["first"]);
		events.off("bind", second);
	});
});

describe("events that are received", () => {
	it("are kept in order until somebody asks, and given to whoever waits", async () => {
		const events = new Observer();
		events.emit(bound);
		events.emit({ type: "accept", address: "a" });
		expect((await events.receive()).type).toBe("bind");
		expect((await events.receive()).type).toBe("accept");
		const next = [events.receive(), events.receive()];
		events.emit(bound);
		events.emit({ type: "close", address: "a" });
		expect((await Promise.all(next)).map(({ type }) => type)).toEqual(["bind", "close"]);
		await expect(events.receive({ timeoutMs: 1 })).rejects.toMatchObject({ code: "EAGAIN" });
	});

	it("end a loop with the end of the socket, and are few enough for memory", async () => {
		const events = new Observer();
		for (let i = 0; i < OBSERVER_EVENTS_MAX + 10; i++) events.emit(bound);
		events.emit({ type: "end" });
		const seen: string[] = [];
		for await (const { type } of events) seen.push(type);
		expect([seen.length, seen.at(-1), events.closed]).toEqual([OBSERVER_EVENTS_MAX + 1, "end", true]);
		await expect(events.receive()).rejects.toMatchObject({ code: "EBADF" });
	});

	it("are none after a listener was added", async () => {
		const events = new Observer();
		events.emit(bound);
		events.on("bind", () => {});
		await expect(events.receive()).rejects.toMatchObject({ code: "EFSM" });
		await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "EFSM" });
	});

	it("stop when the observer is closed", async () => {
		const events = new Observer();
		const waiting = expect(events.receive()).rejects.toMatchObject({ code: "EBADF" });
		const step = events[Symbol.asyncIterator]().next();
		events.close();
		events.emit(bound);
		await waiting;
		expect(await step).toEqual({ value: undefined, done: true });
	});
});
