/**
 * Judges the peers of all sockets of a context: a ZAP handler (RFC 27) with lists of addresses, passwords and keys.
 *
 * One per namespace (context.ts): the sockets of the default context, in worker threads too, ask one. PLAIN servers need one. CURVE servers let in everybody who knows
 * their public key until there is one. Sockets without security ask it when they have a `zapDomain`. It does not keep the
 * process alive.
 *
 * **Shutdown**: `close()` frees its place; what is being judged then fails, and the peers concerned may try again.
 */
import { type Context, context as defaultContext } from "./context.ts";
import { AccessPolicy, type AccessRules, type Judged } from "./security/access-policy.ts";
import type { ReceivedZapRequest } from "./security/zap-message.ts";
import { ZapHandler } from "./transport/zap-handler.ts";

/** What the constructor of {@link Authenticator} takes: who gets in, and who is told of errors. All of it optional: then NULL peers get in, and no others. */
export interface AuthenticatorOptions extends AccessRules {
	/** Told what a callback threw; the peer is refused with status 500. Default: a process warning. */
	readonly onError?: (error: unknown) => void;
	/** Whose sockets ask it. Default: the context of all threads. */
	readonly context?: Context;
}

/**
 * Judges the peers of all sockets of a context, by addresses, passwords and CURVE keys: the ZAP handler of RFC 27.
 *
 * Make it, `await start()`, and close it at the end. One for each namespace: see {@link Context}.
 */
export class Authenticator {
	readonly #policy: AccessPolicy;
	readonly #onError: (error: unknown) => void;
	readonly #namespace: string;
	#handler: ZapHandler | undefined;

	/** @throws ZmqError EINVAL a key is none */
	constructor(options: AuthenticatorOptions = {}) {
		this.#policy = new AccessPolicy(options);
		this.#onError = options.onError ?? warn;
		this.#namespace = (options.context ?? defaultContext).namespace;
	}

	/** Begins to judge. Rejects with EADDRINUSE when another handler does already. */
	async start(): Promise<void> {
		if (this.#handler !== undefined) return await this.#handler.bound();
		const handler = new ZapHandler((request) => this.#judge(request), this.#namespace);
		this.#handler = handler;
		try {
			await handler.bound();
		} catch (error) {
			this.#handler = undefined;
			throw error;
		}
	}

	/** Ends it; may be started again. */
	async close(): Promise<void> {
		const handler = this.#handler;
		this.#handler = undefined;
		await handler?.close();
	}

	/** As {@link close}: for `await using`. */
	[Symbol.asyncDispose](): Promise<void> {
		return this.close();
	}

	async #judge(request: ReceivedZapRequest): Promise<Judged> {
		const judged = await this.#policy.judge(request);
		// Later: whatever it does, the peer gets its answer.
		if (judged.error !== undefined) setImmediate(this.#onError, judged.error);
		return judged;
	}
}

function warn(error: unknown): void {
	process.emitWarning(`An Authenticator callback failed: ${error instanceof Error ? error.message : String(error)}`, {
		code: "ZLOOM_AUTHENTICATOR",
	});
}
