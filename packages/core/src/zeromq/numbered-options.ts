/**
 * The numeric option accessors of one socket: `getInt32Option(17)` and its kin, with zeromq.js's checks and warnings.
 *
 * Some numbers are no values but acts or states: subscriptions (6, 7), the name of the next connection (61), what can be done now
 * (15), the last endpoint (32), how many topics (116).
 */
import { type Socket as CoreSocket, Socket as CoreSockets } from "../socket/socket.ts";
import { checkCount, checkNumber, refuse } from "./arguments.ts";
import { applyOption } from "./core-options.ts";
import type { EndpointList } from "./endpoint-list.ts";
import { errnoError } from "./errno-error.ts";
import type { Access } from "./option-access.ts";
import { optionBytes, optionValue, ROOM } from "./option-bytes.ts";
import { OptionValues } from "./option-values.ts";
import type { SocketState } from "./socket-state.ts";

const SUBSCRIBE = 6;
const UNSUBSCRIBE = 7;
const EVENTS = 15;
const TYPE = 16;
const LAST_ENDPOINT = 32;
const LINGER = 17;
const IPV6 = 42;
const CONNECT_ROUTING_ID = 61;
const MANUAL = 71;
const THREAD_SAFE = 81;
const MANUAL_LAST_VALUE = 98;
const TOPICS_COUNT = 116;

const POLL_IN = 1;
const POLL_OUT = 2;
/** Types that want no delivery after their end, and those that libzmq lets several threads use. */
const NO_LINGER: readonly number[] = [2, 10, 15];
const FIRST_DRAFT = 12;
const DGRAM = 18;

/** Take effect at once, also on connections that are there. */
const IMMEDIATE: ReadonlySet<number> = new Set([6, 7, 17, 23, 24, 27, 28, 33, 40, 51, 52, 53, 56, 78]);

interface Subscribing {
	subscribe?: (topic: Buffer) => void;
	unsubscribe?: (topic: Buffer) => void;
	readonly topicsCount?: number;
}

export class NumberedOptions {
	readonly #state: Pick<SocketState, "closed">;
	readonly #core: CoreSocket;
	readonly #endpoints: EndpointList;
	readonly #values: OptionValues;
	readonly #alwaysWritable: boolean;
	/** What a bind that is not over yet will read. */
	lastEndpoint: string | undefined;

	/** @param alwaysWritable whether libzmq calls this type writable at any time */
	constructor(
		state: Pick<SocketState, "core" | "endpoints" | "closed">,
		type: number,
		defaults: { ipv6: boolean; linger: number | undefined },
		alwaysWritable: boolean,
	) {
		const { core, endpoints } = state;
		this.#state = state;
		this.#core = core;
		this.#endpoints = endpoints;
		this.#alwaysWritable = alwaysWritable;
		this.#values = new OptionValues(type);
		this.#values.note(TYPE, type);
		this.#values.note(THREAD_SAFE, Number(type >= FIRST_DRAFT && type !== DGRAM));
		const linger = defaults.linger ?? (NO_LINGER.includes(type) ? 0 : -1);
		this.#values.note(LINGER, linger);
		core.linger = linger;
		if (!defaults.ipv6) return;
		this.#values.set(IPV6, optionBytes("Bool", true));
		core.ipv6 = true;
	}

	/** The number that is kept: for the socket's own use. */
	number(option: number): number {
		return this.#values.value(option) as number;
	}

	/** @throws TypeError, Error ENOTSOCK closed, EINVAL */
	get(access: Access, given: readonly unknown[]): boolean | number | string | null {
		const number = checkNumber(given[0], "Identifier");
		checkCount(given, 1);
		if (this.#state.closed) throw errnoError("ENOTSOCK");
		this.#look(number);
		return optionValue(access, this.#values.get(number, ROOM[access]));
	}

	/** @throws TypeError, Error ENOTSOCK closed, EINVAL */
	set(access: Access, given: readonly unknown[]): void {
		const number = checkNumber(given[0], "Identifier");
		const bytes = optionBytes(access, given[1]);
		checkCount(given, 2);
		if (this.#state.closed) throw errnoError("ENOTSOCK");
		if (access === "Uint64" && (given[1] as number) > Number.MAX_SAFE_INTEGER)
			process.emitWarning("Value is larger than Number.MAX_SAFE_INTEGER and may have been rounded inaccurately.");
		if (!IMMEDIATE.has(number) && !this.#endpoints.isEmpty)
			process.emitWarning("Socket option will not take effect until next connect/bind.");
		const subscribes = number === SUBSCRIBE || number === UNSUBSCRIBE;
		// With manual a publisher has these, too: it subscribes its peers itself.
		if (!subscribes || !this.#isManual) this.#values.set(number, bytes);
		if (subscribes) this.#subscribe(number, bytes ?? Buffer.alloc(0));
		else if (number !== CONNECT_ROUTING_ID) applyOption(this.#core, number, this.#values);
	}

	/** How the next connection is called, once. */
	takePeerName(): Buffer | undefined {
		const name = this.#values.value(CONNECT_ROUTING_ID) as Buffer | null;
		this.#values.note(CONNECT_ROUTING_ID, null);
		return name ?? undefined;
	}

	get #isManual(): boolean {
		return this.#values.value(MANUAL) === 1 || this.#values.value(MANUAL_LAST_VALUE) === 1;
	}

	#subscribe(number: number, topic: Buffer): void {
		const core = this.#core as Subscribing;
		const act = number === SUBSCRIBE ? core.subscribe : core.unsubscribe;
		if (act === undefined) refuse();
		act.call(core, topic);
	}

	/** Brings a state up to date before it is read. */
	#look(number: number): void {
		if (number === EVENTS) {
			const { inbox, outbox } = CoreSockets.halves(this.#core);
			this.#values.note(EVENTS, (inbox.readable ? POLL_IN : 0) | (this.#alwaysWritable || outbox.writable ? POLL_OUT : 0));
		} else if (number === TOPICS_COUNT) {
			this.#values.note(TOPICS_COUNT, (this.#core as Subscribing).topicsCount ?? 0);
		} else if (number === LAST_ENDPOINT) {
			const last = this.lastEndpoint ?? this.#core.lastEndpoint;
			this.#values.note(LAST_ENDPOINT, last === null ? null : Buffer.from(last, "utf8"));
		}
	}
}
