/**
 * Contexts as zeromq.js has them: a namespace of inproc names, and defaults for the sockets that are made in it.
 *
 * The default context spans all threads of the process; its option values are this thread's. What concerns libzmq's own threads
 * (how many, their priority) is kept and read back and has no effect: there are none.
 */
import { Context as CoreContext, context as coreContext } from "../context.ts";
import { checkCount, checkNumber, checkOptions, refuse } from "./arguments.ts";
import { errnoError } from "./errno-error.ts";
import { type Access, constructed, defineOptionProperties, fronted, sealMethods } from "./option-access.ts";
import { optionBytes } from "./option-bytes.ts";

const IO_THREADS = 1;
const MAX_SOCKETS = 2;
/** Read as the limit of MAX_SOCKETS, set as the priority of threads. */
const SOCKET_LIMIT = 3;
const SCHEDULING_POLICY = 4;
const MAX_MESSAGE_SIZE = 5;
const IPV6 = 42;
const BLOCKY = 70;

const INITIAL: Readonly<Record<number, number>> = {
	[IO_THREADS]: 1,
	[MAX_SOCKETS]: 1023,
	[SOCKET_LIMIT]: 65_535,
	[MAX_MESSAGE_SIZE]: 0x7fff_ffff,
	6: 64,
	9: 0,
	10: 1,
	[IPV6]: 0,
	[BLOCKY]: 1,
};

/** The least value of each option that can be set. */
const LEAST: Readonly<Record<number, number>> = {
	[IO_THREADS]: 0,
	[MAX_SOCKETS]: 1,
	[SOCKET_LIMIT]: 0,
	[SCHEDULING_POLICY]: 0,
	[MAX_MESSAGE_SIZE]: 0,
	7: 0,
	8: 0,
	9: 0,
	10: 0,
	[IPV6]: 0,
	[BLOCKY]: 0,
};

interface ContextState {
	readonly core: CoreContext;
	readonly values: Map<number, number>;
	openSockets: number;
}

/** What sockets need of their context, and users do not see. */
let stateOf: (context: DoorContext) => ContextState;

class DoorContext {
	/** False: sockets that are made from now on begin with a linger of 0, so that what was sent does not keep the process from ending. */
	declare blocky: boolean;
	declare ioThreads: number;
	/** Kept; sockets have a maxMessageSize of their own. */
	declare maxMessageSize: number;
	/** How many sockets may be open at a time; one more is EMFILE. */
	declare maxSockets: number;
	/** What new sockets begin with. */
	declare ipv6: boolean;
	declare threadPriority: number;
	declare threadSchedulingPolicy: number;
	declare readonly maxSocketsLimit: number;
	readonly #state: ContextState;

	constructor(options?: ContextOptions, ...rest: never[]) {
		const given = checkOptions(options);
		checkCount([options, ...rest], 1);
		this.#state = { core: made ? new CoreContext() : coreContext, values: new Map(), openSockets: 0 };
		Object.seal(this);
		Object.assign(this, given);
	}

	protected getBoolOption(...given: [option: number]): boolean {
		return this.#get(given) !== 0;
	}

	protected setBoolOption(...given: [option: number, value: boolean]): void {
		this.#set("Bool", given);
	}

	protected getInt32Option(...given: [option: number]): number {
		return this.#get(given);
	}

	protected setInt32Option(...given: [option: number, value: number]): void {
		this.#set("Int32", given);
	}

	#get(given: readonly unknown[]): number {
		const number = Math.trunc(checkNumber(given[0], "Identifier"));
		checkCount(given, 1);
		if (INITIAL[number] === undefined) refuse();
		// The socket limit and the priority of threads have the same number.
		const value = number === SOCKET_LIMIT ? undefined : this.#state.values.get(number);
		return value ?? INITIAL[number];
	}

	#set(access: Access, given: readonly unknown[]): void {
		const number = Math.trunc(checkNumber(given[0], "Identifier"));
		const value = optionBytes(access, given[1])?.readInt32LE(0) ?? 0;
		checkCount(given, 2);
		const least = LEAST[number];
		if (least === undefined || value < least) refuse();
		this.#state.values.set(number, value);
	}

	static {
		stateOf = (context) => context.#state;
		sealMethods(DoorContext.prototype, ["getBoolOption", "setBoolOption", "getInt32Option", "setInt32Option"]);
		defineOptionProperties(DoorContext.prototype, [
			{ name: "ioThreads", number: IO_THREADS, access: "Int32" },
			{ name: "maxSockets", number: MAX_SOCKETS, access: "Int32" },
			{ name: "maxSocketsLimit", number: SOCKET_LIMIT, access: "Int32", mode: "read-only" },
			{ name: "threadPriority", number: SOCKET_LIMIT, access: "Int32", mode: "write-only" },
			{ name: "threadSchedulingPolicy", number: SCHEDULING_POLICY, access: "Int32", mode: "write-only" },
			{ name: "maxMessageSize", number: MAX_MESSAGE_SIZE, access: "Int32" },
			{ name: "ipv6", number: IPV6, access: "Bool" },
			{ name: "blocky", number: BLOCKY, access: "Bool" },
		]);
	}
}

/** What a context can be made with. */
export interface ContextOptions {
	blocky?: boolean;
	ioThreads?: number;
	maxMessageSize?: number;
	maxSockets?: number;
	ipv6?: boolean;
	threadPriority?: number;
	threadSchedulingPolicy?: number;
}

/** False while the default context is being made. */
let made = false;

export type Context = DoorContext;

export const Context: typeof DoorContext = fronted(DoorContext, function Context(...args: never[]) {
	return constructed(DoorContext, args, new.target);
}) as typeof DoorContext;

/** The context of sockets that are given no other; in its inproc namespace are all threads of the process. */
export const context: Context = new Context();
made = true;

/** True for what may stand in a socket's option `context`. */
export function isContext(value: unknown): value is DoorContext {
	return value instanceof DoorContext;
}

/** Where the sockets of a context are made. */
export function coreOf(context: Context): CoreContext {
	return stateOf(context).core;
}

/** What a socket begins with in this context. */
export function defaultsOf(context: Context): { ipv6: boolean; linger: number | undefined } {
	const { values } = stateOf(context);
	return { ipv6: values.get(IPV6) === 1, linger: values.get(BLOCKY) === 0 ? 0 : undefined };
}

/** One more socket. @throws Error EMFILE there are as many as maxSockets allows */
export function takePlace(context: Context): () => void {
	const state = stateOf(context);
	const most = state.values.get(MAX_SOCKETS) ?? (INITIAL[MAX_SOCKETS] as number);
	if (state.openSockets >= most) throw errnoError("EMFILE");
	state.openSockets += 1;
	return () => {
		state.openSockets -= 1;
	};
}
