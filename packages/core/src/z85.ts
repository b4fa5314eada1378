/**
 * Z85: binary data as text, 4 bytes in 5 characters (RFC 32). Keys of CURVE are passed around in it: 32 bytes, 40 characters.
 *
 * Pure. Text that is not Z85 is refused, also where five characters say more than four bytes can hold.
 */
import { ZmqError } from "./errors.ts";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
const BASE = ALPHABET.length;
const UINT32_MAX = 0xffff_ffff;
/** Value of each character code; -1 where there is none. */
const VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < BASE; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** Bytes as Z85 text, 5 characters for 4 bytes. @throws ZmqError EINVAL the length is not a multiple of 4 */
export function z85Encode(bytes: Uint8Array): string {
	if (!(bytes instanceof Uint8Array)) throw new ZmqError("EINVAL", `z85Encode takes bytes, got ${typeof bytes}`);
	if (bytes.length % 4 !== 0)
		throw new ZmqError("EINVAL", `Z85 encodes a multiple of 4 bytes, got ${bytes.length}; pad them by a rule of your own`);
	let text = "";
	for (let at = 0; at < bytes.length; at += 4) {
		let value =
			((bytes[at] as number) * 256 + (bytes[at + 1] as number)) * 65536 + (bytes[at + 2] as number) * 256 + (bytes[at + 3] as number);
		let five = "";
		for (let i = 0; i < 5; i++) {
			five = (ALPHABET[value % BASE] as string) + five;
			value = Math.floor(value / BASE);
		}
		text += five;
	}
	return text;
}

/** Bytes of Z85 text, 4 for 5 characters. @throws ZmqError EINVAL the text is not Z85; the text itself is not shown, it may be a secret key */
export function z85Decode(text: string): Buffer {
	if (typeof text !== "string") throw new ZmqError("EINVAL", `z85Decode takes a string, got ${typeof text}`);
	if (text.length % 5 !== 0) throw new ZmqError("EINVAL", `Z85 text has a multiple of 5 characters, got ${text.length}`);
	const bytes = Buffer.allocUnsafe((text.length / 5) * 4);
	for (let at = 0; at < text.length; at += 5) {
		let value = 0;
		for (let i = at; i < at + 5; i++) {
			const digit = VALUES[text.charCodeAt(i)] ?? -1;
			if (digit < 0) throw new ZmqError("EINVAL", `Z85 text has a character that Z85 has not, at position ${i}`);
			value = value * BASE + digit;
		}
		if (value > UINT32_MAX) throw new ZmqError("EINVAL", `Z85 text has five characters that stand for no four bytes, at position ${at}`);
		bytes.writeUInt32BE(value, (at / 5) * 4);
	}
	return bytes;
}
