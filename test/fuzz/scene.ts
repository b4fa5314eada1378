/**
 * A socket of ours under attack, and a healthy peer beside it: real sockets over tcp. Strangers come and go; after each of them the
 * healthy peer's next message must arrive, and nothing of its sequence may be missing.
 *
 * Waiting is for conditions; its limit is there for hangs only (hang.ts).
 *
 * **Shutdown**: `close()` ends both sockets and looks for handles that were left.
 */
import { connect, type Socket as NetSocket } from "node:net";
import { holds } from "@zloom/core/internal";
import { ProtocolError, type Socket, type SocketEvent } from "./core.ts";
import { Patience, TICK_MS, WAIT_TICKS_MAX } from "./hang.ts";
import { must, Violation } from "./target.ts";

/** The healthy peer's messages begin with it. */
export const HEALTHY = Buffer.from("healthy peer ");

/** No part of the sequence: may be lost, or come often. */
const WARM_UP = -1;

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits until it holds. @throws Violation it never does */
export async function until(what: string, holdsNow: () => boolean, ticksMax = WAIT_TICKS_MAX): Promise<void> {
	for (const patience = new Patience(ticksMax); !holdsNow(); await turn())
		if (patience.over()) throw new Violation(`hang: ${what} did not happen within ${ticksMax} ticks of ${TICK_MS} ms`);
}

/** Handles of the network that are open now. */
export function networkHandles(): number {
	return process.getActiveResourcesInfo().filter((name) => /TCP|Pipe|UDP/.test(name) && !/^TTY/.test(name)).length;
}

/** How one connection of a stranger ended, as the monitor tells. */
export interface Ending {
	readonly handshake: boolean;
	/** Of the error of "disconnect": the reason of a ProtocolError, a code, or "none". */
	readonly reason: string;
	readonly events: readonly SocketEvent[];
}

export function reasonOf(error: Error | undefined): string {
	if (error === undefined) return "none";
	return error instanceof ProtocolError ? error.reason : String((error as { code?: unknown }).code ?? error.message);
}

/** What a socket under attack does with messages, and how its healthy peer proves itself. */
export interface Cast {
	readonly attacked: Socket;
	readonly healthy: Socket;
	/** Takes messages of `attacked` until it is closed; those of strangers go to `onStranger`. */
	serve(onHealthy: (sequence: number) => void, onStranger: (message: Uint8Array[]) => void): Promise<void>;
	/** Sends the next message of the sequence to wherever `onHealthy` sees it. */
	beat(sequence: number): Promise<void>;
}

export class Scene {
	readonly cast: Cast;
	/** What strangers have sent, since the last {@link forget}. */
	strangers: Uint8Array[][] = [];
	readonly #handlesBefore = networkHandles();
	readonly #holdsBefore = holds();
	#events: SocketEvent[] = [];
	#sequence = 0;
	#seen = 0;
	/** Something of the healthy peer has arrived. */
	#warm = false;
	#failure: Error | undefined;
	#served: Promise<void> | undefined;

	readonly #connections: boolean;

	/** @param options `connections` false: over udp, where there are none */
	constructor(cast: Cast, options: { connections: boolean } = { connections: true }) {
		this.cast = cast;
		this.#connections = options.connections;
		for (const type of ["accept", "handshake", "disconnect", "accept:error", "handshake:error:auth"] as const)
			cast.attacked.events.on(type, (event) => this.#events.push(event as SocketEvent));
		for (const type of ["handshake:error:protocol", "handshake:error:other"] as const)
			cast.attacked.events.on(type, (event) => this.#events.push(event as SocketEvent));
		cast.healthy.events.on("disconnect", () => {
			this.#failure ??= new Violation("the healthy peer lost its connection");
		});
	}

	/** The healthy peer is connected and serving has begun. */
	async begin(): Promise<void> {
		this.#served = this.cast.serve(
			(sequence) => {
				this.#warm = true;
				if (sequence === WARM_UP) return;
				if (sequence !== this.#seen)
					this.#failure ??= new Violation(`the healthy peer's message ${sequence} came where ${this.#seen} was due`);
				this.#seen = sequence + 1;
			},
			(message) => this.strangers.push(message),
		);
		this.#served.catch((error: Error) => {
			this.#failure ??= error;
		});
		const isThere = (): boolean => !this.#connections || this.#events.some(({ type }) => type === "handshake");
		await until("the handshake of the healthy peer", isThere);
		// A publisher learns of a subscription when the handshake is long done.
		const beats: Promise<void>[] = [];
		await until("the first message of the healthy peer", () => {
			// What nobody had subscribed to yet does not arrive.
			if (!this.#warm) beats.push(this.cast.beat(WARM_UP).catch(() => undefined));
			return this.#warm;
		});
		await Promise.all(beats);
		await this.beat();
		this.forget();
	}

	/** The next message of the healthy peer goes through. */
	async beat(): Promise<void> {
		const sequence = this.#sequence++;
		await this.cast.beat(sequence);
		await until("the arrival of the healthy peer's message", () => this.#seen > sequence || this.#failure !== undefined);
		if (this.#failure !== undefined) throw this.#failure;
	}

	forget(): void {
		this.#events = [];
		this.strangers = [];
	}

	count(type: SocketEvent["type"]): number {
		return this.#events.filter((event) => event.type === type).length;
	}

	/** Why handshakes have failed since the last {@link forget}. */
	failures(): string[] {
		return this.#events
			.filter(({ type }) => type.startsWith("handshake:error"))
			.map((event) => reasonOf((event as { error?: Error }).error));
	}

	/** Waits for the end of a stranger's connection; it must be told once, and with an error of ours if there is one. */
	async ending(): Promise<Ending> {
		await until('the event "disconnect" of a stranger', () => this.count("disconnect") > 0);
		await turn();
		must(this.count("disconnect") === 1, `one stranger left ${this.count("disconnect")} times`);
		const events = [...this.#events];
		const end = events.find((event) => event.type === "disconnect");
		const handshake = events.some(({ type }) => type === "handshake");
		const failed = events.filter(({ type }) => type.startsWith("handshake:error"));
		must(failed.length === (handshake ? 0 : 1), `handshake ${handshake}, and ${failed.length} failures of it were told`);
		return { handshake, reason: reasonOf(end?.error), events };
	}

	async close(): Promise<void> {
		try {
			await this.beat();
		} finally {
			await Promise.all([this.cast.attacked, this.cast.healthy].map((socket) => socket[Symbol.asyncDispose]()));
		}
		await this.#served;
		await until("the end of all handles", () => networkHandles() <= this.#handlesBefore);
		await until("the end of all holds", () => holds() <= this.#holdsBefore);
	}
}

/** A bare connection to an endpoint of ours; errors are what it provokes. */
export async function stranger(endpoint: string): Promise<NetSocket> {
	const stream = connect({ port: Number(endpoint.slice(endpoint.lastIndexOf(":") + 1)), host: "127.0.0.1", noDelay: true });
	let failed: Error | undefined;
	stream.on("error", (error) => {
		failed = error;
	});
	await until("a connection to the socket under attack", () => failed !== undefined || stream.readyState === "open");
	if (failed !== undefined) throw new Violation(`nobody can connect any more: ${failed.message}`);
	return stream;
}

/** How a stranger leaves. */
export function leave(stream: NetSocket, manner: number): void {
	if (manner === 1) stream.resetAndDestroy();
	else if (manner === 2) stream.destroy();
	else stream.end();
}
