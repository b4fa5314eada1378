/**
 * CURVE over WebSocket, where nobody has loaded the cipher before: alone in its file for that.
 */
import { expect, it } from "vitest";
import { curveKeyPair } from "../../security/curve-keys.ts";
import { sodium } from "../../security/sodium.ts";
import { z85Decode } from "../../z85.ts";
import { message, transportEnds } from "../fixtures/transport-ends.ts";
import { ws } from "./web-socket.ts";

const { host, bound, connected } = transportEnds(ws);

it("a client that is the first to need its cipher says its first word once the cipher is there", async () => {
	const [serverKeys, clientKeys] = [curveKeyPair(), curveKeyPair()];
	const server = host("PULL", { securityMechanism: "curve", curveServer: true, curveSecretKey: z85Decode(serverKeys.secretKey) });
	const client = host("PUSH", {
		securityMechanism: "curve",
		curveServerKey: z85Decode(serverKeys.publicKey),
		curvePublicKey: z85Decode(clientKeys.publicKey),
		curveSecretKey: z85Decode(clientKeys.secretKey),
	});
	expect(sodium()).toBeUndefined();
	const { endpoint } = await bound(server, "ws://127.0.0.1:*/");
	connected(client, endpoint);
	client.pipes[0]?.tryWrite(message(1, 100_000));
	await server.until(() => server.messages.length === 1);
	expect(client.eventTypes).toEqual(["connect:delay", "connect", "handshake"]);
});
