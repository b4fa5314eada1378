/**
 * The example of the README does what it says. That the README shows this very file is checked by test/tidy.
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
