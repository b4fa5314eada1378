import { freeTcpEndpoint } from "./fixtures/free-endpoints.ts";
import { describeTransport } from "./fixtures/transport-contract.ts";
import { tcp } from "./tcp.ts";

describeTransport({
	transport: tcp,
	anyEndpoint: () => "tcp://127.0.0.1:*",
	freeEndpoint: freeTcpEndpoint,
	wildcards: [
		["tcp://127.0.0.1:*", /^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/],
		["tcp://127.0.0.1:0", /^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/],
		["tcp://*:*", /^tcp:\/\/0\.0\.0\.0:[1-9]\d*$/],
		["tcp://0.0.0.0:0", /^tcp:\/\/0\.0\.0\.0:[1-9]\d*$/],
		["tcp://localhost:*", /^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/],
	],
	remote: true,
});
