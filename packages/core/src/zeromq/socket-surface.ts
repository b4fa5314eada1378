/**
 * The types of zeromq.js's surface: options as properties, what can send and receive, and what options a class takes.
 *
 * Only types: programs that were written against zeromq.js's declarations compile against these.
 */
import type { Context } from "./context.ts";
import type { MessageLike, ReceivedMessage } from "./frames.ts";

/** Options of every socket. Times in ms, sizes in bytes or messages; -1 is "no limit" or "as the operating system does". */
export interface SocketOptionProperties {
	/** Which I/O threads serve the socket; kept, without effect. */
	affinity: number;
	/** Multicast rate, kbit/s. */
	rate: number;
	/** Multicast recovery, ms. */
	recoveryInterval: number;
	/** How long messages may still be delivered after the end, ms; -1 = for ever, 0 = dropped. Default -1, 0 for SUB, XSUB, DISH. */
	linger: number;
	/** First delay before reconnecting, ms; -1 = never. Default 100. */
	reconnectInterval: number;
	/** Connections waiting to be accepted. Default 100. */
	backlog: number;
	/** Ceiling of the doubling reconnect delay, ms; 0 = no back-off. */
	reconnectMaxInterval: number;
	/** Largest frame taken from a peer, bytes; -1 = no limit. */
	maxMessageSize: number;
	tcpKeepalive: number;
	tcpKeepaliveCount: number;
	tcpKeepaliveIdle: number;
	tcpKeepaliveInterval: number;
	/** Adds a range that connections may come from, as "10.0.0.0/8"; null = all. Cannot be read. */
	tcpAcceptFilter: string | null;
	/** True: messages queue only to peers that are connected now. */
	immediate: boolean;
	ipv6: boolean;
	plainServer: boolean;
	plainUsername: string | null;
	plainPassword: string | null;
	curveServer: boolean;
	/** 40 Z85 characters; reading throws EINVAL unless the mechanism is CURVE. */
	curvePublicKey: string | null;
	curveSecretKey: string | null;
	curveServerKey: string | null;
	gssapiServer: boolean;
	gssapiPrincipal: string | null;
	gssapiServicePrincipal: string | null;
	gssapiPlainText: boolean;
	gssapiPrincipalNameType: "hostBased" | "userName" | "krb5Principal";
	gssapiServicePrincipalNameType: "hostBased" | "userName" | "krb5Principal";
	zapDomain: string | null;
	typeOfService: number;
	/** Greeting and handshake must end within this, ms; 0 = no limit. Default 30000. */
	handshakeInterval: number;
	socksProxy: string | null;
	heartbeatInterval: number;
	heartbeatTimeToLive: number;
	heartbeatTimeout: number;
	connectTimeout: number;
	tcpMaxRetransmitTimeout: number;
	multicastMaxTransportDataUnit: number;
	vmciBufferSize: number;
	vmciBufferMinSize: number;
	vmciBufferMaxSize: number;
	vmciConnectTimeout: number;
	interface: string | null;
	zapEnforceDomain: boolean;
	loopbackFastPath: boolean;
	/** libzmq's number of the socket type. */
	readonly type: number;
	/** The endpoint bound or connected last, wildcards resolved; null before the first. */
	readonly lastEndpoint: string | null;
	readonly securityMechanism: null | "plain" | "curve" | "gssapi";
	readonly threadSafe: boolean;
}

/** A socket that can send. */
export interface Writable<M extends MessageLike | MessageLike[] = MessageLike | MessageLike[], O extends [...object[]] = []> {
	multicastHops: number;
	sendBufferSize: number;
	/** Most messages queued per peer; 0 = no limit. Default 1000. */
	sendHighWaterMark: number;
	/** How long a send may wait, ms; -1 = for ever, 0 = not at all (EAGAIN). */
	sendTimeout: number;
	/**
	 * Sends one message; settles when it is queued. Throws EBUSY while another send waits, EBADF when closed, TypeError; rejects with
	 * EAGAIN, EFSM, EHOSTUNREACH, EINVAL.
	 */
	send(message: M, ...options: O): Promise<void>;
}

type ReceiveType<T> = T extends { receive(): Promise<infer U> } ? U : never;

/** A socket that can receive. */
export interface Readable<M extends object[] = ReceivedMessage[]> {
	receiveBufferSize: number;
	receiveHighWaterMark: number;
	receiveTimeout: number;
	/** The next message. Throws EBUSY while another receive waits, EBADF when closed; rejects with EAGAIN, EFSM. */
	receive(): Promise<M>;
	/** Messages as they come, until the socket is closed. */
	[Symbol.asyncIterator](): AsyncIterator<ReceiveType<this>, undefined>;
}

type IfEquals<X, Y, A, B = never> = (<T>() => T extends X ? 1 : 2) extends <T>() => T extends Y ? 1 : 2 ? A : B;

type WritableKeys<T> = {
	[P in keyof T]-?: T[P] extends (...args: never[]) => unknown ? never : IfEquals<{ [Q in P]: T[P] }, { -readonly [Q in P]: T[P] }, P>;
}[keyof T];

type Expand<T> = T extends infer O ? { [K in keyof O]: O[K] } : never;

/** What can be set on a T, all of it optional. */
export type Options<T, E = Record<never, never>> = Expand<Partial<E & Pick<T, WritableKeys<T>>>>;

/** What the constructor of a socket class takes. */
export type SocketOptions<S> = Options<S, { context: Context }>;
