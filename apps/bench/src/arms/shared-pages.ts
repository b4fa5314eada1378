/**
 * Resident bytes of the shared memory that zloom's threads have in common, from the process's own map of memory (Linux).
 *
 * That memory is the used beginning of a large reservation: in the map, a readable and writable part followed at once by more than
 * a gigabyte that is neither. Resident memory of the whole process does not tell: heaps of ten threads drift by megabytes.
 */
import { readFileSync } from "node:fs";

const RESERVED_BYTES_MIN = 2 ** 30;
const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) [\s\S]*?^Rss:\s+(\d+) kB/gm;

/** @throws Error where there is no such memory, or no /proc */
export function sharedResidentBytes(): number {
	let bytes = 0;
	let found = false;
	let before = { end: "", flags: "", resident: 0 };
	for (const [, start = "", end = "", flags = "", kilobytes] of readFileSync("/proc/self/smaps", "utf8").matchAll(MAPPING)) {
		const size = Number.parseInt(end, 16) - Number.parseInt(start, 16);
		if (flags.startsWith("---") && size > RESERVED_BYTES_MIN && before.end === start && before.flags.startsWith("rw")) {
			bytes += before.resident;
			found = true;
		}
		before = { end, flags, resident: Number(kilobytes) * 1024 };
	}
	if (!found) throw new Error("no reservation of shared memory in /proc/self/smaps");
	return bytes;
}
