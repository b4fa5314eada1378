/**
 * Handlers that compute learn that their caller gave up, though nothing reaches their thread. (On the thread of the caller, nobody can give up
 * meanwhile.)
 */
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { Cruncher, Waiting } from "./fixtures/mailboxes.ts";
import { ELSEWHERE, errorOf, everywhere, type Ground } from "./places.ts";

async function begun(ground: Ground) {
	const ref = await ground.system.spawn(Waiting, { thread: "main" });
	const untilBegun = async (): Promise<void> => {
		while ((await ref.ask.taken()).length === 0) await setImmediate();
	};
	return { ref, untilBegun };
}

everywhere((ground) => {
	test("a loop that polls cancelled() stops when its caller aborts, while its thread is blocked", async () => {
		const ref = await ground.spawn(Cruncher, []);
		const { ref: told, untilBegun } = await begun(ground);
		const controller = new AbortController();
		const asked = errorOf(ref.with({ signal: controller.signal }).ask.crunch(told));
		await untilBegun();
		controller.abort();
		expect((await asked).code).toBe("ERR_CANCELLED");
		expect(await ref.ask.outcome()).toBe("stopped, signal not aborted yet; ");
	});

	test("and when its caller's time is up", async () => {
		const ref = await ground.spawn(Cruncher, []);
		const { ref: told } = await begun(ground);
		let outcome = "";
		// On a busy machine the time may be up before the handler begins.
		for (let timeoutMs = 500; outcome === ""; timeoutMs *= 2) {
			expect((await errorOf(ref.with({ timeoutMs }).ask.crunch(told))).code).toBe("ERR_TIMEOUT");
			outcome = await ref.ask.outcome();
		}
		expect(outcome).toContain("stopped");
	});

	test("a stream that computes between two items stops when its consumer breaks off", async () => {
		const ref = await ground.spawn(Cruncher, []);
		const { ref: told, untilBegun } = await begun(ground);
		for await (const item of ref.stream.items(told)) {
			expect(item).toBe(1);
			await untilBegun();
			break;
		}
		expect(await ref.ask.outcome()).toBe("stream stopped; ");
	});
}, ELSEWHERE);
