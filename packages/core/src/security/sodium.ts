/**
 * libsodium, compiled to WebAssembly: the one seam to the cipher of CURVE (docs/decisions has the measurement behind the choice).
 *
 * - It is loaded when the first socket with keys needs it, once a thread; nobody else pays for it.
 * - The raw module is used without its wrappers: data is copied into a scratch area of its memory, worked on in place and
 *   copied out, so that nothing is allocated per message. The area grows to the largest message and then stays in the
 *   module's memory, which cannot shrink; above SODIUM_SCRATCH_BYTES_KEPT it is given back to the module after each use.
 * - Secret keys, and what a handshake opens, are wiped from the module's memory after use; the key that messages go by when its
 *   connection ends ({@link Sodium.forget}).
 * - A box is 16 bytes of authenticator and then the encrypted bytes.
 *
 * One thread; nothing here waits but {@link loadSodium}.
 */
import { SODIUM_SCRATCH_BYTES_KEPT } from "../limits.ts";
import { ProtocolError } from "../wire/protocol-error.ts";

/** What we use of the module: addresses in its memory, sizes as two 32-bit halves, 0 for success. */
interface Module {
	readonly HEAPU8: Uint8Array;
	_malloc(bytes: number): number;
	_free(address: number): void;
	_sodium_init(): number;
	_crypto_scalarmult_base(publicKey: number, secretKey: number): number;
	_crypto_box_beforenm(shared: number, publicKey: number, secretKey: number): number;
	_crypto_box_easy_afternm(box: number, plain: number, low: number, high: number, nonce: number, key: number): number;
	_crypto_box_open_easy_afternm(plain: number, box: number, low: number, high: number, nonce: number, key: number): number;
}

export const KEY_BYTES = 32;
export const NONCE_BYTES = 24;
/** By how much a box is longer than what is in it. */
export const BOX_OVERHEAD_BYTES = 16;

export class Sodium {
	readonly #module: Module;
	readonly #key: number;
	readonly #publicKey: number;
	readonly #secretKey: number;
	readonly #nonce: number;
	#scratch = 0;
	#scratchBytes = 0;
	/** View of the module's memory; a new one after each growth. */
	#heap: Buffer;
	/** The key that lies in the module's memory now. */
	#loadedKey: Uint8Array | undefined;

	constructor(module: Module) {
		this.#module = module;
		this.#key = module._malloc(KEY_BYTES);
		this.#publicKey = module._malloc(KEY_BYTES);
		this.#secretKey = module._malloc(KEY_BYTES);
		this.#nonce = module._malloc(NONCE_BYTES);
		this.#heap = view(module);
	}

	/** The public key of a secret one. */
	publicKey(secretKey: Uint8Array): Buffer {
		this.#heap.set(secretKey, this.#secretKey);
		this.#module._crypto_scalarmult_base(this.#publicKey, this.#secretKey);
		this.#wipe(this.#secretKey, KEY_BYTES);
		return this.#take(this.#publicKey, KEY_BYTES);
	}

	/** What both sides of a pair of keys compute alike; undefined when the public key is no usable point of the curve. */
	sharedKey(publicKey: Uint8Array, secretKey: Uint8Array): Buffer | undefined {
		this.#heap.set(publicKey, this.#publicKey);
		this.#heap.set(secretKey, this.#secretKey);
		this.#loadedKey = undefined;
		const failed = this.#module._crypto_box_beforenm(this.#key, this.#publicKey, this.#secretKey) !== 0;
		this.#wipe(this.#secretKey, KEY_BYTES);
		const shared = failed ? undefined : this.#take(this.#key, KEY_BYTES);
		this.#wipe(this.#key, KEY_BYTES);
		return shared;
	}

	/** A box of its own, of at least one byte; for handshakes. @throws ProtocolError the module has no memory for it */
	seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Buffer {
		const box = Buffer.allocUnsafe(BOX_OVERHEAD_BYTES + plain.length);
		const first = plain.subarray(0, 1);
		this.sealInto(box, 0, { key, nonce, first: first[0] ?? 0, rest: plain.subarray(1) });
		this.forget(key);
		return box;
	}

	/** The key will not be used again: no copy of it stays in the module's memory. */
	forget(key: Uint8Array): void {
		if (this.#loadedKey !== key) return;
		this.#loadedKey = undefined;
		this.#wipe(this.#key, KEY_BYTES);
	}

	/** Writes the box of one byte and then `rest` to `target`. @throws ProtocolError the module has no memory for it */
	sealInto(target: Buffer, offset: number, input: { key: Uint8Array; nonce: Uint8Array; first: number; rest: Uint8Array }): void {
		const { rest } = input;
		const plainBytes = 1 + rest.length;
		const box = this.#room(BOX_OVERHEAD_BYTES + plainBytes);
		const plain = box + BOX_OVERHEAD_BYTES;
		const heap = this.#heap;
		this.#load(input.key, input.nonce);
		heap[plain] = input.first;
		heap.set(rest, plain + 1);
		this.#module._crypto_box_easy_afternm(box, plain, plainBytes, 0, this.#nonce, this.#key);
		heap.copy(target, offset, box, plain + plainBytes);
		this.#leave();
	}

	/** What is in the box, as a buffer of its own; undefined when the key does not open it. For handshakes: it may be a key. */
	open(key: Uint8Array, nonce: Uint8Array, box: Uint8Array): Buffer | undefined {
		const plainBytes = this.#openInScratch(key, nonce, box);
		this.forget(key);
		if (plainBytes < 0) return undefined;
		const at = this.#scratch + BOX_OVERHEAD_BYTES;
		const plain = this.#take(at, plainBytes);
		this.#wipe(at, plainBytes);
		this.#leave();
		return plain;
	}

	/** Writes what is in the box to `target`, all but its first byte, and returns that; -1 when the key does not open it. */
	openInto(target: Buffer, key: Uint8Array, nonce: Uint8Array, box: Uint8Array): number {
		const plainBytes = this.#openInScratch(key, nonce, box);
		if (plainBytes < 1) return -1;
		const plain = this.#scratch + BOX_OVERHEAD_BYTES;
		const first = this.#heap[plain] as number;
		this.#heap.copy(target, 0, plain + 1, plain + plainBytes);
		this.#leave();
		return first;
	}

	/** Opens it to where its ciphertext lies; returns how many bytes that are, or -1. */
	#openInScratch(key: Uint8Array, nonce: Uint8Array, box: Uint8Array): number {
		const plainBytes = box.length - BOX_OVERHEAD_BYTES;
		if (plainBytes < 0) return -1;
		const at = this.#room(box.length);
		this.#heap.set(box, at);
		this.#load(key, nonce);
		const plain = at + BOX_OVERHEAD_BYTES;
		if (this.#module._crypto_box_open_easy_afternm(plain, at, box.length, 0, this.#nonce, this.#key) === 0) return plainBytes;
		this.#leave();
		return -1;
	}

	#load(key: Uint8Array, nonce: Uint8Array): void {
		this.#heap.set(nonce, this.#nonce);
		if (this.#loadedKey === key) return;
		this.#heap.set(key, this.#key);
		this.#loadedKey = key;
	}

	/** The address of a scratch area of this size. */
	#room(bytes: number): number {
		if (bytes <= this.#scratchBytes) return this.#scratch;
		if (this.#scratchBytes > 0) this.#module._free(this.#scratch);
		const size = Math.max(bytes, 4096);
		this.#scratch = this.#module._malloc(size);
		this.#scratchBytes = this.#scratch === 0 ? 0 : size;
		if (this.#heap.buffer !== this.#module.HEAPU8.buffer) this.#heap = view(this.#module);
		if (this.#scratch === 0)
			throw new ProtocolError("ERR_ZMTP_MESSAGE_TOO_LARGE", `There is no memory to encrypt or decrypt a frame of ${bytes} bytes`);
		return this.#scratch;
	}

	#leave(): void {
		if (this.#scratchBytes <= SODIUM_SCRATCH_BYTES_KEPT) return;
		this.#module._free(this.#scratch);
		this.#scratchBytes = 0;
	}

	#wipe(address: number, bytes: number): void {
		this.#heap.fill(0, address, address + bytes);
	}

	#take(address: number, bytes: number): Buffer {
		const out = Buffer.allocUnsafe(bytes);
		this.#heap.copy(out, 0, address, address + bytes);
		return out;
	}
}

function view(module: Module): Buffer {
	const { buffer, byteOffset, byteLength } = module.HEAPU8;
	return Buffer.from(buffer, byteOffset, byteLength);
}

let loaded: Sodium | undefined;
let loading: Promise<void> | undefined;

async function load(): Promise<void> {
	const { default: instantiate } = await import("libsodium");
	const word = new Uint32Array(1);
	const module = (await instantiate({
		getRandomValue: () => globalThis.crypto.getRandomValues(word)[0] as number,
	})) as unknown as Module;
	if (module._sodium_init() < 0) throw new Error("libsodium does not start on this machine");
	loaded = new Sodium(module);
}

/** The library, or undefined while it is not loaded. */
export function sodium(): Sodium | undefined {
	return loaded;
}

/** Settles when {@link sodium} has it; a failed attempt is made again by the next call. */
export function loadSodium(): Promise<void> {
	loading ??= load().catch((error: unknown) => {
		loading = undefined;
		throw error;
	});
	return loading;
}
