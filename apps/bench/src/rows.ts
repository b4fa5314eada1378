/**
 * All rows of `npm run bench`, in the order in which they are printed, for given sizes.
 * One file a kind of row, in rows/.
 */
import type { Row, Sizes } from "./row.ts";
import { idleRows } from "./rows/idle.ts";
import { publishRows } from "./rows/publish.ts";
import { callRows, roundTripRows } from "./rows/round-trip.ts";
import { curveRows, ioRows, plainRows } from "./rows/throughput.ts";

export function allRows(sizes: Sizes): Row[] {
	return [
		...plainRows(sizes),
		...roundTripRows(sizes),
		...publishRows(sizes),
		...curveRows(sizes),
		...ioRows(sizes),
		...idleRows(sizes),
		...callRows(sizes),
	];
}
