/**
 * The class Socket of zeromq.js over a socket of core: one send and one receive at a time, its errors, its numbered options.
 *
 * Invariants
 * - Nothing in core refers to an object of this class, so that the garbage collector can tell when its owner has dropped it
 *   (open-sockets.ts); only a send or receive that waits does.
 * - Wrong arguments, a closed or a busy socket are thrown; what the network or the peer decides is rejected.
 *
 * **Shutdown**: `close()` ends at once, waiting sends and receives reject with EAGAIN and loops end; during a bind or unbind it waits
 * until that has settled. Afterwards options throw ENOTSOCK and everything else EBADF.
 */
import type { Inbox, Reading } from "../socket/inbox.ts";
import type { Outbox } from "../socket/outbox.ts";
import { Socket as CoreSocket } from "../socket/socket.ts";
import { checkAddress, checkCount, checkNumber, checkOptions, checkTag, invalidArgument, refuse } from "./arguments.ts";
import { fulfilled, reserve } from "./bind-sync.ts";
import { type Context, coreOf, context as defaultContext, defaultsOf, isContext, takePlace } from "./context.ts";
import { DIALECTS, type Dialect, framesOf, groupBytes } from "./dialect.ts";
import { bindFailure, checkLeavable, connectFailure } from "./endpoint-errors.ts";
import { errnoError, translated } from "./errno-error.ts";
import { NumberedOptions } from "./numbered-options.ts";
import { Observer } from "./observer.ts";
import { opened } from "./open-sockets.ts";
import { type Access, constructed, defineHidden, defineIterator, defineOptionProperties, fronted, sealMethods } from "./option-access.ts";
import { SOCKET_PROPERTIES } from "./socket-options.ts";
import { SocketState, setState } from "./socket-state.ts";
import type { SocketOptionProperties } from "./socket-surface.ts";
import { stepper } from "./stepper.ts";
import { receiveBy, type Sending, sendBy } from "./transfers.ts";

const RECEIVE_TIMEOUT = 27;
const SEND_TIMEOUT = 28;
const IPV6 = 42;
const SEALED_METHODS: readonly string[] = [
	...["bind", "unbind", "bindSync", "unbindSync", "connect", "disconnect", "close"],
	...["Bool", "Int32", "Uint32", "Int64", "Uint64", "String"].flatMap((access) => [`get${access}Option`, `set${access}Option`]),
];
const NOTHING_SENT: Promise<void> = Promise.resolve();

interface Connecting {
	connect(endpoint: string, options?: { routingId?: Uint8Array }): void;
}

interface Grouping {
	join(group: Buffer): void;
	leave(group: Buffer): void;
}

function busy(doing: "reading" | "writing", operation: "receive" | "send"): Error {
	return errnoError("EBUSY", { text: `Socket is busy ${doing}; only one ${operation} operation may be in progress at any time` });
}

/** What keeps no reference to the socket that users hold. */
function makeState(dialect: Dialect, context: Context): SocketState {
	const leaveContext = takePlace(context);
	const core = new dialect.core({ context: coreOf(context) });
	return new SocketState(core, leaveContext);
}

abstract class DoorSocket {
	readonly #state: SocketState;
	readonly #dialect: Dialect;
	readonly #inbox: Inbox;
	readonly #outbox: Outbox;
	readonly #destination: Sending;
	readonly #reading: Reading<unknown[]>;
	readonly #options: NumberedOptions;
	#context: Context | undefined;
	#events: Observer | undefined;
	#sending = false;
	#receiving = false;

	/** @param type libzmq's number of the socket type @throws TypeError, Error EINVAL, EMFILE */
	protected constructor(type: number, options?: object, ...rest: never[]) {
		checkNumber(type, "Socket type");
		const { context, ...given } = { context: defaultContext, ...checkOptions(options) };
		checkCount([type, options, ...rest], 2);
		if (!isContext(context)) throw invalidArgument();
		const dialect = DIALECTS[Math.trunc(type)];
		if (dialect === undefined) refuse();
		this.#context = context;
		this.#dialect = dialect;
		this.#state = makeState(dialect, context);
		const { core } = this.#state;
		const { inbox, outbox } = CoreSocket.halves(core);
		this.#inbox = inbox;
		this.#outbox = outbox;
		this.#destination = { outbox, ...dialect };
		this.#reading = { shape: dialect.shape, ended: undefined };
		this.#options = new NumberedOptions(this.#state, Math.trunc(type), defaultsOf(context), dialect.alwaysWritable === true);
		setState(this, this.#state);
		opened(this, this.#state);
		Object.seal(this);
		Object.assign(this, given);
	}

	/** Reports binds, connections, retries and errors of this socket. @throws Error ENOTSOCK when closed */
	get events(): Observer {
		if (this.#state.closed) throw errnoError("ENOTSOCK");
		this.#events ??= new Observer(this as unknown as Socket);
		return this.#events;
	}

	/** The context it was made in; undefined when it is closed. */
	get context(): Context {
		return (this.#state.closed ? undefined : this.#context) as Context;
	}

	get closed(): boolean {
		return this.#state.closed;
	}

	/** True when a message would be received at once. */
	get readable(): boolean {
		return this.#isFree && this.#inbox.readable;
	}

	/** True when a message could be queued at once. */
	get writable(): boolean {
		return this.#isFree && (this.#dialect.alwaysWritable === true || this.#outbox.writable);
	}

	get #isFree(): boolean {
		return !this.#state.closed && !this.#state.blocked;
	}

	/**
	 * Binds; until it settles, the socket cannot be used. Rejects with EINVAL, EADDRINUSE, EADDRNOTAVAIL, ENODEV, EPROTONOSUPPORT,
	 * ENOCOMPATPROTO, ENAMETOOLONG, EACCES, ENOENT; `address` is that of the call.
	 */
	bind(...given: [address: string]): Promise<void> {
		const address = checkAddress(given);
		this.#state.assertUsable();
		return this.#whileBlocked(address, () => this.#bind(address, address));
	}

	/** As {@link bind}, at once. The socket can be used at once, too. @throws as `bind` rejects */
	bindSync(...given: [address: string]): void {
		const address = checkAddress(given);
		this.#state.assertUsable();
		const { core, endpoints } = this.#state;
		const ipv6 = this.#options.number(IPV6) === 1;
		let resolved: string;
		try {
			resolved = reserve(core, address, { ipv6, namespace: coreOf(this.context).namespace });
		} catch (error) {
			throw bindFailure(error, address, ipv6);
		}
		endpoints.bound(address, resolved);
		this.#options.lastEndpoint = resolved;
		this.#inBackground(this.#bind(resolved, address).finally(() => fulfilled(resolved)));
	}

	/** Ends what was bound there; until it settles, the socket cannot be used. Rejects with ENOENT, EINVAL. */
	unbind(...given: [address: string]): Promise<void> {
		const address = checkAddress(given);
		this.#state.assertUsable();
		return this.#whileBlocked(address, async () => {
			checkLeavable(this.#state.core, address);
			await this.#unbind(address);
		});
	}

	/** As {@link unbind}, at once: the address is free when it returns. @throws Error ENOENT, EINVAL */
	unbindSync(...given: [address: string]): void {
		const address = checkAddress(given);
		this.#state.assertUsable();
		checkLeavable(this.#state.core, address);
		if (this.#state.endpoints.find(address) === undefined) throw errnoError("ENOENT", { address });
		this.#inBackground(this.#unbind(address));
	}

	/** Connects; the peer may appear later. @throws Error EINVAL, EPROTONOSUPPORT, ENOCOMPATPROTO, ENAMETOOLONG */
	connect(...given: [address: string]): void {
		const address = checkAddress(given);
		this.#state.assertUsable();
		const routingId = this.#options.takePeerName();
		try {
			(this.#state.core as Connecting).connect(address, routingId === undefined ? {} : { routingId });
		} catch (error) {
			throw connectFailure(error, address);
		}
		this.#options.lastEndpoint = undefined;
		this.#state.endpoints.connected(address);
	}

	/** Ends a connection; what was sent follows `linger`. @throws Error ENOENT, EINVAL */
	disconnect(...given: [address: string]): void {
		const address = checkAddress(given);
		this.#state.assertUsable();
		checkLeavable(this.#state.core, address);
		try {
			this.#state.core.disconnect(address);
		} catch (error) {
			throw connectFailure(error, address);
		}
		this.#state.endpoints.disconnected(address);
	}

	/** Begins the end; see Shutdown above. Closing twice does nothing. */
	close(...given: never[]): void {
		checkCount(given, 0);
		this.#state.end();
	}

	protected getBoolOption(...given: [option: number]): boolean {
		return this.#get("Bool", given) as boolean;
	}

	protected setBoolOption(...given: [option: number, value: boolean]): void {
		this.#set("Bool", given);
	}

	protected getInt32Option(...given: [option: number]): number {
		return this.#get("Int32", given) as number;
	}

	protected setInt32Option(...given: [option: number, value: number]): void {
		this.#set("Int32", given);
	}

	protected getUint32Option(...given: [option: number]): number {
		return this.#get("Uint32", given) as number;
	}

	protected setUint32Option(...given: [option: number, value: number]): void {
		this.#set("Uint32", given);
	}

	protected getInt64Option(...given: [option: number]): number {
		return this.#get("Int64", given) as number;
	}

	protected setInt64Option(...given: [option: number, value: number]): void {
		this.#set("Int64", given);
	}

	protected getUint64Option(...given: [option: number]): number {
		return this.#get("Uint64", given) as number;
	}

	protected setUint64Option(...given: [option: number, value: number]): void {
		this.#set("Uint64", given);
	}

	protected getStringOption(...given: [option: number]): string | null {
		return this.#get("String", given) as string | null;
	}

	protected setStringOption(...given: [option: number, value: string | Buffer | null]): void {
		this.#set("String", given);
	}

	#get(access: Access, given: readonly unknown[]): boolean | number | string | null {
		return this.#options.get(access, given);
	}

	#set(access: Access, given: readonly unknown[]): void {
		this.#options.set(access, given);
	}

	#receive(given: readonly unknown[]): Promise<unknown[]> {
		checkCount(given, 0);
		this.#state.assertUsable();
		if (!("receive" in this.#state.core)) throw errnoError("ENOTSUP");
		if (this.#receiving) throw busy("reading", "receive");
		const message = receiveBy(this.#inbox, this.#reading, this.#options.number(RECEIVE_TIMEOUT), (waits) => {
			this.#receiving = waits;
		});
		this.#turn();
		return message;
	}

	#send(given: readonly unknown[]): Promise<void> {
		const [message, tag] = given;
		if (message === undefined) throw new TypeError("Message must be present");
		const { tie } = this.#dialect;
		if (tie !== undefined) checkTag(tag);
		checkCount(given, tie === undefined ? 1 : 2);
		this.#state.assertUsable();
		if (!("send" in this.#state.core)) throw errnoError("ENOTSUP");
		if (this.#sending) throw busy("writing", "send");
		const frames = framesOf(this.#dialect, message, tag);
		if (frames.length === 0) return NOTHING_SENT;
		if (frames.length !== (this.#dialect.frames ?? frames.length)) return Promise.reject(errnoError("EINVAL"));
		const sent = sendBy(this.#destination, frames, this.#options.number(SEND_TIMEOUT), (waits) => {
			this.#sending = waits;
		});
		this.#turn();
		return sent;
	}

	/** Requests and replies alternate: what one direction did can let the other go on. */
	#turn(): void {
		this.#inbox.readiness.look();
		this.#outbox.readiness.look();
	}

	#group(act: "join" | "leave", groups: readonly unknown[]): void {
		if (groups.length === 0) return;
		this.#state.assertUsable();
		const core = this.#state.core as Partial<Grouping>;
		if (core[act] === undefined) throw errnoError("ENOTSUP");
		for (const group of groups) {
			const bytes = groupBytes(group);
			try {
				core[act](bytes);
			} catch (error) {
				throw translated(error);
			}
		}
	}

	async #bind(endpoint: string, asked: string): Promise<void> {
		const { core, endpoints } = this.#state;
		await this.#state.background;
		await core.bind(endpoint);
		this.#options.lastEndpoint = undefined;
		endpoints.bound(asked, core.lastEndpoint ?? endpoint);
	}

	async #unbind(address: string): Promise<void> {
		const { core, endpoints } = this.#state;
		const resolved = endpoints.find(address);
		if (resolved !== undefined) endpoints.unbound(resolved);
		await this.#state.background;
		await core.unbind(resolved ?? address);
	}

	async #whileBlocked(address: string, act: () => Promise<void>): Promise<void> {
		this.#state.block();
		try {
			await act();
		} catch (error) {
			throw bindFailure(error, address, this.#options.number(IPV6) === 1);
		} finally {
			this.#state.unblock();
		}
	}

	/** The caller was told already that it is done. */
	#inBackground(act: Promise<void>): void {
		this.#state.background = act.catch((error: unknown) => {
			if (!this.#state.closed) process.emitWarning(`A bindSync or unbindSync failed after it had returned: ${String(error)}`);
		});
	}

	static {
		sealMethods(DoorSocket.prototype, SEALED_METHODS);
		for (const name of ["events", "context", "closed", "readable", "writable"])
			Object.defineProperty(DoorSocket.prototype, name, { configurable: false });
		defineOptionProperties(DoorSocket.prototype, SOCKET_PROPERTIES);
		// Every socket has these at run time; which types may use them is their class's matter.
		defineHidden(DoorSocket.prototype, {
			send(this: DoorSocket, ...given: unknown[]) {
				return this.#send(given);
			},
			receive(this: DoorSocket, ...given: unknown[]) {
				return this.#receive(given);
			},
			join(this: DoorSocket, ...groups: unknown[]) {
				this.#group("join", groups);
			},
			leave(this: DoorSocket, ...groups: unknown[]) {
				this.#group("leave", groups);
			},
		});
		defineIterator(DoorSocket.prototype, function (this: DoorSocket) {
			const isOver = (error: unknown): boolean => this.closed && (error as { code?: string }).code === "EAGAIN";
			return stepper(() => (this.closed ? undefined : this.#receive([])), isOver);
		});
	}
}

/** A socket with its options as properties. */
export type Socket = DoorSocket & SocketOptionProperties;

/** A socket class whose instances can also do this. */
export type SocketWith<Face> = abstract new (type: number, options?: object) => Socket & Face;

export const Socket: SocketWith<unknown> = fronted(DoorSocket, function Socket(...args: never[]) {
	return constructed(DoorSocket, args, new.target);
}) as SocketWith<unknown>;
