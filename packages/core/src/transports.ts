/**
 * The transports of this build, by scheme. A browser has others (browser/transports.ts).
 */
import { inproc } from "./transport/inproc.ts";
import { ipc } from "./transport/ipc.ts";
import { tcp } from "./transport/tcp.ts";
import type { Transport } from "./transport/transport.ts";
import { udp } from "./transport/udp.ts";
import { ws, wss } from "./transport/web-socket/web-socket.ts";

export const TRANSPORTS: ReadonlyMap<string, Transport> = new Map([inproc, ipc, tcp, udp, ws, wss].map((each) => [each.scheme, each]));
