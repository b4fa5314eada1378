/**
 * One place of a socket, as the transports of the I/O thread see it: the host that they attach pipes to.
 *
 * Its options are a copy that the application renews whenever one is set. What it attaches becomes a pipe of the lane.
 *
 * **Shutdown**: after `close` nothing is attached any more, and the transport leaves its pipes alone (`closesPipes`): the application
 * closes each behind what it has written. What is then left of the linger period is the transport's; when none is left, it drops.
 */
import { OBSERVER_EVENTS_MAX } from "../limits.ts";
import type { Lane } from "../memory/lane.ts";
import type { SocketEvent } from "../monitor.ts";
import type { SocketOptions } from "../option/options.ts";
import type { Pipe } from "../pipe/pipe.ts";
import { conflated, type SocketTypeName } from "../socket-type.ts";
import type { TransportHost } from "../transport/transport.ts";
import { eventToData, type PlaceNumber, type PlaceOrder, type Report } from "./control.ts";
import { FarPipe, type FarPipeOwner } from "./far-pipe.ts";

/** The I/O thread as its places see it. */
export interface FarService {
	readonly secret: Buffer;
	readonly lane: Lane;
	/** The number by which the application's thread takes pipes. */
	readonly binding: number;
	/** Reports that wait for room in the lane. */
	readonly waiting: number;
	say(report: Report): void;
	/** By the number of a pipe. */
	readonly pipes: Map<number, FarPipe>;
}

export class FarHost implements TransportHost, FarPipeOwner {
	readonly type: SocketTypeName;
	readonly namespace: string | undefined;
	readonly peerName: Uint8Array | undefined;
	readonly closesPipes = true;
	options: SocketOptions;
	closed = false;
	readonly #place: PlaceNumber;
	readonly #service: FarService;
	/** When the linger period is over, of {@link performance.now}. */
	#deadline: number | undefined;

	constructor(place: PlaceNumber, order: PlaceOrder, service: FarService) {
		this.#place = place;
		this.#service = service;
		this.type = order.type;
		this.namespace = order.namespace;
		this.peerName = order.peerName;
		this.options = { ...order.options };
	}

	get secret(): Buffer {
		return this.#service.secret;
	}

	get discardsUnread(): boolean {
		return this.options.discardUnread;
	}

	attach(pipe: Pipe): void {
		if (this.closed) {
			pipe.close({ discard: true });
			return;
		}
		const { conflate, sendHighWaterMark: sendMark, receiveHighWaterMark: receiveMark } = this.options;
		// Inbound, signals are in the queue too: the application keeps the newest message.
		if (conflate) pipe.conflate({ outbound: conflated(this.type).outbound, inbound: false });
		const opening = { place: this.#place, sendMark, receiveMark };
		const far = new FarPipe(this.#service.lane, pipe, opening, this);
		far.ask(this.#service.binding, opening);
		this.#service.pipes.set(far.id, far);
		far.begin();
	}

	/** Beyond what an observer would keep, events are lost: a peer that comes and goes is not to fill memory. */
	emit(event: SocketEvent): void {
		if (this.#service.waiting < OBSERVER_EVENTS_MAX) this.#service.say({ is: "event", place: this.#place, event: eventToData(event) });
	}

	setOptions(options: Readonly<SocketOptions>): void {
		this.options = { ...options };
	}

	/** @param options as they are at the end */
	close(options: Readonly<SocketOptions>): void {
		this.closed = true;
		this.setOptions(options);
		if (options.linger > 0) this.#deadline = performance.now() + options.linger;
	}

	onApplicationClosed(): void {
		if (this.#deadline !== undefined) this.options.linger = Math.max(0, Math.ceil(this.#deadline - performance.now()));
	}

	onDone(pipe: FarPipe): void {
		this.#service.pipes.delete(pipe.id);
	}
}
