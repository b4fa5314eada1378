/**
 * Imports in core and in runtime point downwards only (floors.ts has the order). Two rooms on one floor do not know each other, and
 * patterns and transports never do: they meet at `pipe`.
 */
import { HOUSES, houseOf, placeOf } from "../floors.ts";
import { importsOf } from "../imports.ts";
import type { Rule } from "../rule.ts";
import type { TreeFile } from "../tree.ts";

const NEVER: readonly (readonly [string, string])[] = [
	["pattern/", "transport/"],
	["transport/", "pattern/"],
];

function checkFile(file: TreeFile): string[] {
	const from = placeOf(file.path);
	if (from === undefined) return [`${file.path}:1 stands on no floor`];
	const findings: string[] = [];
	for (const { target, line } of importsOf(file)) {
		if (target === undefined) continue;
		const to = placeOf(target);
		// A file without a place is reported where it stands.
		if (to === undefined || to.house !== from.house) continue;
		const where = `${file.path}:${line} imports ${target}`;
		if (NEVER.some(([a, b]) => a === from.room && b === to.room)) findings.push(`${where}: patterns and transports meet at pipe/`);
		else if (to.floor > from.floor) findings.push(`${where}, which stands higher (floor ${to.floor} above ${from.floor})`);
		else if (to.floor === from.floor && to.room !== from.room) findings.push(`${where}: another room on the same floor`);
	}
	return findings;
}

export const floors: Rule = {
	name: "imports in core and runtime point downwards",
	advice: `Move what is shared to a lower floor, or hand it in as an argument. The floors, ground first: ${Object.entries(HOUSES)
		.map(([house, floors]) => `${house}: ${floors.map((names) => names.join(" ")).join(" · ")}`)
		.join("; ")}. A new file gets its place in test/tidy/floors.ts.`,
	violations: [
		{ "packages/core/src/pipe/pipe.ts": 'import { Socket } from "../socket/socket.ts";' },
		{ "packages/core/src/pattern/pair.ts": 'import type { Engine } from "../transport/engine.ts";' },
		{ "packages/core/src/transport/tcp.ts": 'export { Pair } from "../pattern/pair.ts";' },
		{ "packages/core/src/wire/frame.ts": 'import { Pipe } from "../pipe/pipe.ts";' },
		{ "packages/core/src/memory/ring.ts": 'type Late = import("../wire/frame.ts").Frame;' },
		{ "packages/core/src/homeless.ts": "export const x = 1;" },
		{ "packages/runtime/src/actor/cell.ts": 'import { Host } from "../host/host.ts";' },
		{ "packages/runtime/src/homeless.ts": "export const x = 1;" },
	],
	innocent: {
		"packages/core/src/pattern/pair.ts":
			'import { Pipe } from "../pipe/pipe.ts"; import { FairQueue } from "./fair-queue.ts"; import fs from "node:fs";',
		"packages/core/src/transport/engine.ts":
			'import { Frame } from "../wire/frame.ts"; import { Mechanism } from "../security/mechanism.ts";',
		"packages/core/src/message.ts": 'import type { SocketType } from "./socket-type.ts"; import { ZmqError } from "./errors.ts";',
		"packages/runtime/src/host/host.ts": 'import { Cell } from "../actor/cell.ts"; import type { HostPart } from "../parts.ts";',
		"packages/core/src/wire/frame.test.ts": 'import { Socket } from "../socket/socket.ts";',
	},
	check: (tree) => tree.shipped.filter((file) => houseOf(file.path) !== undefined).flatMap(checkFile),
};
