/**
 * The context of a thread: which transports its sockets can use.
 *
 * Every thread has one default context; the inproc namespace behind it spans all threads of the process. There are no
 * contexts with a namespace of their own: names are strings, prefix them.
 */
import type { Endpoint } from "./endpoint.ts";
import { ZmqError } from "./errors.ts";
import type { TransportTable } from "./socket.ts";
import { inproc } from "./transport/inproc.ts";
import { ipc } from "./transport/ipc.ts";
import { tcp } from "./transport/tcp.ts";
import type { Transport } from "./transport/transport.ts";
import { ws, wss } from "./transport/web-socket/web-socket.ts";

export class Context implements TransportTable {
	readonly #transports: ReadonlyMap<string, Transport>;

	/** @internal */
	constructor(transports: readonly Transport[]) {
		this.#transports = new Map(transports.map((each) => [each.scheme, each]));
	}

	/** @internal @throws ZmqError EPROTONOSUPPORT */
	transport(scheme: Endpoint["scheme"]): Transport {
		const transport = this.#transports.get(scheme);
		if (transport === undefined) throw new ZmqError("EPROTONOSUPPORT", `The transport ${scheme} is not carried by this build`);
		return transport;
	}
}

/** The default context of this thread. */
export const context: Context = new Context([inproc, ipc, tcp, ws, wss]);
