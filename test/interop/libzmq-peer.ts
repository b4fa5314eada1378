/**
 * The peer of the interop tests: libzmq, through npm `zeromq`.
 *
 * In CI it must load; elsewhere a machine for which there is no prebuilt binary skips these tests and says so.
 *
 * **Shutdown**: libzmq sockets with linger keep their process; `closePeers` closes all that were made here without linger.
 */
import type * as Zeromq from "zeromq";

export type { Zeromq };

async function load(): Promise<typeof Zeromq | undefined> {
	try {
		return await import("zeromq");
	} catch (error) {
		if (process.env.CI) throw error;
		console.warn(`interop with libzmq is skipped: npm zeromq does not load here (${String(error)})`);
		return undefined;
	}
}

const loaded = await load();

/** False where libzmq does not load (never in CI). */
export const hasLibzmq: boolean = loaded !== undefined;
export const zmq = loaded as typeof Zeromq;

const open = new Set<Zeromq.Socket>();

/** Remembers a libzmq socket for {@link closePeers}. */
export function peer<S extends Zeromq.Socket>(socket: S): S {
	open.add(socket);
	return socket;
}

export function closePeers(): void {
	for (const socket of open) {
		if (socket.closed) continue;
		socket.linger = 0;
		socket.close();
	}
	open.clear();
}
