/**
 * What a man in the middle does to commands and messages on their way: changes, cuts, lengthens, drops, doubles and replaces them, or
 * puts earlier ones in their place. A part of an input is one directive: at which command, what to do, and bytes for it.
 *
 * Pure.
 */
import type { Parts } from "./target.ts";
import { text } from "./wire.ts";

/** What happens to command or message number `at` on its way; returns what arrives instead of it. */
const COMMANDS_MAX = 12;

type Tampering = (body: Buffer, bytes: Buffer, earlier: readonly Buffer[]) => Buffer[];
const offset = (bytes: Buffer, length: number): number =>
	length === 0 ? 0 : (bytes.length >= 2 ? bytes.readUInt16BE(0) : bytes.length) % length;
const TAMPERINGS: readonly Tampering[] = [
	(body) => [body],
	(_body, bytes) => [bytes],
	(body, bytes) => {
		const changed = Buffer.from(body);
		const at = offset(bytes, changed.length);
		if (changed.length > 0) changed[at] = (changed[at] as number) ^ (bytes[2] ?? 1);
		return [changed];
	},
	(body, bytes) => [body.subarray(0, offset(bytes, body.length))],
	(body, bytes) => [Buffer.concat([body, bytes])],
	() => [],
	(body) => [body, body],
	(body, bytes, earlier) => [earlier[offset(bytes, earlier.length)] ?? body],
	(body, bytes) => [bytes, body],
	(body, bytes, earlier) => [body, earlier[offset(bytes, earlier.length)] ?? body],
	(body, bytes) => {
		const at = offset(bytes, body.length);
		return [Buffer.concat([body.subarray(0, at), bytes.subarray(2), body.subarray(at + bytes.length - 2)])];
	},
];

export class Tamperer {
	/** True once something arrived otherwise than it was sent. */
	changed = false;
	readonly #directives: Parts;
	readonly #earlier: Buffer[] = [];

	constructor(directives: Parts) {
		this.#directives = directives;
	}

	/** What arrives of one more body. */
	arrivals(body: Buffer): Buffer[] {
		const number = this.#earlier.length;
		this.#earlier.push(Buffer.from(body));
		let bodies = [body];
		for (const directive of this.#directives) {
			if ((directive[0] ?? 0) % COMMANDS_MAX !== number) continue;
			const tampering = TAMPERINGS[(directive[1] ?? 0) % TAMPERINGS.length] as Tampering;
			bodies = bodies.flatMap((each) => tampering(each, directive.subarray(2), this.#earlier));
		}
		if (bodies.length !== 1 || !bodies[0]?.equals(body)) this.changed = true;
		return bodies.slice(0, 8);
	}
}

const directive = (at: number, tampering: number, ...bytes: (number | Uint8Array)[]): Buffer =>
	Buffer.concat([Buffer.of(at, tampering), ...bytes.map((each) => (typeof each === "number" ? Buffer.of(each) : each))]);

/** Each tampering at each command; then words of the protocol in their places. */
export function tamperingSeeds(): Parts[] {
	const each = TAMPERINGS.flatMap((_, tampering) =>
		[0, 1, 2, 3, 4, 5].flatMap((at) => [[directive(at, tampering, 0, 9, 1)], [directive(at, tampering, 0, 40, 0x80)]]),
	);
	const commands = [
		"\x05ERROR\x03400",
		"\x05ERROR\x09x",
		"\x05READY",
		"\x07WELCOME",
		"\x08INITIATE",
		"\x05HELLO\x00\x00",
		"\x04PING",
		"\x5eRROR\x03400",
		"",
		"\x00",
	];
	const words = commands.flatMap((word) => [0, 1].map((at) => [directive(at, 1, text(word))]));
	return [[], ...each, ...words];
}
