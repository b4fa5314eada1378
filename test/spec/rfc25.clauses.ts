/**
 * RFC 25, CURVE as a mechanism of ZMTP. The text has no SHALL; it says how CurveZMQ (RFC 26) is put into ZMTP.
 *
 * It says once that names of commands are padded to 8 characters; the grammar of RFC 26, and everybody, gives them a length.
 */
import type { Clause } from "./clause.ts";
import { must, section } from "./clause-list.ts";

export const clauses: readonly Clause[] = [
	...section(
		"Implementation",
		["tcp", "ipc"],
		[
			must("25/role-1", "The as-server field of the greeting tells the server from the client, whoever binds."),
			must("25/flow-1", "The handshake begins with HELLO from the client."),
			must("25/flow-2", "Nothing confidential is sent before each side has proved itself to the other."),
			must("25/command-1", "The commands are those of RFC 26, each in a frame of ZMTP."),
		],
	),
];
