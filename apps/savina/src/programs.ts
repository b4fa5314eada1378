/**
 * All programs, in the order of the suite: seven micro programs, eight of concurrency, then those of parallelism.
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
import { fib } from "./programs/fib.ts";
import { fjcreate } from "./programs/fjcreate.ts";
import { fjthrput } from "./programs/fjthrput.ts";
import { logmap } from "./programs/logmap.ts";
import { nqueenk } from "./programs/nqueenk.ts";
import { philosopher } from "./programs/philosopher.ts";
import { pingpong } from "./programs/pingpong.ts";
import { piprecision } from "./programs/piprecision.ts";
import { quicksort } from "./programs/quicksort.ts";
import { sieve } from "./programs/sieve.ts";
import { threadring } from "./programs/threadring.ts";
import { trapezoid } from "./programs/trapezoid.ts";

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
	sieve,
	trapezoid,
	piprecision,
	quicksort,
	nqueenk,
	fib,
];

/** How many of them, from the first on, have a twin in Erlang. */
export const TWINS = 15;
