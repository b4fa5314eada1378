/**
 * A way to do the work of a census, begun before it is known how much there is: on the main thread (run-local.ts) or with
 * actors (run-actors.ts).
 *
 * Shutdown: `run` ends all that was begun, whether it succeeds or fails. It is to be called once.
 */
import type { FoldedTotals } from "./fold.ts";
import type { Progress } from "./progress.ts";
import type { Survey } from "./survey.ts";

export interface Work {
	run(surveyed: Survey, progress: Progress): Promise<FoldedTotals>;
}
