/**
 * An actor as an endpoint that comlink can wrap, so that a program written for comlink calls actors, on any thread or node. Speaks
 * comlink's messages; of comlink itself only types are needed here.
 *
 * What comlink leaves open ends here: every call is an ask, and settles by its answer, its timeout or the end of the actor. (A proxy that is
 * released forgets its own calls, before it says so.) Nothing is cloned between comlink and here, so errors arrive as they are.
 */
import { MessagePort } from "node:worker_threads";
import type { Endpoint } from "comlink";
import type { ActorRef, CallOptions } from "../definition/actor-types.ts";
import { ActorError } from "../errors.ts";

/** The handlers behind a ref, for `wrap<HandlersOf<typeof ref>>(toEndpoint(ref))`. */
export type HandlersOf<R> = R extends ActorRef<infer H> ? H : never;

/** What comlink posts, as far as it is read here. */
interface Posted {
	readonly id?: unknown;
	readonly type?: unknown;
	readonly path?: readonly string[];
	readonly argumentList?: readonly WireValue[];
}

interface WireValue {
	readonly type: "RAW" | "HANDLER";
	readonly name?: string;
	readonly value: unknown;
}

type AskFace = Record<string, ((...args: unknown[]) => Promise<unknown>) | undefined>;

function argumentOf(wire: WireValue, index: number, method: string): unknown {
	if (wire.type === "RAW") return wire.value;
	throw new ActorError(
		"ERR_NOT_SENDABLE",
		`Argument ${index} of ${method} is a comlink ${String(wire.name)}, which cannot be sent to an actor: send plain data, or a ref`,
	);
}

class ActorEndpoint extends EventTarget implements Endpoint {
	readonly #ask: AskFace;
	readonly #address: string;

	constructor(ask: AskFace, address: string) {
		super();
		this.#ask = ask;
		this.#address = address;
	}

	postMessage(message: unknown, transfer: readonly unknown[] = []): void {
		// A port stands for a proxy of comlink's, which is refused: an open one would hold the process.
		for (const part of transfer) if (part instanceof MessagePort) part.close();
		const posted = message as Posted | null;
		if (typeof posted?.id !== "string") return;
		const { id } = posted;
		this.#answer(posted).then(
			(value) => this.#say({ id, type: "RAW", value }),
			// Not marked as an error: then comlink throws the very object, with its class, code and cause.
			(error: unknown) => this.#say({ id, type: "HANDLER", name: "throw", value: { isError: false, value: error } }),
		);
	}

	/** There is nothing to start. */
	start(): void {}

	async #answer({ type, path = [], argumentList = [] }: Posted): Promise<unknown> {
		if (type === "RELEASE") return undefined;
		const method = path.join(".");
		if (type !== "APPLY" || path.length !== 1)
			throw new ActorError("ERR_WRONG_KIND", `${this.#address} has handlers to call and nothing else, got ${String(type)} of "${method}"`);
		const call = this.#ask[method];
		if (call === undefined) throw new ActorError("ERR_UNKNOWN_METHOD", `${this.#address} has no handler "${method}"`);
		return call(...argumentList.map((wire, index) => argumentOf(wire, index, method)));
	}

	#say(data: unknown): void {
		this.dispatchEvent(new MessageEvent("message", { data }));
	}
}

/**
 * An endpoint for comlink's `wrap`: methods of the proxy are the handlers of the actor. Each call is an ask and rejects as an ask does.
 * Properties, constructors and proxies as arguments are refused; streams are called by `ref.stream`.
 *
 * @param options timeout of each call (default: that of the system) and a signal for all of them
 * @throws ActorError ERR_BAD_OPTION
 */
export function toEndpoint<H>(ref: ActorRef<H>, options: CallOptions = {}): Endpoint {
	if (typeof ref?.with !== "function") throw new ActorError("ERR_BAD_OPTION", "toEndpoint needs a ref to an actor");
	return new ActorEndpoint(ref.with(options).ask as unknown as AskFace, ref.address);
}
