/**
 * The I/O thread's end of one connection: it stands where the socket stands in other threads, and joins the engine's pipe to the lane.
 *
 * No queue is added: what comes from the lane goes into the pipe that the engine reads, within a window of the socket's own mark; what
 * the engine writes waits in that pipe until the application has credit for it.
 *
 * **Shutdown**: when the application closes its end, the pipe is closed behind what it wrote, and the transport lingers as it does for
 * a socket. When the connection ends, what came is handed over first, for as long as that takes; it holds nothing alive.
 */
import { HICCUP_INBOUND_MAX } from "../limits.ts";
import type { Lane } from "../memory/lane.ts";
import type { Pipe } from "../pipe/pipe.ts";
import { LanePipe } from "../transport/lane-pipe.ts";
import { farParty, nearParty } from "./near-pipe.ts";
import { encodeOpening, type Opening } from "./opening.ts";
import { encodeSignal, type Signal } from "./signal.ts";

/** The place as its pipes see it. */
export interface FarPipeOwner {
	readonly secret: Buffer;
	/** What the peer leaves behind unread is nobody's: the option `discardUnread`. */
	readonly discardsUnread: boolean;
	/** The application has closed its end: what is left of the linger period counts. */
	onApplicationClosed(): void;
	onDone(pipe: FarPipe): void;
}

export class FarPipe extends LanePipe {
	readonly #owner: FarPipeOwner;
	/** What the application found wrong with the peer. */
	#fault: Error | undefined;
	/** Told when there is room again: that a connection was lost, and who the newest peer is. */
	#late: { hiccup: boolean; peer: boolean } = { hiccup: false, peer: false };

	/** @param pipe the socket's end, as the transport hands it over */
	constructor(lane: Lane, pipe: Pipe, opening: Opening, owner: FarPipeOwner) {
		// Engines write from arena memory and drop it then.
		super({ lane, pipe, self: farParty(opening), lingerMs: () => -1, sharesMemory: true });
		this.#owner = owner;
	}

	/** The same on both sides of the lane. */
	get id(): number {
		return this.number;
	}

	/** Asks the application for the pipe. It always grants it, so what was there before follows at once. */
	ask(binding: number, opening: Opening): void {
		this.number = this.lane.open(this, encodeOpening(binding, opening));
		this.start(nearParty(opening));
	}

	/** Says who the peer is, if anybody is there yet: with this the application gives the pipe to its socket. */
	begin(): void {
		this.#signal(this.#peer());
		if (this.pipe.closed) this.onClosed();
	}

	onHiccup(): void {
		if (this.pipe.inboundLength >= HICCUP_INBOUND_MAX) this.#late.hiccup = true;
		else this.#signal({ is: "hiccup" });
	}

	onConnected(): void {
		if (this.pipe.inboundLength >= HICCUP_INBOUND_MAX) this.#late.peer = true;
		else this.#signal(this.#peer());
	}

	override onCredit(messages: number): boolean {
		const good = super.onCredit(messages);
		const { hiccup, peer } = this.#late;
		if ((hiccup || peer) && this.pipe.inboundLength < HICCUP_INBOUND_MAX) {
			this.#late = { hiccup: false, peer: false };
			if (hiccup) this.#signal({ is: "hiccup" });
			if (peer) this.#signal(this.#peer());
		}
		return good;
	}

	/** Said right before the application closes its end. */
	blame(error: Error): void {
		this.#fault = error;
	}

	override onClose(): void {
		this.#owner.onApplicationClosed();
		if (this.#fault !== undefined) this.pipe.close({ discard: true, because: this.#fault });
		super.onClose();
	}

	override onClosed(): void {
		if (this.#owner.discardsUnread) {
			this.lane.close(this.number);
			this.finish();
		} else super.onClosed();
	}

	onAccept(): void {}

	onRefuse(): void {
		this.finish();
	}

	/** Messages for an application that does not read keep nothing alive, wherever they wait. */
	protected override get holdsLoop(): boolean {
		return false;
	}

	protected override finish(): void {
		super.finish();
		this.#owner.onDone(this);
	}

	#peer(): Signal {
		const { pipe } = this;
		const { peerRoutingId: routingId, peerProperties: properties, peerAddress: address, takesAll } = pipe;
		return { is: "peer", address, routingId, properties, takesAll };
	}

	#signal(signal: Signal): void {
		this.pipe.inject(encodeSignal(this.#owner.secret, signal));
		this.pump();
	}
}
