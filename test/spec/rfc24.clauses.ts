/**
 * RFC 24, ZMTP PLAIN: a client proves itself with a name and a password in clear text.
 *
 * The text has no upper-case SHALL; what it states of the commands and their order is what an implementation has to do.
 */
import type { Clause } from "./clause.ts";

export const clauses: readonly Clause[] = [
	{
		id: "24/flow-1",
		level: "MUST",
		says: "The client begins: its HELLO carries the user name and the password.",
		section: "Implementation",
		over: ["tcp", "ipc"],
	},
];
