/**
 * The floors of core and of runtime, ground first, and the order of the packages. A file imports only what stands on a lower floor, or
 * what stands beside it: in its own room, or, for loose files, on its own floor.
 *
 * A name with a slash is a room (a folder), one without is a file. A new file gets its place here; where none fits, the
 * file is probably two things.
 */
export const CORE_FLOORS: readonly (readonly string[])[] = [
	["limits", "errors"],
	["socket-type", "z85", "message", "monitor"],
	["endpoint/", "wait/"],
	["observer", "option/"],
	["memory/"],
	["wire/", "pipe/", "alloc"],
	["security/", "pattern/"],
	["transport/"],
	["socket/"],
	["transports"],
	["io-thread/"],
	["context"],
	["authenticator", "sockets/"],
	["proxy"],
	["browser/"],
	["index", "internal", "io-worker"],
	["zeromq/"],
];

export const RUNTIME_FLOORS: readonly (readonly string[])[] = [
	["limits", "errors", "fifo", "remote", "thread-mark"],
	["address", "turns/", "restart/", "wire/"],
	["definition/"],
	["task/"],
	["parts"],
	["ref/"],
	["supervise/"],
	["actor/", "pool/"],
	["host/"],
	["thread/"],
	["system/"],
	["index", "comlink"],
];

/** The houses that have floors: their folder of sources. */
export const HOUSES: Readonly<Record<string, readonly (readonly string[])[]>> = {
	"packages/core/src/": CORE_FLOORS,
	"packages/runtime/src/": RUNTIME_FLOORS,
};

/** What each package and app may import by name; the only app that others import is bench, for what compares. */
export const PACKAGE_IMPORTS: Readonly<Record<string, readonly string[]>> = {
	"packages/core": [],
	"packages/runtime": ["@zloom/core", "@zloom/core/internal"],
	"packages/cluster": ["@zloom/core", "@zloom/runtime"],
	"packages/zloom": ["@zloom/core", "@zloom/runtime", "@zloom/cluster"],
	"apps/census": ["@zloom/core", "@zloom/runtime", "@zloom/cluster"],
	"apps/bench": ["@zloom/core", "@zloom/core/internal", "@zloom/runtime", "@zloom/cluster"],
	"apps/savina": ["@zloom/runtime", "@zloom/bench/comparison"],
	"apps/examples": ["@zloom/core", "@zloom/core/zeromq", "@zloom/runtime", "@zloom/cluster"],
	"apps/reference": [],
};

/** The doors of each package: the keys of `exports` in its package.json. */
export const DOORS: Readonly<Record<string, readonly string[]>> = {
	"packages/core": [".", "./browser", "./internal", "./io-worker", "./zeromq", "./zeromq/draft"],
	"packages/runtime": [".", "./comlink"],
	"packages/cluster": ["."],
	"packages/zloom": [],
	"apps/bench": ["./comparison"],
};

/** The folder of sources that a file belongs to, if that has floors. */
export function houseOf(filePath: string): string | undefined {
	return Object.keys(HOUSES).find((house) => filePath.startsWith(house));
}

/** The floor of a file in its house and its room (the folder, or nothing for a loose file). */
export function placeOf(filePath: string): { house: string; floor: number; room: string } | undefined {
	const house = houseOf(filePath);
	if (house === undefined) return undefined;
	const inside = filePath.slice(house.length).replace(/\.ts$/, "");
	const folder = inside.includes("/") ? `${inside.slice(0, inside.indexOf("/"))}/` : "";
	const floor = (HOUSES[house] ?? []).findIndex((names) => names.includes(folder === "" ? inside : folder));
	return floor === -1 ? undefined : { house, floor, room: folder };
}
