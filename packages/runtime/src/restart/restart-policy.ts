/**
 * When an actor that failed begins anew, how soon, and how often: OTP's restart kinds and intensity, with a back-off.
 *
 * Pure: the caller brings time and chance.
 */
import { ActorError } from "../errors.ts";
import { RESTART_PERIOD_MS, RESTARTS_MAX, TIMEOUT_MS_MAX } from "../limits.ts";
import { RestartIntensity } from "./restart-intensity.ts";

/**
 * After which ends an actor begins anew: "transient" when it failed or its thread ended, "temporary" never, "permanent" also
 * when it ended itself. An actor that was stopped or killed from outside stays ended.
 */
export type RestartKind = "permanent" | "transient" | "temporary";

/** How an actor begins anew; all of it optional. */
export interface RestartOptions {
	/** Default "transient". */
	readonly kind?: RestartKind;
	/** Restarts within {@link periodMs} after which it is given up. Default 3. */
	readonly intensity?: number;
	/** Default 5000. */
	readonly periodMs?: number;
	/** The wait before a restart, ms; doubles with each restart within the period, and is cut at random by up to a half. Default 0: at once. */
	readonly backoffMs?: number;
	/** Longest wait, ms. Default 30,000. */
	readonly backoffMaxMs?: number;
}

const KINDS: readonly string[] = ["permanent", "transient", "temporary"] satisfies RestartKind[];
const BACKOFF_MAX_MS_DEFAULT = 30_000;

function whole(value: number, name: string, least: number): number {
	if (!Number.isInteger(value) || value < least || value > TIMEOUT_MS_MAX)
		throw new ActorError("ERR_BAD_OPTION", `restart.${name} must be an integer from ${least} to ${TIMEOUT_MS_MAX}, got ${String(value)}`);
	return value;
}

/** Fills in defaults. @throws ActorError ERR_BAD_OPTION */
export function checkRestart(given: RestartKind | RestartOptions | undefined): Required<RestartOptions> {
	const options: RestartOptions = typeof given === "string" ? { kind: given } : (given ?? {});
	const kind = options.kind ?? "transient";
	if (typeof options !== "object" || !KINDS.includes(kind))
		throw new ActorError("ERR_BAD_OPTION", `restart must be ${KINDS.join(", ")}, or an object with that as kind, got ${String(kind)}`);
	return {
		kind,
		intensity: whole(options.intensity ?? RESTARTS_MAX, "intensity", 0),
		periodMs: whole(options.periodMs ?? RESTART_PERIOD_MS, "periodMs", 1),
		backoffMs: whole(options.backoffMs ?? 0, "backoffMs", 0),
		backoffMaxMs: whole(options.backoffMaxMs ?? BACKOFF_MAX_MS_DEFAULT, "backoffMaxMs", 0),
	};
}

/** How an actor is to begin anew: as its spawn says, else as it is defined. @throws ActorError ERR_BAD_OPTION */
export function restartOf(
	definition: { readonly options: { readonly restart?: RestartKind | RestartOptions } },
	options: { readonly restart?: RestartKind | RestartOptions },
): RestartKind | RestartOptions {
	const restart = options.restart ?? definition.options.restart ?? "transient";
	checkRestart(restart);
	return restart;
}

/** What becomes of one actor that died. */
export class RestartPolicy {
	readonly options: Required<RestartOptions>;
	readonly #intensity: RestartIntensity;

	constructor(options: Required<RestartOptions>) {
		this.options = options;
		this.#intensity = new RestartIntensity(options.intensity, options.periodMs);
	}

	/**
	 * Notes a failure; says after how many ms to begin anew, or undefined to give up.
	 *
	 * @param nowMs a monotonic clock @param chance from 0 to 1
	 */
	failed(nowMs: number, chance: number): number | undefined {
		const { kind, backoffMs, backoffMaxMs } = this.options;
		if (kind === "temporary" || !this.#intensity.died(nowMs)) return undefined;
		return Math.min(backoffMaxMs, backoffMs * 2 ** (this.#intensity.deaths - 1)) * (1 - chance / 2);
	}

	/** The same for an actor that ended itself. */
	ended(nowMs: number, chance: number): number | undefined {
		return this.options.kind === "permanent" ? this.failed(nowMs, chance) : undefined;
	}
}
