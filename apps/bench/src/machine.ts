/**
 * On what a run was made: the machine, the versions, and how busy the machine was when it began.
 * No names of hosts or users: pages are published.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import { cLibraryVersion } from "./c-peer.ts";

export interface Machine {
	/** ISO 8601, the day alone. */
	readonly date: string;
	readonly processor: string;
	readonly cores: number;
	readonly memoryGib: number;
	readonly system: string;
	/** Of one minute; a quiet machine has about 0. */
	readonly loadBefore: number;
	/** By name; "missing" for what is not there. */
	readonly versions: Readonly<Record<string, string>>;
}

const require = createRequire(import.meta.url);

/** Of a package whose exports close its package.json: found above its main file. */
function packageVersion(name: string): string {
	let folder = new URL(".", `file://${require.resolve(name)}`);
	for (;;) {
		try {
			const manifest = JSON.parse(readFileSync(new URL("package.json", folder), "utf8")) as { name?: string; version?: string };
			if (manifest.name === name && manifest.version !== undefined) return manifest.version;
		} catch (error) {
			if ((error as { code?: string }).code !== "ENOENT") throw error;
		}
		const parent = new URL("..", folder);
		if (parent.href === folder.href) throw new Error(`no package.json of ${name}`);
		folder = parent;
	}
}

/** The machine as it is now, with the versions of what is compared on it. */
export function machineWith(versions: Machine["versions"]): Machine {
	return {
		date: new Date().toISOString().slice(0, 10),
		processor: os.cpus()[0]?.model.trim() ?? "unknown",
		cores: os.availableParallelism(),
		memoryGib: Math.round(os.totalmem() / 2 ** 30),
		system: `${os.type()} ${os.release()} ${os.arch()}`,
		loadBefore: Math.round((os.loadavg()[0] ?? 0) * 10) / 10,
		versions: { node: process.versions.node, zloom: packageVersion("@zloom/core"), ...versions },
	};
}

export function machine(): Machine {
	const zeromq = require("zeromq") as { version: string };
	return machineWith({
		"npm zeromq": `${packageVersion("zeromq")} (libzmq ${zeromq.version})`,
		"libzmq C": cLibraryVersion() ?? "missing",
		piscina: packageVersion("piscina"),
		comlink: packageVersion("comlink"),
	});
}
