/**
 * How often something may die and be replaced: at most RESTARTS_MAX times within RESTART_PERIOD_MS (OTP's restart intensity).
 * Pure: the caller brings the time.
 */
import { RESTART_PERIOD_MS, RESTARTS_MAX } from "./limits.ts";

export class RestartIntensity {
	#deaths: number[] = [];

	/** Notes a death; true when one more replacement is in order. @param nowMs a monotonic clock */
	died(nowMs: number): boolean {
		this.#deaths = this.#deaths.filter((at) => nowMs - at < RESTART_PERIOD_MS);
		this.#deaths.push(nowMs);
		return this.#deaths.length <= RESTARTS_MAX;
	}
}
