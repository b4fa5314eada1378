/**
 * Which threads count as blocked, with a clock and threads of the test's own making.
 */
import { expect, test } from "vitest";
import type { Pulse } from "../turns/heart.ts";
import { Watchdog, type Watched } from "./watchdog.ts";

class FakeThread implements Watched {
	readonly number = 1;
	calls = 0;
	idle = 0;
	now: Pulse = { turn: 1, beats: 0, at: "handler", actor: 3, kind: "Kind", handler: "loop", limitMs: undefined };

	pulse(): Pulse {
		return { ...this.now };
	}

	call(): void {
		this.calls += 1;
	}

	idleMs(): number {
		return this.idle;
	}

	be(change: Partial<Pulse>): void {
		this.now = { ...this.now, ...change };
	}
}

/** Limits of 100 ms and, if asked for, to kill; a look is to come every 20 ms. */
function watch(killAfterMs = Number.POSITIVE_INFINITY) {
	const thread = new FakeThread();
	const told: string[] = [];
	let now = 0;
	const watchdog = new Watchdog({
		blockedAfterMs: 100,
		killAfterMs,
		threads: () => [thread],
		report: (_thread, { handler }, ms) => told.push(`reported ${handler} after ${ms}`),
		kill: (_thread, _pulse, ms) => told.push(`killed after ${ms}`),
		now: () => now,
	});
	/** Looks every 20 ms up to that time. */
	const until = (ms: number, atEach: (thread: FakeThread) => void = () => {}): void => {
		while (now < ms) {
			now += 20;
			atEach(thread);
			watchdog.look();
		}
	};
	const lookAt = (ms: number): void => {
		now = ms;
		watchdog.look();
	};
	return { thread, told, until, lookAt };
}

test("a turn that does not end is told once, and ended when its time is over", () => {
	const { told, until, thread } = watch(200);
	until(600);
	expect(told).toEqual(["reported loop after 100", "killed after 200"]);
	expect(thread.calls).toBe(0);
});

test("a thread whose turns move is not told, however busy it is", () => {
	const { told, until } = watch();
	until(1000, (thread) => thread.be({ turn: thread.now.turn + 2 }));
	expect(told).toEqual([]);
});

test("an idle thread is not told", () => {
	const { told, until } = watch();
	until(1000, (thread) => {
		thread.be({ turn: 2, at: "outside" });
		thread.idle += 19.5;
	});
	expect(told).toEqual([]);
});

test("one that is busy outside of turns, and whose event loop answers, is not told", () => {
	const { thread, told, until } = watch();
	until(1000, () => thread.be({ turn: 2, at: "outside", beats: thread.calls }));
	expect(told).toEqual([]);
	expect(thread.calls).toBeGreaterThan(5);
});

test("one that is busy outside of turns, and does not answer, is called once and told", () => {
	const { thread, told, until } = watch(300);
	until(500, () => thread.be({ turn: 2, at: "outside" }));
	expect(told).toEqual(["reported loop after 100", "killed after 300"]);
	expect(thread.calls).toBe(1);
});

test("a thread that was blocked, went on and is blocked again is told again", () => {
	const { thread, told, until } = watch();
	until(300);
	thread.be({ turn: 3, handler: "other" });
	until(600);
	expect(told).toEqual(["reported loop after 100", "reported other after 100"]);
});

test("time in which nobody looked counts for little: the whole process may have stood still", () => {
	const { told, lookAt } = watch(200);
	for (const ms of [0, 20, 100_000]) lookAt(ms);
	expect(told).toEqual([]);
	lookAt(200_000);
	expect(told).toEqual(["reported loop after 100"]);
});

test("an actor has its own limit, before which it is neither told nor ended", () => {
	const { thread, told, until } = watch(200);
	thread.be({ limitMs: 400 });
	until(1000);
	expect(told).toEqual(["reported loop after 400", "killed after 400"]);
});

test("a limit without end is never reached", () => {
	const { thread, told, until } = watch(200);
	thread.be({ limitMs: Number.POSITIVE_INFINITY });
	until(10_000);
	expect(told).toEqual([]);
});
