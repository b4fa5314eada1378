/**
 * The producing end of a streaming argument: an async iterable that was passed to an ask or a stream. It stays where it is; the handler's side
 * pulls items with credit (PULL, then ITEM, ITEM_CREDIT, CANCEL and REPLY as for any stream), or takes them itself on the same thread.
 *
 * It belongs to the request that it was passed with: whatever settles that ends it, and its `return()` runs. Items are made outside of turns.
 * Shutdown: {@link LentStream.close} ends it once: with an error for who still pulls.
 */
import { ActorError } from "../errors.ts";
import { STREAM_BYTES, STREAM_ITEMS, TURN_MESSAGES_MAX } from "../limits.ts";
import type { Cancellable, CreditedStream, InboundStreamPart, LentPart, PeerPart, Puller, RequestPart } from "../parts.ts";
import { type EncodedValue, encodeValue } from "../wire/codec.ts";
import { Flag, Kind } from "../wire/envelope.ts";

export class LentStream implements LentPart {
	readonly number: number;
	/** The request that it was passed with. */
	readonly request: RequestPart;
	readonly iterable: AsyncIterable<unknown>;
	#iterator: AsyncIterator<unknown> | undefined;
	#puller: Puller | undefined;
	#made = 0;
	#items = 0;
	#bytes = 0;
	#stepping = false;
	#ended = false;

	constructor(number: number, request: RequestPart, iterable: AsyncIterable<unknown>) {
		this.number = number;
		this.request = request;
		this.iterable = iterable;
	}

	/** Neither at its end nor broken off. */
	get open(): boolean {
		return !this.#ended;
	}

	/** Somebody takes the items from here on. False when somebody has already, or it is over. */
	pull(puller: Puller, items: number, bytes: number): boolean {
		if (this.#ended || this.#puller !== undefined) return false;
		this.#puller = puller;
		this.addCredit(items, bytes);
		return true;
	}

	addCredit(items: number, bytes: number): void {
		this.#items = Math.min(this.#items + items, STREAM_ITEMS);
		this.#bytes = Math.min(this.#bytes + bytes, STREAM_BYTES);
		if (!this.#stepping) void this.#run();
	}

	/** Ends it; `failure` tells the puller. The iterator gets the chance to run its `finally`. */
	close(failure: { readonly error: unknown } | undefined): void {
		if (this.#ended) return;
		this.#ended = true;
		if (failure !== undefined) this.#puller?.end(failure);
		void this.#return();
	}

	async #return(): Promise<void> {
		try {
			// An iterator of a Node stream that was never begun would leave the stream open.
			const { destroy } = this.iterable as { destroy?: unknown };
			if (this.#iterator === undefined && typeof destroy === "function") Reflect.apply(destroy, this.iterable, []);
			this.#iterator ??= this.iterable[Symbol.asyncIterator]();
			await this.#iterator.return?.();
		} catch (error) {
			// Nobody waits for it any more.
			process.emitWarning(`A streaming argument failed while it was closed: ${(error as Error)?.message ?? String(error)}`);
		}
	}

	async #run(): Promise<void> {
		this.#stepping = true;
		const puller = this.#puller as Puller;
		try {
			this.#iterator ??= this.iterable[Symbol.asyncIterator]();
			while (this.#items > 0 && this.#bytes > 0 && !this.#ended) {
				const result = await this.#iterator.next();
				if (this.#ended) return;
				if (result.done === true) {
					this.#ended = true;
					puller.end(undefined);
					return;
				}
				this.#bytes -= puller.item(result.value);
				this.#items -= 1;
				this.#made += 1;
				// A source and a reader on one thread could keep each other busy through promises, and timers and I/O would starve.
				if (this.#made % TURN_MESSAGES_MAX === 0) await new Promise((resolve) => setImmediate(resolve));
			}
		} catch (error) {
			if (this.#ended) return;
			// An iterator that threw is at its end; one whose item cannot be sent is not.
			if (error instanceof ActorError && error.code === "ERR_NOT_SENDABLE") this.close({ error });
			else {
				this.#ended = true;
				puller.end({ error });
			}
		} finally {
			this.#stepping = false;
		}
	}
}

/** Sends the items to another host, under the number of its request. */
export class RemotePuller implements Puller, Cancellable, CreditedStream {
	readonly #lent: LentPart | undefined;
	readonly #peer: PeerPart;
	readonly #id: number;
	readonly #encodeError: (error: unknown) => EncodedValue;

	/** @param options lent: undefined when there is nothing to pull, and only its end is told */
	constructor(options: { lent: LentPart | undefined; peer: PeerPart; id: number; encodeError: (error: unknown) => EncodedValue }) {
		this.#lent = options.lent;
		this.#peer = options.peer;
		this.#id = options.id;
		this.#encodeError = options.encodeError;
	}

	/** Credit comes to whatever is in hand under the number of a request. */
	get stream(): this {
		return this;
	}

	item(value: unknown): number {
		const encoded = encodeValue(value, "item of an argument");
		this.#peer.send({ kind: Kind.ITEM, flags: encoded.tagged ? Flag.TAGGED : 0, request: this.#id }, encoded.frames);
		return encoded.bytes;
	}

	end(failure: { readonly error: unknown } | undefined): void {
		this.#peer.calls.delete(this.#id);
		const encoded = failure === undefined ? encodeValue(undefined, "end") : this.#encodeError(failure.error);
		const flags = (failure === undefined ? 0 : Flag.ERROR) | (encoded.tagged ? Flag.TAGGED : 0);
		this.#peer.send({ kind: Kind.REPLY, flags, request: this.#id }, encoded.frames);
	}

	addCredit(items: number, bytes: number): void {
		this.#lent?.addCredit(items, bytes);
	}

	/** The handler broke off, or its host is gone. */
	cancel(): void {
		this.#peer.calls.delete(this.#id);
		this.#lent?.close(undefined);
	}
}

/** Gives the items to a handler of this host; through the codec in checked mode, which `pass` does. */
export class OwnPuller implements Puller {
	readonly #into: InboundStreamPart;
	readonly #pass: (value: unknown) => { readonly value: unknown; readonly bytes: number };

	constructor(into: InboundStreamPart, pass: (value: unknown) => { readonly value: unknown; readonly bytes: number }) {
		this.#into = into;
		this.#pass = pass;
	}

	item(item: unknown): number {
		const { value, bytes } = this.#pass(item);
		this.#into.push(value, bytes);
		return bytes;
	}

	end(failure: { readonly error: unknown } | undefined): void {
		this.#into.finish(failure === undefined ? undefined : { error: failure.error });
	}
}
