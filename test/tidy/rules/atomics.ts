/**
 * Shared memory is touched in packages/core/src/memory only, where its layouts, orders and wait rules are written down and
 * where the interleaving tests reach. Elsewhere `SharedArrayBuffer` may only be told apart from other values.
 */
import { Visitor } from "oxc-parser";
import type { Rule } from "../rule.ts";
import type { TreeFile } from "../tree.ts";

const HOME = "packages/core/src/memory/";
/** Words that one thread writes and another one only looks at, with no protocol between them. */
const TOLD: readonly string[] = ["packages/runtime/src/turns/cancel-words.ts", "packages/runtime/src/turns/heart.ts"];

function checkFile(file: TreeFile): string[] {
	const findings: string[] = [];
	const flag = (start: number, what: string): void => {
		findings.push(`${file.path}:${file.lineAt(start)} ${what}`);
	};
	const isShared = (node: { type: string; name?: unknown }): boolean => node.type === "Identifier" && node.name === "SharedArrayBuffer";
	new Visitor({
		NewExpression(node) {
			if (isShared(node.callee)) flag(node.start, "makes a SharedArrayBuffer");
		},
		MemberExpression(node) {
			if (isShared(node.object)) flag(node.start, "uses SharedArrayBuffer");
		},
		Identifier(node) {
			if (node.name === "Atomics") flag(node.start, "uses Atomics");
		},
	}).visit(file.parsed.program);
	return findings;
}

export const atomics: Rule = {
	name: "only memory/ touches shared memory",
	advice: `Give ${HOME} a class or function that does what is needed, named for its meaning, and call that.`,
	violations: [
		{ "packages/core/src/transport/inproc.ts": "Atomics.notify(cells, 0);" },
		{ "packages/runtime/src/thread.ts": "const shared = new SharedArrayBuffer(64);" },
		{ "packages/runtime/src/thread.ts": "const { Atomics: seam } = globalThis; export const a = Atomics;" },
	],
	innocent: {
		"packages/runtime/src/turns/cancel-words.ts": "export const words = new SharedArrayBuffer(64);",
		"packages/runtime/src/turns/heart.ts": "export const memory = new SharedArrayBuffer(64);",
		"packages/core/src/memory/ring.ts": "Atomics.store(new Int32Array(new SharedArrayBuffer(64)), 0, 1);",
		"packages/core/src/message.ts":
			"// SharedArrayBuffer and Atomics in words\nexport type Like = ArrayBuffer | SharedArrayBuffer; export const is = (x: unknown) => x instanceof SharedArrayBuffer; export const refused = [SharedArrayBuffer];",
	},
	check: (tree) => tree.shipped.filter((file) => !file.path.startsWith(HOME) && !TOLD.includes(file.path)).flatMap(checkFile),
};
