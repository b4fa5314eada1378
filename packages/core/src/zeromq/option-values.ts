/**
 * The options of one socket as libzmq would hold them: values by number, and what follows from them (mechanism, role, IPv4 only).
 *
 * Core keeps its own options, by name; core-options.ts tells it of changes. What core has no use for (buffer sizes, multicast)
 * lives only here. Every refusal is EINVAL, as libzmq has no other.
 */
import { z85Encode } from "../z85.ts";
import { refuse } from "./arguments.ts";
import { OPTION_RULES, type OptionRule, type OptionValue } from "./option-rules.ts";

const INT_BYTES = 4;
const WIDE_BYTES = 8;
const EMPTY = Buffer.alloc(0);

/** Numbers of options that depend on each other. */
const OPTION = { ipv4Only: 31, ipv6: 42, mechanism: 43, plainServer: 44, curveServer: 47, curveServerKey: 50 } as const;

/** Values of the option MECHANISM. */
export const MECHANISM = { null: 0, plain: 1, curve: 2, gssapi: 3 } as const;

function mechanismOf(number: number): number | undefined {
	if (number >= OPTION.plainServer && number <= 46) return MECHANISM.plain;
	if (number >= OPTION.curveServer && number <= OPTION.curveServerKey) return MECHANISM.curve;
	return undefined;
}

export class OptionValues {
	readonly #type: number;
	readonly #values = new Map<number, OptionValue>();

	/** @param type libzmq's number of the socket type */
	constructor(type: number) {
		this.#type = type;
	}

	/** As it is kept; the default when it was never set. */
	value(number: number): OptionValue {
		return this.#values.get(number) ?? OPTION_RULES[number]?.initial ?? null;
	}

	/** Sets what no program may set: what the socket itself reports, and defaults of its context. */
	note(number: number, value: OptionValue): void {
		this.#values.set(number, value);
	}

	/** @param bytes null: no value @throws Error EINVAL */
	set(number: number, bytes: Buffer | null): void {
		const rule = OPTION_RULES[number];
		if (rule?.take === undefined || !this.#isOne(rule.types) || !this.#isOne(rule.setBy)) refuse();
		const value = rule.take(bytes, this.value(number));
		if (value === undefined) refuse();
		this.#values.set(number, value);
		this.#follow(number, value, bytes === null || value === 0);
	}

	/** The bytes of a value, in `room` bytes at most. @throws Error EINVAL */
	get(number: number, room: number): Buffer {
		const rule = OPTION_RULES[number];
		if (rule?.give === undefined || !this.#isOne(rule.types)) refuse();
		const bytes = this.#bytes(number, rule);
		const fits = rule.give === "int" || rule.give === "wide" ? room === bytes.length : room >= bytes.length;
		return fits ? bytes : refuse();
	}

	#isOne(types: readonly number[] | undefined): boolean {
		return types === undefined || types.includes(this.#type);
	}

	#bytes(number: number, rule: OptionRule): Buffer {
		const value = this.value(number);
		switch (rule.give) {
			case "wide": {
				const bytes = Buffer.alloc(WIDE_BYTES);
				bytes.writeBigInt64LE(value as bigint);
				return bytes;
			}
			case "blob":
				return (value as Buffer | null) ?? EMPTY;
			case "text":
				return Buffer.concat([(value as Buffer | null) ?? EMPTY, Buffer.alloc(1)]);
			case "key":
				// As libzmq: without CURVE there are no keys to speak of.
				if (value === null || this.value(OPTION.mechanism) !== MECHANISM.curve) refuse();
				return Buffer.from(`${z85Encode(value as Buffer)}\0`, "latin1");
			default: {
				const bytes = Buffer.alloc(INT_BYTES);
				bytes.writeInt32LE(value as number);
				return bytes;
			}
		}
	}

	/** The last option of a mechanism that was set decides; taking a name back, or the server's role, ends security. */
	#follow(number: number, value: OptionValue, ends: boolean): void {
		if (number === OPTION.ipv6) this.note(OPTION.ipv4Only, 1 - (value as number));
		if (number === OPTION.ipv4Only) this.note(OPTION.ipv6, 1 - (value as number));
		const mechanism = mechanismOf(number);
		if (mechanism === undefined) return;
		this.note(OPTION.mechanism, ends ? MECHANISM.null : mechanism);
		const isRole = number === OPTION.plainServer || number === OPTION.curveServer;
		const makesClient = number === OPTION.curveServerKey || (mechanism === MECHANISM.plain && !isRole && !ends);
		if (isRole || makesClient) {
			this.note(OPTION.plainServer, 0);
			this.note(OPTION.curveServer, 0);
			if (isRole && !ends) this.note(number, 1);
		}
	}
}
