/**
 * The floors of core, ground first, and the order of the packages. A file imports only what stands on a lower floor, or
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

/** What each package and app may import by name; nobody imports an app. */
export const PACKAGE_IMPORTS: Readonly<Record<string, readonly string[]>> = {
	"packages/core": [],
	"packages/runtime": ["@zloom/core", "@zloom/core/internal"],
	"packages/cluster": ["@zloom/core", "@zloom/runtime"],
	"packages/zloom": ["@zloom/core", "@zloom/runtime", "@zloom/cluster"],
	"apps/census": ["@zloom/core", "@zloom/runtime", "@zloom/cluster"],
	"apps/bench": ["@zloom/core", "@zloom/core/internal", "@zloom/runtime", "@zloom/cluster"],
	"apps/examples": ["@zloom/core", "@zloom/core/zeromq", "@zloom/runtime", "@zloom/cluster"],
	"apps/reference": [],
};

/** The doors of each package: the keys of `exports` in its package.json. */
export const DOORS: Readonly<Record<string, readonly string[]>> = {
	"packages/core": [".", "./browser", "./internal", "./io-worker", "./zeromq", "./zeromq/draft"],
	"packages/runtime": ["."],
	"packages/cluster": ["."],
	"packages/zloom": [],
};

/** The floor of a file in packages/core/src and its room (the folder, or nothing for a loose file). */
export function placeOf(filePath: string): { floor: number; room: string } | undefined {
	const inside = filePath.replace(/^packages\/core\/src\//, "").replace(/\.ts$/, "");
	const folder = inside.includes("/") ? `${inside.slice(0, inside.indexOf("/"))}/` : "";
	const floor = CORE_FLOORS.findIndex((names) => names.includes(folder === "" ? inside : folder));
	return floor === -1 ? undefined : { floor, room: folder };
}
