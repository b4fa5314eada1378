/**
 * Endpoints for one run each, wildcards where the transport has them: a run is a process of its own, so a name is free in it.
 * For Node's programs and C's alike.
 */
import os from "node:os";
import path from "node:path";

export type TransportName = "inproc" | "tcp" | "ipc";

let ipcCount = 0;

export function freshEndpoint(transport: TransportName): string {
	if (transport === "inproc") return "inproc://bench";
	if (transport === "tcp") return "tcp://127.0.0.1:*";
	ipcCount += 1;
	return `ipc://${path.join(os.tmpdir(), `zloom-bench-${process.pid}-${ipcCount}.sock`)}`;
}
