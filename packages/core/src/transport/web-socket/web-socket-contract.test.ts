import { freePort } from "../fixtures/free-port.ts";
import { describeTransport } from "../fixtures/transport-contract.ts";
import { ws } from "./web-socket.ts";

describeTransport({
	transport: ws,
	anyEndpoint: () => "ws://127.0.0.1:*/a",
	freeEndpoint: async () => `ws://127.0.0.1:${await freePort()}/a/b`,
	wildcards: [
		["ws://127.0.0.1:*", /^ws:\/\/127\.0\.0\.1:[1-9]\d*\/$/],
		["ws://127.0.0.1:0/path", /^ws:\/\/127\.0\.0\.1:[1-9]\d*\/path$/],
		["ws://*:*/", /^ws:\/\/0\.0\.0\.0:[1-9]\d*\/$/],
		["ws://localhost:*/x/y", /^ws:\/\/127\.0\.0\.1:[1-9]\d*\/x\/y$/],
	],
	remote: true,
});
