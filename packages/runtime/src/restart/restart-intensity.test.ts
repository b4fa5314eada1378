import { expect, test } from "vitest";
import { RESTART_PERIOD_MS, RESTARTS_MAX } from "../limits.ts";
import { RestartIntensity } from "./restart-intensity.ts";

test("so many deaths in a period are replaced, one more is not", () => {
	const intensity = new RestartIntensity();
	for (let i = 0; i < RESTARTS_MAX; i++) expect(intensity.died(i)).toBe(true);
	expect(intensity.died(RESTARTS_MAX)).toBe(false);
});

test("deaths that are far enough apart are replaced for ever", () => {
	const intensity = new RestartIntensity();
	for (let i = 0; i < 100; i++) expect(intensity.died(i * Math.ceil(RESTART_PERIOD_MS / RESTARTS_MAX))).toBe(true);
});
