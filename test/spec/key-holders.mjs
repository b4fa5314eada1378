/**
 * A program: node --expose-gc key-holders.mjs ENDPOINT joins two CURVE sockets and prints, in two lines of JSON, what there is of keys of
 * the connection while it lives, and, when there is nothing any more after its end, the same again:
 *
 * - `holders`: objects that hold keys, one for each side;
 * - `keys`: secret keys and keys made of them that somebody can still reach;
 * - `cipher`: whether the memory of the cipher, which is no object of JavaScript, has one of them.
 *
 * A program of its own because such objects are counted by a walk through the whole heap, which should be small. Counting collects
 * garbage first.
 */
import v8 from "node:v8";
import { curveKeyPair, Dealer, z85Decode } from "@zloom/core";
import { CurveClient } from "../../packages/core/dist/security/curve-client.js";
import { CurveMessages } from "../../packages/core/dist/security/curve-messages.js";
import { CurveServer } from "../../packages/core/dist/security/curve-server.js";
import { Sodium } from "../../packages/core/dist/security/sodium.js";

process.removeAllListeners("warning");

/** @type {WebAssembly.Memory[]} */
const memories = [];
const { instantiate } = WebAssembly;
// @ts-expect-error only the form that is used: bytes and imports
WebAssembly.instantiate = async (bytes, imports) => {
	const result = await instantiate(/** @type {BufferSource} */ (bytes), imports);
	for (const one of Object.values(result.instance.exports)) if (one instanceof WebAssembly.Memory) memories.push(one);
	return result;
};

const [endpoint = "tcp://127.0.0.1:*"] = process.argv.slice(2);
const [theirs, ours] = [curveKeyPair(), curveKeyPair()];
const longTerm = [theirs, ours].map(({ secretKey }) => z85Decode(secretKey));

/** @type {{ own: WeakRef<Uint8Array>, hex: string }[]} */
const keys = [];
/** @param {Uint8Array | undefined} key */
function note(key) {
	if (key === undefined || longTerm.some((one) => one.equals(key))) return;
	keys.push({ own: new WeakRef(key), hex: Buffer.from(key).toString("hex") });
}
const { publicKey, sharedKey } = Sodium.prototype;
Sodium.prototype.publicKey = function (secretKey) {
	note(secretKey);
	return publicKey.call(this, secretKey);
};
Sodium.prototype.sharedKey = function (publicHalf, secretKey) {
	const shared = sharedKey.call(this, publicHalf, secretKey);
	note(secretKey);
	note(shared);
	return shared;
};

function holdings() {
	const holders = [CurveClient, CurveMessages, CurveServer].reduce(
		(sum, one) => sum + Number(v8.queryObjects(one, { format: "count" })),
		0,
	);
	const bytes = memories.map((memory) => Buffer.from(memory.buffer));
	return {
		holders,
		keys: keys.filter(({ own }) => own.deref() !== undefined).length,
		cipher: bytes.length === 0 || keys.some(({ hex }) => bytes.some((each) => each.includes(hex, "hex"))),
	};
}

/** @returns {Promise<void>} */
const turn = () => new Promise((resolve) => setImmediate(resolve));

const server = new Dealer({ curveServer: true, curveSecretKey: theirs.secretKey });
await server.bind(endpoint);

/** Waits until nothing of a connection is left. */
async function gone() {
	for (let { holders, keys: left } = holdings(); holders + left > 0; { holders, keys: left } = holdings()) await turn();
}

async function join() {
	const client = new Dealer({ curveServerKey: theirs.publicKey, curvePublicKey: ours.publicKey, curveSecretKey: ours.secretKey });
	client.connect(/** @type {string} */ (server.lastEndpoint));
	await client.send("hello");
	await server.receive();
	return client;
}

// The second connection of a server finds what the first one has made: nothing that comes later covers up what stays of it.
await (await join())[Symbol.asyncDispose]();
await gone();
const client = await join();
await turn();
console.log(JSON.stringify(holdings()));
for (const socket of [client, server]) await socket[Symbol.asyncDispose]();
await gone();
console.log(JSON.stringify(holdings()));
