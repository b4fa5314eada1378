import { expect, test } from "vitest";
import { affected, checkStrategy, comesBack } from "./strategy.ts";

test("the children that begin again with one that has ended, in the order of their start", () => {
	const all = ["a", "b", "c"];
	expect(affected("oneForOne", all, "b")).toEqual(["b"]);
	expect(affected("oneForAll", all, "b")).toEqual(["a", "b", "c"]);
	expect(affected("restForOne", all, "b")).toEqual(["b", "c"]);
	expect(affected("restForOne", all, "c")).toEqual(["c"]);
});

test("which ends each kind of child comes back from", () => {
	const table = (["permanent", "transient", "temporary"] as const).map((kind) => [
		comesBack(kind, { kind: "error" }, false),
		comesBack(kind, { kind: "thread" }, false),
		comesBack(kind, { kind: "linked" }, false),
		comesBack(kind, { kind: "stopped" }, true),
		comesBack(kind, { kind: "stopped" }, false),
		comesBack(kind, { kind: "killed" }, false),
	]);
	expect(table).toEqual([
		[true, true, true, true, false, false],
		[true, true, true, false, false, false],
		[false, false, false, false, false, false],
	]);
});

test("a strategy that there is none of is refused; the default is oneForOne", () => {
	expect(checkStrategy(undefined)).toBe("oneForOne");
	expect(() => checkStrategy("oneForTwo" as never)).toThrow(/oneForOne, oneForAll, restForOne/);
});
