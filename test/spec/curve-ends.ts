/**
 * Our CURVE sockets on one side and scripted CURVE peers on the other, joined up to the greetings.
 *
 * The keys are made once for a test file. What is opened here ends with the test.
 */
import { Dealer, Push, type SocketOptionsInput } from "@zloom/core";
import type { SpecTransport } from "./clause.ts";
import { type Keys, newKeys, RawCurveClient, RawCurveServer, z85 } from "./curve-peer.ts";
import { meet, open } from "./open-sockets.ts";
import { dial, greeting, listen, type RawListener } from "./wire.ts";

export const serverKeys: Keys = newKeys();
export const clientKeys: Keys = newKeys();

export const SERVER: SocketOptionsInput = { curveServer: true, curveSecretKey: z85(serverKeys.secretKey) };
export const CLIENT: SocketOptionsInput = {
	curveServerKey: z85(serverKeys.publicKey),
	curvePublicKey: z85(clientKeys.publicKey),
	curveSecretKey: z85(clientKeys.secretKey),
	reconnectInterval: 1,
};

/** The next scripted server of a listener, after both greetings. */
export async function served(listener: RawListener): Promise<RawCurveServer> {
	const raw = await listener.next();
	raw.write(greeting({ mechanism: "CURVE", asServer: 1 }));
	await raw.read(64);
	return new RawCurveServer(raw, serverKeys);
}

/** A client of ours and the scripted server that it has connected to. */
export async function ourClient(transport: SpecTransport, options: SocketOptionsInput = {}) {
	const listener = await listen(transport);
	const socket = open(new Dealer({ ...CLIENT, ...options }));
	socket.connect(listener.endpoint);
	return { socket, listener, server: await served(listener) };
}

/** A scripted client of one of our servers, after both greetings. */
export async function client(endpoint: string, keys: Keys = clientKeys): Promise<RawCurveClient> {
	const raw = await dial(endpoint);
	raw.write(greeting({ mechanism: "CURVE" }));
	await raw.read(64);
	return new RawCurveClient(raw, serverKeys.publicKey, keys);
}

/** A server of ours. */
export async function ourServer(transport: SpecTransport, options: SocketOptionsInput = {}): Promise<{ socket: Dealer; endpoint: string }> {
	const socket = open(new Dealer({ ...SERVER, ...options }));
	return { socket, endpoint: await meet(transport, socket) };
}

/** A PUSH of ours that is a server, for what only sends. */
export async function ourPushServer(transport: SpecTransport): Promise<{ socket: Push; endpoint: string }> {
	const socket = open(new Push(SERVER));
	return { socket, endpoint: await meet(transport, socket) };
}
