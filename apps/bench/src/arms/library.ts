/**
 * The socket libraries that are compared, behind one small face: zloom and npm zeromq share their class names, so one code path
 * drives both and only the module differs.
 */
import { createRequire } from "node:module";

export type LibraryName = "zloom" | "zeromq";

/** The parts of the socket faces that both libraries have. */
export interface BenchSocket {
	bind(endpoint: string): Promise<void>;
	connect(endpoint: string): void;
	close(): void;
	readonly lastEndpoint: string | null;
}

export interface Sending {
	send(content: Uint8Array | string): Promise<void>;
}

/** What only zloom has; no row of npm zeromq uses it. */
export interface SendingMany {
	sendMany(contents: readonly Uint8Array[]): Promise<void>;
	trySend(content: Uint8Array): "sent" | "dropped" | "full" | "no-peer" | "unreachable";
}

export interface Receiving {
	receive(): Promise<Buffer[]>;
	[Symbol.asyncIterator](): AsyncIterator<Buffer[]>;
	/** Only zloom has it. */
	readonly inPlace?: AsyncIterable<Buffer[]>;
}

export interface ReceivingMany {
	receiveMany(max: number): Promise<Buffer[][]>;
}

export interface Subscribing {
	subscribe(...topics: (string | Uint8Array)[]): void;
	/** npm zeromq alone, where it is `protected`: sets an option by its number. */
	setInt32Option?(option: number, value: number): void;
}

export interface KeyPair {
	publicKey: string;
	secretKey: string;
}

type Options = Readonly<Record<string, unknown>>;

export interface BenchLibrary {
	Push: new (options?: Options) => BenchSocket & Sending & SendingMany;
	Pull: new (options?: Options) => BenchSocket & Receiving & ReceivingMany;
	Pair: new (options?: Options) => BenchSocket & Sending & Receiving;
	Request: new (options?: Options) => BenchSocket & Sending & Receiving;
	Reply: new (options?: Options) => BenchSocket & Sending & Receiving;
	Dealer: new (options?: Options) => BenchSocket & Sending & Receiving;
	Router: new (options?: Options) => BenchSocket & Sending & Receiving;
	Publisher: new (options?: Options) => BenchSocket & Sending;
	Subscriber: new (options?: Options) => BenchSocket & Receiving & Subscribing;
	curveKeyPair(): KeyPair;
	/** Only zloom has it. */
	alloc?(bytes: number): Buffer;
	/** Of zloom; npm zeromq's takes no such options. */
	Context: new (options: {
		io: "worker";
	}) => object;
}

/** The options that give a socket's context an I/O thread, or none. */
export function ioOptions({ Context }: BenchLibrary, io: boolean | undefined): { context?: object } {
	return io === true ? { context: new Context({ io: "worker" }) } : {};
}

/** Loads a library by the name of its arm. */
export async function loadLibrary(name: LibraryName): Promise<BenchLibrary> {
	if (name === "zloom") return (await import("@zloom/core")) as unknown as BenchLibrary;
	return createRequire(import.meta.url)("zeromq") as BenchLibrary;
}
