/**
 * Keys that never leave the code under test, seen where its cipher gets them: the key of a server's cookie, and secret halves of keys
 * of connections.
 *
 * The cipher of the built package is wrapped for the time of one call. Of a key a copy is kept, and a weak reference by which one sees
 * when nobody holds it any more.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { root } from "../../scripts/workspace.mjs";

/** What is looked at of the cipher. */
interface Cipher {
	publicKey(secretKey: Uint8Array): Buffer;
	seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Buffer;
}

export interface CookieKey {
	/** A copy. */
	readonly key: Buffer;
	/** True once nobody holds the server's own any more. Collects garbage; ask once a turn of the event loop. */
	forgotten(): boolean;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

async function watching(run: () => Promise<unknown>, wrap: (methods: Cipher) => Partial<Cipher>): Promise<void> {
	const { Sodium } = (await import(`${root}/packages/core/dist/security/sodium.js`)) as { Sodium: { prototype: Cipher } };
	const { publicKey, seal } = Sodium.prototype;
	Object.assign(Sodium.prototype, wrap({ publicKey, seal }));
	try {
		await run();
	} finally {
		Object.assign(Sodium.prototype, { publicKey, seal });
	}
}

/** The key of the first cookie that a server of this thread makes while `run` runs. Throws when none makes one. */
export async function cookieKeyDuring(run: () => Promise<unknown>): Promise<CookieKey> {
	const seen: { copy: Buffer; own: WeakRef<Uint8Array> }[] = [];
	await watching(run, ({ seal }) => ({
		seal(key, nonce, plain) {
			if (Buffer.from(nonce).toString("latin1", 0, 8) === "COOKIE--") seen.push({ copy: Buffer.from(key), own: new WeakRef(key) });
			return seal.call(this, key, nonce, plain);
		},
	}));
	const [first] = seen;
	if (first === undefined) throw new Error("No cookie was made");
	return {
		key: first.copy,
		forgotten() {
			collectGarbage();
			return first.own.deref() === undefined;
		},
	};
}

/** Copies of the secret keys that connections of this thread make while `run` runs. */
export async function secretKeysDuring(run: () => Promise<unknown>): Promise<Buffer[]> {
	const seen: Buffer[] = [];
	await watching(run, ({ publicKey }) => ({
		publicKey(secretKey) {
			seen.push(Buffer.from(secretKey));
			return publicKey.call(this, secretKey);
		},
	}));
	return seen;
}
