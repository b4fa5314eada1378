/**
 * RFC 24, ZMTP PLAIN: a client proves itself with a name and a password in clear text.
 *
 * The text has next to no SHALL; what it states of the commands and their order is what an implementation has to do. It says
 * once that names of commands are padded to 8 characters; its grammar, and everybody, gives them a length instead.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";

const WIRE = ["tcp", "ipc"] as const;

export const clauses: readonly Clause[] = [
	...section("Goals", WIRE, [
		should("24/goals-1", "PLAIN is not used on public networks without security below it.", "It is the user's choice what to use where."),
	]),
	...section("Implementation", WIRE, [
		must("24/role-1", "The as-server field of the greeting tells the server from the client, whoever binds."),
		must("24/flow-1", "The client begins, with HELLO."),
		must("24/flow-2", "The server accepts by WELCOME."),
		must("24/flow-3", "A server that does not accept closes the connection, with or without ERROR before."),
		must("24/flow-4", "After WELCOME the client sends INITIATE."),
		must("24/flow-5", "The server parses and checks INITIATE."),
		must("24/flow-6", "The server answers INITIATE by READY."),
		must("24/flow-7", "The client sends no message before it has received READY."),
		must("24/flow-8", "The server sends no message before it has sent READY."),
		must("24/flow-9", "Any other command, or any other order, ends the connection."),
		must("24/hello-1", "HELLO is its name, the user name and the password, each with one octet of length before it."),
		must(
			"24/hello-3",
			"User name and password have visible characters only.",
			"libzmq takes any octets, and so do we: a program that comes from there keeps its passwords, with spaces and letters of any language.",
		),
		must("24/hello-2", "A HELLO that is cut off or has something behind it is none."),
		must("24/welcome-1", "WELCOME is its name and nothing else."),
		must("24/initiate-1", "INITIATE is its name and the client's metadata."),
		must("24/ready-1", "READY is its name and the server's metadata."),
		must("24/error-1", "Instead of WELCOME or READY an ERROR may come, which ends the connection."),
		must("24/message-1", "Messages go as ZMTP frames them, in clear."),
	]),
];
