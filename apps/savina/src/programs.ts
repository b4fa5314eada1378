/**
 * All programs, in the order of the suite: seven micro programs, then those of concurrency.
 */
import type { Program } from "./program.ts";
import { banking } from "./programs/banking.ts";
import { barber } from "./programs/barber.ts";
import { big } from "./programs/big.ts";
import { bndbuffer } from "./programs/bndbuffer.ts";
import { chameneos } from "./programs/chameneos.ts";
import { cigsmok } from "./programs/cigsmok.ts";
import { concdict } from "./programs/concdict.ts";
import { concsll } from "./programs/concsll.ts";
import { count } from "./programs/count.ts";
import { fjcreate } from "./programs/fjcreate.ts";
import { fjthrput } from "./programs/fjthrput.ts";
import { logmap } from "./programs/logmap.ts";
import { philosopher } from "./programs/philosopher.ts";
import { pingpong } from "./programs/pingpong.ts";
import { threadring } from "./programs/threadring.ts";

export const programs: readonly Program[] = [
	pingpong,
	count,
	fjthrput,
	fjcreate,
	threadring,
	chameneos,
	big,
	concdict,
	concsll,
	bndbuffer,
	philosopher,
	barber,
	cigsmok,
	logmap,
	banking,
];

/** How many of them, from the first on, have a twin in Erlang. */
export const TWINS = 15;
