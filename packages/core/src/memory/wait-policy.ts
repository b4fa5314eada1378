/**
 * What a thread does when it has found no more work: spin, then look again turn by turn, then sleep. Pure, but for what it asks of
 * its surroundings.
 *
 * One **wait** begins when work was done, or when a sleeper has sent something, and ends with the next work or with sleep. What a wait
 * may try is decided at its beginning: spin-policy.ts says whether and how long it spins, look-policy.ts whether it looks. A step that
 * was tried and found the work in its time has paid; one that was tried and did not was in vain. A sleeper uses no CPU at all.
 *
 * Idle time counts from the first step after work, not from the work: in between, those who got the messages have run.
 */
import { LOOK_MS, LookPolicy } from "./look-policy.ts";
import { SPIN_MS, SpinPolicy, type Surroundings } from "./spin-policy.ts";

export type NextStep = "spin" | "look" | "sleep";

export class WaitPolicy {
	/** When a spin must end, ms of the same clock; where it is past, one look is still to be had. */
	spinUntil = 0;
	readonly #spin: SpinPolicy;
	readonly #look = new LookPolicy();
	/** The wait has found nothing yet because nobody has looked yet. */
	#fresh = false;
	#idleSince = 0;
	#maySpin = false;
	#mayLook = false;
	#spun = false;
	#looked = false;

	constructor(surroundings: Surroundings) {
		this.#spin = new SpinPolicy(surroundings);
	}

	/** The event loop has turned, and this thread is about to look. */
	turned(nowMs: number): void {
		this.#spin.turned(nowMs);
		this.starts(nowMs);
	}

	/** A spin or a look starts now. */
	starts(nowMs: number): void {
		if (!this.#fresh) return;
		this.#fresh = false;
		this.#idleSince = nowMs;
		this.spinUntil = this.#spin.until(nowMs);
	}

	/** Work was found, and has been done. */
	worked(nowMs: number): NextStep {
		const idleMs = nowMs - this.#idleSince;
		if (this.#spun) this.#judge(this.#spin, idleMs <= SPIN_MS);
		if (this.#looked) this.#judge(this.#look, idleMs <= LOOK_MS);
		this.#begin(nowMs, false);
		return this.#step(nowMs, nowMs);
	}

	/** The last step found nothing. */
	idle(nowMs: number): NextStep {
		return this.#step(nowMs, this.#idleSince);
	}

	/** The sleeping thread has sent something: is it to wake up and wait for an answer? */
	sent(nowMs: number): NextStep {
		this.#begin(nowMs, true);
		return this.#step(nowMs, nowMs);
	}

	/** Work that was found late was found after another thread had had this core: what it shows is that the wait was in that one's way. */
	#judge(tried: SpinPolicy | LookPolicy, inTime: boolean): void {
		if (inTime) tried.paid();
		else tried.wasVain();
	}

	#begin(nowMs: number, asked: boolean): void {
		this.#fresh = true;
		this.#spun = false;
		this.#looked = false;
		// Who has to be woken first does not answer within a spin.
		this.#maySpin = !asked && this.#spin.tries(nowMs);
		this.#mayLook = this.#look.tries(asked);
	}

	#step(nowMs: number, idleSinceMs: number): NextStep {
		const idleMs = nowMs - idleSinceMs;
		if (this.#maySpin) {
			if (idleMs < SPIN_MS) {
				this.#spun = true;
				this.spinUntil = this.#spin.until(idleSinceMs);
				// A turn of the event loop is due: the spin goes on after it.
				return nowMs < this.spinUntil ? "spin" : "look";
			}
			this.#maySpin = false;
			if (this.#spun) this.#spin.wasVain();
			this.#spun = false;
		}
		if (this.#mayLook && idleMs < LOOK_MS) {
			this.#looked = true;
			return "look";
		}
		if (this.#looked) this.#look.wasVain();
		this.#looked = false;
		return "sleep";
	}
}
