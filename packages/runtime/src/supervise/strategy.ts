/**
 * The rules of supervising, as OTP has them: which children begin again with one that has ended, and whether it does. Pure.
 */
import type { SuperviseStrategy } from "../definition/actor-types.ts";
import { ActorError } from "../errors.ts";
import type { RestartKind } from "../restart/restart-policy.ts";
import type { ExitReason } from "../wire/exit-reason.ts";

const STRATEGIES: readonly string[] = ["oneForOne", "oneForAll", "restForOne"] satisfies SuperviseStrategy[];

/** @throws ActorError ERR_BAD_OPTION */
export function checkStrategy(given: SuperviseStrategy | undefined): SuperviseStrategy {
	const strategy = given ?? "oneForOne";
	if (!STRATEGIES.includes(strategy))
		throw new ActorError("ERR_BAD_OPTION", `strategy must be ${STRATEGIES.join(", ")}, got ${String(strategy)}`);
	return strategy;
}

/** The children that begin again when this one has ended, in the order of their start. */
export function affected<T>(strategy: SuperviseStrategy, children: readonly T[], ended: T): T[] {
	if (strategy === "oneForOne") return [ended];
	return strategy === "oneForAll" ? [...children] : children.slice(children.indexOf(ended));
}

/** @param itself it ended itself, as `ctx.stop()` does */
export function comesBack(kind: RestartKind, reason: ExitReason, itself: boolean): boolean {
	if (kind === "temporary") return false;
	if (reason.kind === "stopped" || reason.kind === "killed") return itself && kind === "permanent";
	return true;
}
