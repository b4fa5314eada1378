/** CURVE: what our server keeps in the cookie of WELCOME, and what it does not keep itself. */
import { expect } from "vitest";
import { type CookieKey, cookieKeyDuring } from "./cipher-watch.ts";
import { covers } from "./covers.ts";
import { client, ourServer, serverKeys } from "./curve-ends.ts";
import { newKeys, nonceOf, openSecretBox, publicKeyOf, RawCurveClient, secretBox } from "./curve-peer.ts";
import { next, verdict } from "./events.ts";
import { texts, until } from "./open-sockets.ts";
import { dial, greeting, WIRE } from "./wire.ts";

const OVER = { transports: WIRE };
const DEALER = [["Socket-Type", "DEALER"]] as const;

/** Sends HELLO, reads WELCOME, and gives the key of the cookie that came. */
function cookieKeyOf(raw: RawCurveClient): Promise<CookieKey> {
	return cookieKeyDuring(async () => {
		raw.raw.write(raw.hello());
		await raw.welcome();
	});
}

covers(
	["26/cookie-1", "26/cookie-2", "26/hello-12"],
	OVER,
	"the cookie has C' and s', closed with a key of its own under a nonce that begins with COOKIE--",
	async (transport) => {
		const keys = new Set<string>();
		const { endpoint } = await ourServer(transport);
		for (let i = 0; i < 3; i++) {
			const raw = await client(endpoint);
			const { key } = await cookieKeyOf(raw);
			const plain = openSecretBox(raw.cookie.subarray(16), nonceOf("COOKIE--", raw.cookie.subarray(0, 16)), key);
			expect(plain.subarray(0, 32)).toEqual(Buffer.from(raw.transient.publicKey));
			expect(publicKeyOf(plain.subarray(32))).toEqual(raw.peerTransient);
			keys.add(Buffer.from(key).toString("hex"));
		}
		// Nobody else has it: it is neither the same twice nor one of those that are known.
		for (const known of [Buffer.alloc(32), serverKeys.publicKey, serverKeys.secretKey]) keys.add(Buffer.from(known).toString("hex"));
		expect(keys.size).toBe(6);
	},
);

covers(
	["26/hello-13", "26/hello-14", "26/cookie-2"],
	OVER,
	"it keeps neither C' nor S': what it is given back in a cookie is what it goes on with, even if that is another pair",
	async (transport) => {
		const { socket, endpoint } = await ourServer(transport);
		const raw = await client(endpoint);
		const { key } = await cookieKeyOf(raw);
		const [theirs, ours] = [newKeys(), newKeys()];
		const nonce = Buffer.alloc(16, 7);
		const plain = Buffer.concat([ours.publicKey, theirs.secretKey]);
		raw.cookie = Buffer.concat([nonce, secretBox(plain, nonceOf("COOKIE--", nonce), key)]);
		raw.transient = ours;
		raw.peerTransient = theirs.publicKey;
		raw.raw.write(raw.initiate(DEALER));
		await raw.ready();
		raw.raw.write(raw.message("hello"));
		expect(texts(await socket.receive())).toEqual(["hello"]);
	},
);

covers(
	["26/cookie-3"],
	OVER,
	"the key of the cookie is forgotten after INITIATE, and when that does not come in time",
	async (transport) => {
		const { socket, endpoint } = await ourServer(transport);
		const raw = await client(endpoint);
		const used = await cookieKeyOf(raw);
		expect(used.forgotten()).toBe(false);
		raw.raw.write(raw.initiate(DEALER));
		await raw.ready();
		await until(used.forgotten);
		raw.raw.write(raw.message("hello"));
		expect(texts(await socket.receive())).toEqual(["hello"]);
		const impatient = await ourServer(transport, { handshakeInterval: 1500 });
		const late = await cookieKeyOf(await client(impatient.endpoint));
		await until(late.forgotten);
	},
);

covers(
	["26/cookie-2", "26/cookie-3", "26/initiate-6"],
	OVER,
	"a cookie that was changed, is another connection's, comes twice or too late is refused",
	async (transport) => {
		const { socket, endpoint } = await ourServer(transport);
		const first = await client(endpoint);
		first.raw.write(first.hello());
		await first.welcome();
		for (const at of [0, 15, 16, 95]) {
			const refused = verdict(socket);
			const raw = await client(endpoint);
			raw.raw.write(raw.hello());
			await raw.welcome();
			const cookie = Buffer.from(raw.cookie);
			cookie[at] = (cookie[at] as number) ^ 1;
			raw.raw.write(raw.initiate(DEALER, { cookie }));
			expect(await refused).toBe("ERR_ZMTP_KEY_EXCHANGE");
		}
		const stolen = verdict(socket);
		const thief = await client(endpoint);
		thief.raw.write(thief.hello());
		await thief.welcome();
		thief.raw.write(thief.initiate(DEALER, { cookie: first.cookie }));
		expect(await stolen).toBe("ERR_ZMTP_KEY_EXCHANGE");
		expect(thief.cookie.includes(Buffer.from(thief.transient.publicKey))).toBe(false);
		first.raw.write(first.initiate(DEALER));
		await first.ready();
		const gone = next(socket, "disconnect");
		first.raw.write(first.initiate(DEALER));
		expect((await gone).error).toMatchObject({ reason: "ERR_ZMTP_UNEXPECTED_COMMAND" });
		const impatient = await ourServer(transport, { handshakeInterval: 50 });
		const late = new RawCurveClient(await dial(impatient.endpoint), serverKeys.publicKey);
		late.raw.write(greeting({ mechanism: "CURVE" }), late.hello());
		await late.raw.ended();
	},
);
