/**
 * What a rule is. A rule looks at a whole tree and returns what breaks it, each finding with its place. `advice` tells what
 * to do instead; it is printed once above the findings. `violations` are planted trees in each of which the rule must find
 * something, `innocent` one in which it must find nothing: a rule that cannot fail is worth nothing.
 */
import type { Tree } from "./tree.ts";

export interface Rule {
	/** A sentence that holds when the rule does. */
	readonly name: string;
	readonly advice: string;
	readonly violations: readonly Record<string, string>[];
	readonly innocent: Record<string, string>;
	/** `path:line what` of everything that breaks the rule. */
	check(tree: Tree): string[];
}
