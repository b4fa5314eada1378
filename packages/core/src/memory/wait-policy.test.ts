import { describe, expect, it } from "vitest";
import { LOOK_MS } from "./look-policy.ts";
import { IO_QUIET_MS, SLICE_MS, SPIN_MS } from "./spin-policy.ts";
import { type NextStep, WaitPolicy } from "./wait-policy.ts";

/** A thread whose clock and surroundings the test moves: what it does, step by step, in ms. */
class Thread {
	io = false;
	crowd = false;
	nowMs = 1000;
	readonly policy = new WaitPolicy({
		hadIo: () => {
			const had = this.io;
			this.io = false;
			return had;
		},
		crowded: () => this.crowd,
	});

	turn(): void {
		this.policy.turned(this.nowMs);
	}

	/** A wait that begins with work now and finds nothing: its steps, one for each change. */
	vainWait(first: NextStep = this.policy.worked(this.nowMs)): NextStep[] {
		const steps = [first];
		let step = first;
		this.policy.starts(this.nowMs);
		while (step !== "sleep") {
			if (step === "spin") this.nowMs = Math.max(this.nowMs + 0.001, this.policy.spinUntil);
			else {
				this.nowMs += 0.003;
				this.turn();
			}
			step = this.policy.idle(this.nowMs);
			if (step !== steps.at(-1)) steps.push(step);
		}
		return steps;
	}

	/** Work, and then more of it after so long. */
	answeredAfter(ms: number): NextStep {
		const step = this.policy.worked(this.nowMs);
		this.policy.starts(this.nowMs);
		this.nowMs += ms;
		if (step === "look") this.turn();
		return step;
	}
}

describe("the wait policy", () => {
	it("spins, then looks, then sleeps", () => {
		const thread = new Thread();
		thread.turn();
		const began = thread.nowMs;
		expect(thread.vainWait()).toEqual(["spin", "look", "sleep"]);
		expect(thread.nowMs - began).toBeGreaterThanOrEqual(LOOK_MS);
		expect(thread.nowMs - began).toBeLessThan(LOOK_MS + 0.01);
	});

	it("lets the event loop turn after a slice of time, however fast the answers are", () => {
		const thread = new Thread();
		thread.turn();
		let spins = 0;
		while (thread.answeredAfter(0.003) === "spin") spins += 1;
		expect(spins * 0.003).toBeCloseTo(SLICE_MS, 2);
		expect(thread.answeredAfter(0.005)).toBe("spin");
	});

	it("gives up spins that are always in vain, and goes on looking where that pays", () => {
		const thread = new Thread();
		const steps = Array.from({ length: 20 }, () => {
			thread.turn();
			const step = thread.policy.worked(thread.nowMs);
			thread.policy.starts(thread.nowMs);
			thread.nowMs += SPIN_MS + 0.001;
			expect(thread.policy.idle(thread.nowMs)).toBe("look");
			thread.nowMs += 0.001;
			return step;
		});
		expect(steps.slice(0, 3)).toEqual(["spin", "spin", "spin"]);
		expect(new Set(steps.slice(8))).toEqual(new Set(["look"]));
	});

	it("counts an answer that it found late as none: another thread had the core meanwhile", () => {
		const thread = new Thread();
		const steps = Array.from({ length: 20 }, () => {
			thread.turn();
			return thread.answeredAfter(10);
		});
		expect(steps.slice(0, 3)).toEqual(["spin", "spin", "spin"]);
		expect(steps.slice(8)).not.toContain("spin");
		expect(steps.slice(12)).not.toContain("look");
	});

	it("does not spin for a while after I/O, and looks turn by turn", () => {
		const thread = new Thread();
		thread.io = true;
		thread.turn();
		expect(thread.answeredAfter(0.005)).toBe("look");
		thread.nowMs += IO_QUIET_MS;
		thread.turn();
		expect(thread.answeredAfter(0.005)).toBe("spin");
	});

	it("does not spin while more threads are awake than there are cores", () => {
		const thread = new Thread();
		thread.crowd = true;
		thread.turn();
		expect(thread.vainWait()).toEqual(["look", "sleep"]);
		thread.crowd = false;
		thread.nowMs += 1;
		thread.turn();
		expect(thread.answeredAfter(0.005)).toBe("spin");
	});

	it("sleeps at once when nothing it tried has paid for long", () => {
		const thread = new Thread();
		const waits = Array.from({ length: 12 }, () => {
			thread.nowMs += 10;
			thread.turn();
			return thread.vainWait();
		});
		expect(waits.slice(6)).toEqual(Array.from({ length: 6 }, () => ["sleep"]));
	});

	it("stays awake for an answer after a send from sleep as long as answers come", () => {
		const thread = new Thread();
		for (let question = 0; question < 20; question++) {
			expect(thread.policy.sent(thread.nowMs)).toBe("look");
			thread.turn();
			thread.nowMs += LOOK_MS / 2;
			thread.vainWait();
			thread.nowMs += 10;
		}
		const unanswered = Array.from({ length: 12 }, () => thread.vainWait(thread.policy.sent(thread.nowMs)));
		expect(unanswered.slice(6)).toEqual(Array.from({ length: 6 }, () => ["sleep"]));
	});
});
