/**
 * The connecting side of tcp and ipc: an attempt to connect is a stream of node:net that is not connected yet.
 *
 * Shutdown: an attempt that is given up is destroyed; streams are unref'd.
 */
import type { Socket } from "node:net";
import { makeEngine } from "./make-engine.ts";
import { type Dial, ReconnectingConnector } from "./reconnecting-connector.ts";
import type { TransportHost } from "./transport.ts";

export class StreamConnector extends ReconnectingConnector {
	/**
	 * @param open starts one attempt; names are resolved anew each time
	 * @throws ZmqError EINVAL options of security that do not make a whole
	 */
	constructor(endpoint: string, host: TransportHost, open: () => Socket) {
		super(endpoint, host, dialStream(host, open));
	}
}

function dialStream(host: TransportHost, open: () => Socket): Dial {
	return ({ onConnected, onFailed }) => {
		const stream = open();
		stream.unref();
		stream.on("error", onFailed);
		stream.once("connect", () => {
			stream.off("error", onFailed);
			onConnected((owner) => makeEngine(stream, host, owner));
		});
		return { abandon: () => stream.destroy() };
	};
}
