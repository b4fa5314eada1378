/**
 * All targets, one file each: what npm run fuzz runs and npm test replays the corpus of.
 *
 * A new one: a file in targets/, a line here, and its seeds; inputs that must not be forgotten go to corpus/<name>/.
 */
import type { Target } from "./target.ts";
import { canary, canaryHang, canaryLoop, canarySocket } from "./targets/canary.ts";
import { commands } from "./targets/commands.ts";
import { datagrams, udp } from "./targets/datagrams.ts";
import { floods } from "./targets/floods.ts";
import { frames, frames1, frames2 } from "./targets/frames.ts";
import { greetings } from "./targets/greeting.ts";
import { mechanisms } from "./targets/mechanisms.ts";
import { nullPeers } from "./targets/null-peers.ts";
import { options } from "./targets/options.ts";
import { socks } from "./targets/socks.ts";
import { streams } from "./targets/streams.ts";
import { subscriptions } from "./targets/subscriptions.ts";
import { tamperedPeers } from "./targets/tampered-peers.ts";
import { endpoints, z85 } from "./targets/texts.ts";
import { webSockets } from "./targets/web-sockets.ts";
import { zapReplies, zapRequests } from "./targets/zap.ts";
import { zapHandler } from "./targets/zap-handler.ts";

export const TARGETS: readonly Target[] = [
	...[greetings, frames, frames2, frames1, commands],
	...mechanisms,
	...[zapReplies, zapRequests, subscriptions, datagrams, socks, z85, endpoints, options],
	...nullPeers,
	...tamperedPeers,
	zapHandler,
	...udp,
	streams,
	...webSockets,
	...floods,
];

/** Broken on purpose; run by name only. */
export const CANARIES: readonly Target[] = [canary, canarySocket, canaryHang];
/** Ends the process that runs it. */
export const LOOPING: Target = canaryLoop;
