/**
 * A transport as the sockets of a context with an I/O thread see it: what can never work is refused at once, everything else is an
 * order to the I/O thread.
 *
 * Two kinds of bind stay in the thread of the socket: to an HTTP server that the program has shared, which lives there, and of a DGRAM,
 * which has nothing that an I/O thread could do for it.
 */
import type { Endpoint } from "../endpoint/endpoint.ts";
import { removeAtExitHere } from "../transport/ipc.ts";
import type { Connector, Listener, Transport, TransportHost } from "../transport/transport.ts";
import type { NearPlace } from "./near-place.ts";

/** The I/O thread as its transports see it. */
export interface PlaceMaker {
	/** @throws ZmqError EIO */
	place(verb: "bind" | "connect", endpoint: string, host: TransportHost): NearPlace;
}

/** The transports that have an I/O thread. */
export const IO_SCHEMES: readonly string[] = ["tcp", "ipc", "ws", "wss", "udp"];

/** @param inner the transport itself */
export function ioTransport(inner: Transport, thread: PlaceMaker): Transport {
	return {
		scheme: inner.scheme,
		async bind(endpoint: Endpoint, host: TransportHost): Promise<Listener> {
			if (host.type === "DGRAM" || inner.bindsHereOnly?.(endpoint, host) === true) return inner.bind(endpoint, host);
			const place = thread.place("bind", endpoint.text, host);
			await place.bind();
			return endpoint.scheme === "ipc" && host.options.useFd < 0 ? withFile(place, endpoint.path === "*") : place;
		},
		connect(endpoint: Endpoint, host: TransportHost): Connector {
			inner.checkConnect?.(endpoint, host);
			const place = thread.place("connect", endpoint.text, host);
			place.connect();
			return place;
		},
	};
}

/** The I/O thread removes the file of the endpoint, unless the process ends with the listener open. */
function withFile(place: NearPlace, folder: boolean): Listener {
	const forget = removeAtExitHere(place.endpoint, folder);
	return {
		endpoint: place.endpoint,
		close: () => place.close().finally(forget),
	};
}
