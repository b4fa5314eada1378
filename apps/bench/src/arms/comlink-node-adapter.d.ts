/**
 * Comlink ships its adapter for Node's ports beside the bundle, with a declaration that module resolution does not find.
 * This is what that adapter is: a port in, a Comlink endpoint out.
 */
declare module "comlink/dist/esm/node-adapter.mjs" {
	import type { MessagePort, Worker } from "node:worker_threads";
	import type { Endpoint } from "comlink";

	export default function nodeEndpoint(port: MessagePort | Worker): Endpoint;
}
