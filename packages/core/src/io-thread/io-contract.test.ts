/**
 * The contract of transports, kept through an I/O thread: the application's side is this source, the thread runs what is built.
 */
import { afterAll } from "vitest";
import { freeIpcEndpoint, freeTcpEndpoint } from "../transport/fixtures/free-endpoints.ts";
import { freePort } from "../transport/fixtures/free-port.ts";
import { describeTransport } from "../transport/fixtures/transport-contract.ts";
import type { Transport } from "../transport/transport.ts";
import { TRANSPORTS } from "../transports.ts";
import { IoThread } from "./io-thread.ts";

const thread = new IoThread(TRANSPORTS, undefined);
const through = (scheme: string): Transport => thread.transports.get(scheme) as Transport;

afterAll(() => thread.end());

describeTransport({
	transport: through("tcp"),
	anyEndpoint: () => "tcp://127.0.0.1:*",
	freeEndpoint: freeTcpEndpoint,
	wildcards: [["tcp://127.0.0.1:*", /^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/]],
	remote: true,
});

describeTransport({
	transport: through("ipc"),
	anyEndpoint: () => "ipc://*",
	freeEndpoint: freeIpcEndpoint,
	wildcards: [["ipc://*", /^ipc:\/\/.+\/zloom-\w+\/socket$/]],
	remote: true,
});

describeTransport({
	transport: through("ws"),
	anyEndpoint: () => "ws://127.0.0.1:*/a",
	freeEndpoint: async () => `ws://127.0.0.1:${await freePort()}/a/b`,
	wildcards: [["ws://127.0.0.1:0/path", /^ws:\/\/127\.0\.0\.1:[1-9]\d*\/path$/]],
	remote: true,
});
