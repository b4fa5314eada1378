/**
 * Who hears which events, and when.
 */
import { describe, expect, it } from "vitest";
import { SocketEvents } from "./monitor.ts";

const bound = { type: "bind", address: "tcp://127.0.0.1:1" } as const;

describe("events of a socket", () => {
	it("reach every listener of their type once, after the code that reports them", async () => {
		const events = new SocketEvents();
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
		const events = new SocketEvents();
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
