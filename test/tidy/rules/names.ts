/**
 * File names say what is inside, in kebab-case. A name that fits anything collects everything.
 */
import type { Rule } from "../rule.ts";

const SAYS_NOTHING = /(?:^|[-/])(?:utils?|helpers?|common|misc|managers?|shared-stuff)(?=[-./]|$)/;
const KEBAB = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9-]+)*\.[cm]?[jt]sx?$/;

export const names: Rule = {
	name: "file names say what is inside",
	advice: "Name the file for the one concept it exports; what fits no concept goes to the file that uses it.",
	violations: [
		{ "packages/core/src/utils.ts": "" },
		{ "packages/runtime/src/thread-manager.ts": "" },
		{ "test/stress/common/lane.ts": "" },
		{ "packages/core/src/fairQueue.ts": "" },
	],
	innocent: { "packages/core/src/fair-queue.ts": "", "packages/core/src/null.test.ts": "", "packages/core/src/commons.ts": "" },
	check: (tree) =>
		tree.code.flatMap((file) => {
			const base = file.path.slice(file.path.lastIndexOf("/") + 1);
			if (SAYS_NOTHING.test(file.path)) return [`${file.path}:1 has a name that says nothing`];
			return KEBAB.test(base) ? [] : [`${file.path}:1 is not named in kebab-case`];
		}),
};
