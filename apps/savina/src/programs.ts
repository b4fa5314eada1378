/**
 * All programs, in the order of the suite: seven micro programs, eight of concurrency, fifteen of parallelism.
 */
import type { Program } from "./program.ts";
import { big } from "./programs/big.ts";
import { chameneos } from "./programs/chameneos.ts";
import { concdict } from "./programs/concdict.ts";
import { count } from "./programs/count.ts";
import { fjcreate } from "./programs/fjcreate.ts";
import { fjthrput } from "./programs/fjthrput.ts";
import { pingpong } from "./programs/pingpong.ts";
import { threadring } from "./programs/threadring.ts";

export const programs: readonly Program[] = [pingpong, count, fjthrput, fjcreate, threadring, chameneos, big, concdict];

/** How many of them, from the first on, have a twin in Erlang. */
export const TWINS = 15;
