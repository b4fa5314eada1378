/**
 * RFC 26, CurveZMQ, from top to bottom. C and S are the long-term keys, C' and S' those of one connection, Box [X] from A to B is X that
 * only A can have closed and only B can open.
 *
 * The text says 70 octets of padding in HELLO where its grammar and the size of HELLO ask for 72; 72 is what everybody sends.
 */
import type { Clause } from "./clause.ts";
import { must, section, should } from "./clause-list.ts";

const WIRE = ["tcp", "ipc"] as const;

export const clauses: readonly Clause[] = [
	...section("General Design", WIRE, [
		must("26/flow-1", "A connection begins with HELLO from the client and WELCOME from the server."),
		must("26/flow-2", "INITIATE from the client and READY from the server follow."),
		must("26/flow-3", "Then both send MESSAGE, in any order."),
		must("26/reject-1", "A server that rejects a client expressly sends ERROR."),
		must("26/reject-2", "A client that got ERROR does not try again with the same credentials."),
		must("26/reject-3", "A client never sends ERROR."),
		must("26/keys-1", "A client knows the server's public key before it connects."),
	]),
	...section("The HELLO Command", WIRE, [
		must("26/hello-1", "The client sends HELLO when the connection is open."),
		must("26/hello-2", "HELLO has 200 octets."),
		must("26/hello-3", "It says version 1, 0."),
		must("26/hello-4", "Its padding is all zeros and makes it longer than WELCOME."),
		must("26/hello-5", "C' is a new pair of keys for every connection."),
		must("26/hello-6", "C' is forgotten when the connection closes."),
		must("26/hello-7", "The secret half of C' is stored nowhere and given to nobody."),
		must("26/hello-8", "The nonce is CurveZMQHELLO--- and the 8 octets sent."),
		must("26/hello-9", "The signature is Box [64 zeros] from C' to S."),
		must("26/hello-10", "The server checks every field of HELLO."),
		must("26/hello-11", "The server disconnects a client whose HELLO is malformed."),
		must("26/hello-12", "For a valid HELLO the server makes a new pair S' and puts both halves into WELCOME."),
		must("26/hello-13", "The server does not keep S': it comes back in the cookie."),
		should("26/hello-14", "Until INITIATE comes the server keeps as little as it can."),
		must("26/hello-15", "The client's short nonce goes up by one with each command and is never used twice in a connection."),
		must("26/hello-16", "The client sends at most 2^64-1 commands in a connection."),
		must("26/hello-17", "The server checks that the client's nonces go up, and disconnects who uses one again."),
	]),
	...section("The WELCOME Command", WIRE, [
		must("26/welcome-1", "The server answers a valid HELLO by WELCOME."),
		must("26/welcome-2", "WELCOME has 168 octets."),
		must("26/welcome-3", "The nonce is WELCOME- and the 16 octets sent."),
		must("26/welcome-4", "The box is Box [S' + cookie] from S to C', with 96 octets of cookie."),
		must("26/welcome-5", "Its nonce, and that of the cookie, are used once for this server key."),
		must("26/cookie-1", "The nonce of the cookie is COOKIE-- and the 16 octets in it."),
		must("26/cookie-2", "The cookie has C' and the secret half of S', closed with a key that only the server has."),
		must("26/cookie-3", "The key of the cookie is forgotten after a valid INITIATE, or after a short time."),
		must("26/cookie-4", "Each WELCOME has a new cookie."),
		must("26/welcome-6", "The client checks every field of WELCOME."),
		must("26/welcome-7", "The client disconnects from a server whose WELCOME is malformed."),
	]),
	...section("The INITIATE Command", WIRE, [
		must("26/initiate-1", "The client answers a valid WELCOME by INITIATE."),
		must("26/initiate-2", "INITIATE has at least 257 octets."),
		must("26/initiate-3", "It brings back the cookie as it came."),
		must("26/initiate-4", "The nonce is CurveZMQINITIATE and the 8 octets sent."),
		must("26/initiate-5", "The box is Box [C + vouch + metadata] from C' to S'."),
		must("26/vouch-1", "The nonce of the vouch is VOUCH--- and the 16 octets sent."),
		must("26/vouch-2", "That nonce is used once for this client key."),
		must("26/vouch-3", "The vouch is Box [C' + S] from C to S'."),
		must("26/metadata-1", "A property's name has 1 to 255 letters, digits, - _ . +; an empty one is not valid."),
		must("26/metadata-2", "Upper or lower case of names does not matter."),
		must("26/metadata-3", "A value is any octets, also none; a size above 2^31-1 is none."),
		must(
			"26/metadata-5",
			"A value of any size up to 2^31-1 octets is taken.",
			"A command above 64 KiB ends the handshake: what a peer that is not known yet may make us keep is bounded.",
		),
		must("26/metadata-4", "The size of a value is four octets, high octet first."),
		must("26/initiate-6", "The server checks every field of INITIATE."),
		must("26/initiate-7", "The server disconnects a client whose INITIATE is malformed."),
		must(
			"26/initiate-8",
			"A client that is not let in gets no answer but the close of its connection.",
			"Contradicts the section on ERROR, which has the server tell it by ERROR; that is what we and libzmq do.",
		),
		must("26/initiate-9", "A client that is let in gets READY."),
	]),
	...section("The READY Command", WIRE, [
		must("26/ready-1", "The server answers a valid INITIATE by READY."),
		must("26/ready-2", "READY has at least 30 octets."),
		must("26/ready-3", "The nonce is CurveZMQREADY--- and the 8 octets sent."),
		must("26/ready-4", "The box is Box [metadata] from S' to C', in the format of INITIATE."),
		must("26/ready-5", "The client checks every field of READY."),
		must("26/ready-6", "The client disconnects from a server whose READY is malformed."),
		must("26/ready-7", "After READY the client expects MESSAGE."),
		must("26/ready-8", "The server's short nonce goes up by one with each command and is never used twice in a connection."),
		must("26/ready-9", "The server sends at most 2^64-1 commands in a connection."),
		must("26/ready-10", "The client checks that the server's nonces go up, and disconnects from who uses one again."),
	]),
	...section("The MESSAGE Command", WIRE, [
		must("26/message-1", "The client sends MESSAGE only after it has received a valid READY."),
		must("26/message-2", "The server sends MESSAGE only after it has sent READY."),
		must("26/message-3", "MESSAGE has at least 33 octets."),
		must("26/message-4", "The nonce is CurveZMQMESSAGEC from the client, CurveZMQMESSAGES from the server, and the 8 octets sent."),
		must("26/message-5", "The box is closed with the keys of the connection and has a flags octet before the data."),
		must(
			"26/message-6",
			"Bit 1 of the flags is zero.",
			"It marks the commands of ZMTP 3.1 inside MESSAGE, as in libzmq: RFC 26 is older than they.",
		),
		must("26/message-11", "Bits 7 to 2 of the flags are zero."),
		must("26/message-7", "Bit 0 says that more follows."),
		must("26/message-8", "The recipient checks every field of MESSAGE."),
		must("26/message-9", "The recipient disconnects from a peer whose MESSAGE is malformed."),
		must("26/message-10", "A server does not answer an invalid MESSAGE by ERROR."),
	]),
	...section("The ERROR Command", WIRE, [
		must("26/error-1", "A server tells a client that is not let in so by ERROR."),
		must("26/error-2", "ERROR has at least 7 octets: its name, one octet of length, and that many ASCII characters."),
	]),
];
