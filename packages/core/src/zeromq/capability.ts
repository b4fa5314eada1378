/**
 * What zeromq.js says of the libzmq it is built on: here, of libzmq's behaviour that core follows, and of what core can do.
 */

/** The version of libzmq whose behaviour this is. */
export const version: string = "4.3.5";

/** True for what core carries; transports and mechanisms that need C code are false. */
export const capability: Partial<Record<"ipc" | "pgm" | "tipc" | "norm" | "curve" | "gssapi" | "draft", boolean>> = {
	ipc: true,
	pgm: false,
	tipc: false,
	norm: false,
	curve: true,
	gssapi: false,
	draft: true,
};
