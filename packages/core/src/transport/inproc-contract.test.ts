import { describeTransport } from "./fixtures/transport-contract.ts";
import { inproc } from "./inproc.ts";

let count = 0;
const fresh = (): string => `inproc://contract-${process.pid}-${count++}`;

describeTransport({ transport: inproc, anyEndpoint: fresh, freeEndpoint: fresh, wildcards: [], remote: false });
