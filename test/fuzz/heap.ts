/**
 * Memory that is really in use: heap and buffers, after a collection.
 */
import v8 from "node:v8";
import vm from "node:vm";

v8.setFlagsFromString("--expose-gc");
const collectGarbage = vm.runInNewContext("gc") as () => void;

/** Bytes, garbage included. */
export function memoryNow(): number {
	const { heapUsed, arrayBuffers } = process.memoryUsage();
	return heapUsed + arrayBuffers;
}

/** Bytes, without garbage; takes some milliseconds. */
export function memoryInUse(): number {
	collectGarbage();
	return memoryNow();
}
