/**
 * One bound or connected endpoint of a socket whose connections live in the I/O thread, as the application thread has it: it turns the
 * pipes that the I/O thread asks for into pipes of the socket, and reports into events.
 *
 * A connect has its pipe at once where a transport in this thread would give it one: what is written before the I/O thread has
 * answered waits there. When the I/O thread dies, connections are lost, and the place is made anew in the next one, a bind where
 * it was bound before.
 *
 * **Shutdown**: `close()` closes the socket's ends of all pipes, what they hold is handed over within the linger period, and settles
 * when the I/O thread says that all of it was delivered or given up and the address is free, or has died.
 */
import type { ZmqError } from "../errors.ts";
import type { Lane } from "../memory/lane.ts";
import type { SocketOptions } from "../option/options.ts";
import { type Pipe, pipePair } from "../pipe/pipe.ts";
import { closeFromTransport } from "../transport/linger.ts";
import { PendingHold } from "../transport/pending-hold.ts";
import type { Connector, Listener, TransportHost } from "../transport/transport.ts";
import { eventFromData, type Order, type PlaceNumber, type Report } from "./control.ts";
import { errorFromData, errorToData } from "./error-data.ts";
import { NearPipe, type NearPipeOwner } from "./near-pipe.ts";
import type { Opening } from "./opening.ts";
import type { PeerSignal, Signal } from "./signal.ts";

/** The I/O thread as its places see it. */
export interface PlaceThread {
	readonly secret: Buffer;
	say(order: Order): void;
	owes(): void;
	/** The place has ended. */
	forget(place: NearPlace): void;
}

/** A pipe that its socket has, and that the I/O thread has not asked for yet. */
interface Early {
	readonly ends: readonly [near: Pipe, far: Pipe];
	readonly hold: PendingHold;
}

export class NearPlace implements Listener, Connector, NearPipeOwner {
	readonly number: PlaceNumber;
	/** With wildcards resolved, once it is bound. */
	endpoint: string;
	readonly #verb: "bind" | "connect";
	readonly #host: TransportHost;
	readonly #thread: PlaceThread;
	/** Those whose pipe the socket has. */
	readonly #attached = new Set<NearPipe>();
	readonly #pipes = new Set<NearPipe>();
	#early: Early | undefined;
	/** A bind that is under way for the first time. */
	#binding: { resolve(endpoint: string): void; reject(error: Error): void } | undefined;
	#closing: Promise<void> | undefined;
	#resolveClosed: () => void = () => {};
	/** The I/O thread died: made anew once the pipes of before are gone. */
	#remaking = false;
	#ended = false;
	/** As the I/O thread knows it. */
	#toldLingerMs: number | undefined;

	constructor(number: PlaceNumber, verb: "bind" | "connect", endpoint: string, host: TransportHost, thread: PlaceThread) {
		this.number = number;
		this.endpoint = endpoint;
		this.#verb = verb;
		this.#host = host;
		this.#thread = thread;
		host.watchOptions?.(() => this.#tellOptions());
	}

	get secret(): Buffer {
		return this.#thread.secret;
	}

	/** Settles with the endpoint as it was bound; rejects as the transport does. */
	bind(): Promise<string> {
		return new Promise((resolve, reject) => {
			this.#binding = { resolve, reject };
			this.#order();
		});
	}

	connect(): void {
		this.#makeEarly();
		this.#order();
	}

	close(): Promise<void> {
		this.#closing ??= this.#close();
		return this.#closing;
	}

	lingerMs(): number {
		return this.#host.options.linger;
	}

	owes(): void {
		this.#thread.owes();
	}

	/** The I/O thread asks for a pipe. */
	open(lane: Lane, number: number, opening: Opening): void {
		const early = this.#early;
		this.#early = undefined;
		const pipe = new NearPipe(lane, early?.ends ?? pipePair({ forward: 0, backward: 0 }), opening, this);
		this.#pipes.add(pipe);
		if (early !== undefined) this.#attached.add(pipe);
		pipe.accept(number, opening);
		early?.hold.set(false);
		if (early === undefined && this.#closing !== undefined) pipe.near.close({ discard: true });
	}

	onReport(report: Extract<Report, { readonly place: PlaceNumber }>): void {
		if (report.is === "event") this.#host.emit(eventFromData(report.event));
		else if (report.is === "closed") this.#end();
		else if (report.is === "failed") this.#onFailed(errorFromData(report.error));
		else {
			this.endpoint = report.endpoint;
			this.#binding?.resolve(report.endpoint);
			this.#binding = undefined;
			// It may have been set while the bind was under way.
			this.#tellOptions();
		}
	}

	onSignal(pipe: NearPipe, signal: Signal): void {
		if (signal.is === "hiccup") pipe.hiccup();
		else if (this.#attached.has(pipe)) pipe.near.connected(signal);
		else this.#attach(pipe, signal);
	}

	onClosing(pipe: NearPipe, because: Error | undefined): void {
		if (because !== undefined) this.#thread.say({ is: "fault", pipe: pipe.id, error: errorToData(because) });
		// Linger is what counts from here on, and not every host tells when it was set.
		if (this.lingerMs() !== this.#toldLingerMs) this.#tellOptions();
	}

	onDone(pipe: NearPipe): void {
		this.#pipes.delete(pipe);
		this.#attached.delete(pipe);
		this.#remakeWhenFree();
	}

	/** The I/O thread has died; another one will take its place, unless `final`. */
	lost(error: ZmqError, final: boolean): void {
		const binding = this.#binding;
		this.#binding = undefined;
		if (this.#closing !== undefined || final || binding !== undefined) {
			if (final && binding === undefined && this.#closing === undefined)
				this.#host.emit({ type: "close:error", address: this.endpoint, error });
			this.#dropEarly();
			this.#end();
			binding?.reject(error);
			return;
		}
		this.#host.emit({ type: "disconnect", address: this.endpoint, error });
		this.#remaking = true;
		this.#remakeWhenFree();
	}

	#attach(pipe: NearPipe, peer: PeerSignal): void {
		this.#attached.add(pipe);
		const { near } = pipe;
		near.connected(peer);
		near.peerAddress = peer.address;
		near.takesAll = peer.takesAll;
		this.#host.attach(near);
	}

	#order(): void {
		const { type, namespace, peerName } = this.#host;
		this.#thread.say({
			is: this.#verb,
			place: this.number,
			endpoint: this.endpoint,
			type,
			namespace,
			peerName,
			options: this.#options(),
		});
	}

	#tellOptions(): void {
		if (this.#ended || this.#closing !== undefined) return;
		const options = this.#options();
		this.#thread.say({ is: "options", place: this.number, options });
		for (const pipe of this.#pipes) pipe.setMark(options.sendHighWaterMark);
	}

	/** Without what is read through getters. */
	#options(): Readonly<SocketOptions> {
		this.#toldLingerMs = this.lingerMs();
		return { ...this.#host.options };
	}

	/** As a connector of this thread does: a ROUTER must first know who the peer is. */
	#makeEarly(): void {
		const { type, peerName, options } = this.#host;
		const udp = this.endpoint.startsWith("udp:");
		if (!udp && (options.immediate || (type === "ROUTER" && peerName === undefined))) return;
		const ends = pipePair({ forward: options.sendHighWaterMark, backward: options.receiveHighWaterMark });
		const [near, far] = ends;
		const hold = new PendingHold();
		near.peerAddress = this.endpoint;
		near.takesAll = udp;
		far.owner = {
			onReadable: () => hold.set(this.lingerMs() !== 0),
			onWritable() {},
			onClosed: () => hold.set(far.readable && this.lingerMs() !== 0),
		};
		this.#early = { ends, hold };
		this.#host.attach(near);
	}

	#dropEarly(): void {
		const early = this.#early;
		this.#early = undefined;
		early?.ends[1].close();
		early?.hold.set(false);
	}

	#onFailed(error: Error): void {
		const binding = this.#binding;
		this.#binding = undefined;
		this.#dropEarly();
		if (binding === undefined) this.#host.emit({ type: "close:error", address: this.endpoint, error });
		this.#end();
		binding?.reject(error);
	}

	#remakeWhenFree(): void {
		if (!this.#remaking || this.#pipes.size > 0) return;
		this.#remaking = false;
		if (this.#closing !== undefined || this.#ended) return;
		if (this.#verb === "connect" && this.#early === undefined) this.#makeEarly();
		this.#order();
	}

	#close(): Promise<void> {
		if (this.#ended) return Promise.resolve();
		const { options } = this.#host;
		const closed = new Promise<void>((resolve) => {
			this.#resolveClosed = resolve;
		});
		// First: how long it may linger counts from here on.
		this.#thread.say({ is: "close", place: this.number, options: this.#options() });
		const ends = [...this.#attached].map((pipe) => pipe.near);
		if (this.#early !== undefined) ends.push(this.#early.ends[0]);
		for (const near of ends) if (!near.closed) closeFromTransport(near, options.linger);
		for (const pipe of this.#pipes) if (!this.#attached.has(pipe)) pipe.near.close({ discard: true });
		if (this.#remaking) this.#end();
		return closed;
	}

	#end(): void {
		if (this.#ended) return;
		this.#ended = true;
		this.#thread.forget(this);
		this.#resolveClosed();
	}
}
