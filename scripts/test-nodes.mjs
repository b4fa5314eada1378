/**
 * npm run test:nodes [-- VERSION…]: the vitest suite on the oldest supported Node and on the newest with long-term
 * support (nodes.mjs pins both), whichever Node runs this script. Lint and types do not depend on the Node that runs them.
 */
import { NODE_VERSIONS, nodeExecutable } from "./nodes.mjs";
import { prepare } from "./prepare.mjs";
import { runSuite, told } from "./suite.mjs";

const asked = process.argv.slice(2);
const versions = asked.length === 0 ? NODE_VERSIONS : NODE_VERSIONS.filter((version) => asked.some((prefix) => version.startsWith(prefix)));
if (versions.length === 0) {
	console.error(`zloom: no pinned Node matches ${asked.join(" ")}. There are ${NODE_VERSIONS.join(" and ")}.`);
	process.exit(2);
}
await prepare();

const lines = [];
for (const version of versions) {
	console.log(`zloom: the suite on Node ${version}`);
	const counts = await runSuite({ name: `node-${version}`, executable: nodeExecutable(version) });
	lines.push(`zloom: Node ${version}: ${told(counts)}`);
	if (!counts.ok) process.exitCode = 1;
}
console.log(lines.join("\n"));
