/**
 * In place of transports.ts: a browser connects over ws and wss, and binds nothing.
 */
import type { Transport } from "../transport/transport.ts";
import { browserTransport } from "./browser-transport.ts";

export const TRANSPORTS: ReadonlyMap<string, Transport> = new Map(
	(["ws", "wss"] as const).map((scheme) => [scheme, browserTransport(scheme)]),
);
