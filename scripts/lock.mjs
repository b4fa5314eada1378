/**
 * One prepare at a time: `npm start` in one shell and `npm run node` in another may both find a fresh clone.
 *
 * The lock is a file with the pid of its holder; a lock whose holder is dead is taken over. It is removed when the work
 * is done and, on a signal, when the process exits.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { root } from "./workspace.mjs";

const FILE = path.join(root, ".prepare.lock");
const POLL_MS = 200;

/** @param {unknown} error */
function codeOf(error) {
	return error instanceof Error && "code" in error ? error.code : undefined;
}

/** @param {number} pid */
function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return codeOf(error) === "EPERM";
	}
}

/** The pid in the lock file; undefined when the file is gone, 0 while its writer has not written yet. */
function holder() {
	try {
		return Number(readFileSync(FILE, "utf8"));
	} catch (error) {
		if (codeOf(error) === "ENOENT") return undefined;
		throw error;
	}
}

function tryTake() {
	try {
		writeFileSync(FILE, String(process.pid), { flag: "wx" });
		return true;
	} catch (error) {
		if (codeOf(error) === "EEXIST") return false;
		throw error;
	}
}

/**
 * Runs `work` while holding the lock, waiting for another holder first.
 * @template T
 * @param {() => Promise<T>} work
 */
export async function exclusively(work) {
	let announced = false;
	let emptySeen = 0;
	while (!tryTake()) {
		const pid = holder();
		emptySeen = pid === 0 ? emptySeen + 1 : 0;
		// An empty file that stays empty was left by a writer that died between create and write.
		if (emptySeen > 10 || (pid !== undefined && pid > 0 && !isAlive(pid))) {
			rmSync(FILE, { force: true });
			continue;
		}
		if (!announced && pid) {
			console.error(`zloom: another command (process ${pid}) is installing or building; waiting for it`);
			announced = true;
		}
		await delay(POLL_MS);
	}
	const remove = () => rmSync(FILE, { force: true });
	process.once("exit", remove);
	try {
		return await work();
	} finally {
		process.off("exit", remove);
		remove();
	}
}
