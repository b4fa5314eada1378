/**
 * Starts a server of node:net on an address; what tcp and ipc have in common of a bind.
 *
 * Shutdown: a failed server is closed before the error is returned; a listening one belongs to the caller.
 */
import { createServer, type ListenOptions, type Server, type ServerOpts } from "node:net";

/** Where to listen: at what was given to this process as a descriptor, or else at an address. */
export function where(useFd: number, address: ListenOptions): ListenOptions {
	// The types of Node do not know of it.
	return useFd < 0 ? address : ({ fd: useFd } as ListenOptions);
}

/**
 * Rejects with the error of the operating system. `exclusive` keeps a cluster worker's bind in its own process.
 * @param accepted what holds for the connections that are accepted
 */
export function listen(options: ListenOptions, accepted: ServerOpts = {}): Promise<Server> {
	return new Promise((resolve, reject) => {
		const server = createServer({ noDelay: true, ...accepted });
		server.once("error", reject);
		server.listen({ ...options, exclusive: true }, () => {
			server.off("error", reject);
			resolve(server);
		});
	});
}
