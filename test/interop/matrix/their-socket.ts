/**
 * A socket of another implementation, as the matrix drives it: the few verbs that every conversation needs, whatever the
 * language behind them.
 *
 * Messages are arrays of frames, also where one frame is all that a type can have.
 */
export type Frames = readonly Uint8Array[];

export interface TheirSocket {
	/** Returns the endpoint with its wildcard resolved. */
	bind(endpoint: string): Promise<string>;
	connect(endpoint: string): Promise<void>;
	send(message: Frames): Promise<void>;
	receive(): Promise<Frames>;
	subscribe(prefix: string): Promise<void>;
	/** DISH. */
	join(group: string): Promise<void>;
}

/** What secures a connection: the side that binds is the server of the mechanism. */
export interface Security {
	readonly mechanism: "NULL" | "PLAIN" | "CURVE";
	readonly isServer: boolean;
	/** Z85. */
	readonly serverKeys: { readonly publicKey: string; readonly secretKey: string };
	readonly clientKeys: { readonly publicKey: string; readonly secretKey: string };
	readonly username: string;
	readonly password: string;
}

export interface TheirSide {
	readonly name: string;
	/** False where it is not installed: never in CI. */
	readonly available: boolean;
	/** Socket types that it can use fully. */
	readonly types: ReadonlySet<string>;
	readonly transports: ReadonlySet<string>;
	open(type: string, security: Security, routingId: string | undefined): Promise<TheirSocket>;
	/** Closes every socket that was opened. */
	closeAll(): Promise<void>;
	/** Ends the peer for good. */
	end(): Promise<void>;
}
