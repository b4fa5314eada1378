/**
 * A program: node key-holders.mjs ENDPOINT joins two CURVE sockets and prints how many objects that hold keys of a connection there
 * are while it lives, and, when there are none any more after its end, 0.
 *
 * A program of its own because such objects are counted by a walk through the whole heap, which should be small. Counting collects
 * garbage first.
 */
import v8 from "node:v8";
import { curveKeyPair, Dealer } from "@zloom/core";
import { CurveClient } from "../../packages/core/dist/security/curve-client.js";
import { CurveMessages } from "../../packages/core/dist/security/curve-messages.js";
import { CurveServer } from "../../packages/core/dist/security/curve-server.js";

process.removeAllListeners("warning");

function holders() {
	return [CurveClient, CurveMessages, CurveServer].reduce((sum, one) => sum + Number(v8.queryObjects(one, { format: "count" })), 0);
}

const [endpoint = "tcp://127.0.0.1:*"] = process.argv.slice(2);
const [theirs, ours] = [curveKeyPair(), curveKeyPair()];
const server = new Dealer({ curveServer: true, curveSecretKey: theirs.secretKey });
const client = new Dealer({ curveServerKey: theirs.publicKey, curvePublicKey: ours.publicKey, curveSecretKey: ours.secretKey });
await server.bind(endpoint);
client.connect(/** @type {string} */ (server.lastEndpoint));
await client.send("hello");
await server.receive();
console.log(holders());
for (const socket of [client, server]) await socket[Symbol.asyncDispose]();
while (holders() > 0) await new Promise((turn) => setImmediate(turn));
console.log(0);
