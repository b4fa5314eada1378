/**
 * The contract between the engine of one connection and its owner, a listener or a connector.
 *
 * The owner makes the pipe and decides what happens after the end; the engine serves the pipe it is given until then.
 */
import type { Pipe } from "../pipe/pipe.ts";
import type { PeerMetadata } from "../security/peer-metadata.ts";
import type { ProtocolError } from "../wire/protocol-error.ts";

/** How a connection ended. */
export type EngineEnd =
	/** We ended it. */
	| { readonly kind: "closed" }
	/** It broke, or the peer left. */
	| { readonly kind: "lost"; readonly duringHandshake: boolean; readonly error?: Error }
	/** The peer broke the protocol. */
	| { readonly kind: "violated"; readonly duringHandshake: boolean; readonly error: ProtocolError };

/** An engine as its owner sees it. */
export interface ServingEngine {
	/** True once the handshake is done. */
	readonly serving: boolean;
	/** The owner sets the pipe before it gives the other end to the socket, so that no event is missed. */
	serve(pipe: Pipe): void;
	/** Ends the connection now; what is not written is lost. */
	destroy(): void;
}

export interface EngineOwner {
	/** True: nothing of a connection that has ended is to be received any more. */
	readonly discardsAtEnd?: boolean;
	/** The handshake is done. Returns the pipe end to serve, or undefined to close the connection. */
	takePipe(engine: ServingEngine, peer: PeerMetadata): Pipe | undefined;
	/** The socket closed its end of the pipe; the engine flushes until it is done or destroyed. */
	onPipeClosed(engine: ServingEngine): void;
	/** Called exactly once. */
	onEnd(engine: ServingEngine, end: EngineEnd): void;
}
