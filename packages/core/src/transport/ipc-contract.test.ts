import { freeIpcEndpoint } from "./fixtures/free-endpoints.ts";
import { describeTransport } from "./fixtures/transport-contract.ts";
import { ipc } from "./ipc.ts";

describeTransport({
	transport: ipc,
	anyEndpoint: () => "ipc://*",
	freeEndpoint: freeIpcEndpoint,
	wildcards: [["ipc://*", /^ipc:\/\/.+\/zloom-\w+\/socket$/]],
	remote: true,
});
