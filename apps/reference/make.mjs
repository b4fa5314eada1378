/**
 * npm run docs:api [-- DOOR…]: makes the API reference in docs/api, one folder a door, from the doc comments.
 *
 * It is made anew each time and not kept in git. A strict door fails when anything that users can reach has no doc comment, or
 * when a type that it needs is not exported. typedoc needs a TypeScript whose parser is JavaScript, which is why this app has one
 * of its own.
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(path.dirname(here));

/**
 * `kept`: types that are not exported on purpose: they compute others, which say what they are about, or (SocketContext) show no
 * more than that it is a context.
 * @typedef {{ name: string, doors: readonly string[], strict: boolean, kept: string[] }} Reference
 */

/** @type {readonly Reference[]} */
const REFERENCES = [
	{ name: "core", doors: ["packages/core/src/index.ts"], strict: true, kept: ["SocketContext", "OfType", "SpecialOption"] },
	// Its members are zeromq.js's, with zeromq.js's documentation; here stands what is different.
	{ name: "zeromq", doors: ["packages/core/src/zeromq/index.ts", "packages/core/src/zeromq/draft.ts"], strict: false, kept: [] },
	{
		name: "runtime",
		doors: ["packages/runtime/src/index.ts"],
		strict: true,
		kept: [
			...["AnsweringNames", "StreamingNames", "ParametersOf", "ResultOf", "ItemOf"],
			...["PoolFaces", "PoolParameters", "ListAskFace", "StageParameters", "Result"],
		],
	},
	{ name: "cluster", doors: ["packages/cluster/src/index.ts"], strict: true, kept: [] },
];

/** @returns {Promise<boolean>} */
async function make(/** @type {Reference} */ { name, doors, strict, kept }) {
	const app = await Application.bootstrapWithPlugins({
		name: `@zloom/${name === "zeromq" ? "core/zeromq" : name}`,
		tsconfig: path.join(here, "tsconfig.json"),
		plugin: ["typedoc-plugin-markdown"],
		entryPoints: doors.map((door) => path.join(root, door)),
		outputs: [{ name: "markdown", path: path.join(root, "docs/api", name) }],
		readme: "none",
		excludeInternal: true,
		excludePrivate: true,
		excludeProtected: true,
		disableSources: true,
		validation: { notExported: strict, invalidLink: strict, notDocumented: strict, rewrittenLink: strict, unusedMergeModuleWith: strict },
		treatWarningsAsErrors: strict,
		intentionallyNotExported: kept,
		// Its comments speak of Remote, which has its page in the reference of the runtime.
		// What others have written, and we inherit, links to pages of theirs.
		externalSymbolLinkMappings: {
			typescript: { "*": "#" },
			"@types/node": { "*": "#" },
			...(name === "cluster" ? { "@zloom/runtime": { "*": "#" } } : {}),
		},
		logLevel: strict ? "Info" : "Error",
	});
	const project = await app.convert();
	if (project === undefined) return false;
	app.validate(project);
	if (app.logger.hasErrors() || (strict && app.logger.hasWarnings())) return false;
	await app.generateOutputs(project);
	return !app.logger.hasErrors();
}

const wanted = process.argv.slice(2);
for (const name of wanted) {
	if (REFERENCES.some((reference) => reference.name === name)) continue;
	console.error(`There is no door ${name}; there are ${REFERENCES.map((reference) => reference.name).join(", ")}`);
	process.exit(2);
}

for (const reference of REFERENCES) {
	if (wanted.length > 0 && !wanted.includes(reference.name)) continue;
	const made = await make(reference);
	console.log(`${reference.name}: ${made ? `docs/api/${reference.name}/README.md` : "not made"}`);
	if (!made) process.exitCode = 1;
}
