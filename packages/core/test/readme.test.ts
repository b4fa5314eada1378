/**
 * The examples of the README and of the documents do what they say. That they show these very files is checked by test/tidy.
 */
import { expect, it, vi } from "vitest";

it("the example of the README prints its greetings", async () => {
	const log = vi.spyOn(console, "log").mockImplementation(() => {});
	await import("./readme-example.ts");
	expect(log.mock.calls).toEqual([["hello Ada"], ["hello Grace"]]);
	log.mockRestore();
});

it("the security example of the README lets one in and refuses the other", async () => {
	const log = vi.spyOn(console, "log").mockImplementation(() => {});
	await import("./security-example.ts");
	expect(log.mock.calls).toEqual([["for your eyes only"], ["refused with 400"]]);
	log.mockRestore();
});

it("the examples of docs/transports.md reach whom they mean", async () => {
	const log = vi.spyOn(console, "log").mockImplementation(() => {});
	await import("./shared-port-example.ts");
	await import("./share-server-example.ts");
	await import("./udp-example.ts");
	await import("./io-thread-example.ts");
	await import("./arena-example.ts");
	expect(log.mock.calls).toEqual([
		["Ada?"],
		["job 1"],
		["time?"],
		["noon"],
		["a page"],
		["weather: rain"],
		["to myself, from 127.0.0.1"],
		["on its way, whatever this thread does next"],
		["ended for the sender: true"],
		["1048576 bytes, shared: true"],
	]);
	log.mockRestore();
});
