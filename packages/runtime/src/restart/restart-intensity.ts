/**
 * How often something may die and be replaced: at most so many times within a period (OTP's restart intensity). Pure: the
 * caller brings the time.
 */
import { RESTART_PERIOD_MS, RESTARTS_MAX } from "../limits.ts";

export class RestartIntensity {
	readonly #intensity: number;
	readonly #periodMs: number;
	#deaths: number[] = [];

	constructor(intensity = RESTARTS_MAX, periodMs = RESTART_PERIOD_MS) {
		this.#intensity = intensity;
		this.#periodMs = periodMs;
	}

	/** Deaths within the period before the last one noted, that one included. */
	get deaths(): number {
		return this.#deaths.length;
	}

	/** Notes a death; true when one more replacement is in order. @param nowMs a monotonic clock */
	died(nowMs: number): boolean {
		this.#deaths = this.#deaths.filter((at) => nowMs - at < this.#periodMs);
		this.#deaths.push(nowMs);
		return this.#deaths.length <= this.#intensity;
	}
}
