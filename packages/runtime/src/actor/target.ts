/**
 * An actor as this host sends to it: here or on another host. Holds the credit of this host towards it, the messages that
 * wait for credit, and whether and why it has ended. All refs of a host to one actor share one target.
 *
 * Order: messages leave in the order in which they were given, held ones first.
 * An actor that comes back after its thread has died gets a target of its own; the old one holds what is sent meanwhile, hands it
 * over, and from then on stands for its successor.
 * Shutdown: {@link Target.down} settles every ask, every held message and `exited`, once.
 */

import { hold, release } from "@zloom/core/internal";
import { ActorError } from "../errors.ts";
import { HELD_BYTES_MAX, STOP_TIMEOUT_MS_DEFAULT } from "../limits.ts";
import type { CellPart, Held, HostPart, Outgoing, PeerPart, RequestPart, TargetPart, Window } from "../parts.ts";
import { postCancel } from "../turns/cancel-words.ts";
import { type EncodedValue, encodeValue } from "../wire/codec.ts";
import { Flag, Kind } from "../wire/envelope.ts";
import { downError, type ExitReason } from "../wire/exit-reason.ts";
import { Call } from "./call.ts";
import { HeldMessages } from "./held-messages.ts";
import { overflowed } from "./overflowed.ts";

export class Target implements TargetPart {
	readonly host: HostPart;
	/** Undefined for an actor of this host. */
	readonly peer: PeerPart | undefined;
	readonly cell: CellPart | undefined;
	readonly actor: number;
	readonly address: string;
	exit: ExitReason | undefined;
	/** No longer takes messages; it may still be at work on what it has. */
	closing = false;
	window: Window | undefined;
	successor: TargetPart | undefined;
	linked: Set<CellPart> | undefined;
	/** While the actor is away: settles when it is back, or down. */
	#away: Promise<void> | undefined;
	/** How it ended where it was, and who is to be told of that. */
	#lost: { reason: ExitReason; itself: boolean } | undefined;
	#whenLost: ((reason: ExitReason, itself: boolean) => void) | undefined;
	/** How it was told to end while it was away. */
	#endAsked: "stopped" | "killed" | undefined;
	#messages: number;
	#bytes: number;
	readonly #held = new HeldMessages();
	/** ROOM was said, and no credit has come since. */
	#roomAsked = false;
	#pending = 0;
	#exited: Promise<ExitReason> | undefined;
	#resolveExited: ((reason: ExitReason) => void) | undefined;

	constructor(options: { host: HostPart; peer?: PeerPart; cell?: CellPart; actor: number; address: string; window: Window | undefined }) {
		this.host = options.host;
		this.peer = options.peer;
		this.cell = options.cell;
		this.actor = options.actor;
		this.address = options.address;
		this.window = options.window;
		this.successor = undefined;
		this.linked = undefined;
		this.#messages = options.window?.messages ?? 0;
		this.#bytes = options.window?.bytes ?? 0;
	}

	/** Settles when the actor has ended; never rejects. */
	get exited(): Promise<ExitReason> {
		if (this.#exited === undefined) {
			this.#exited = this.exit === undefined ? new Promise((resolve) => (this.#resolveExited = resolve)) : Promise.resolve(this.exit);
		}
		return this.#exited;
	}

	/** Messages that this host may still send without waiting. */
	get creditMessages(): number {
		return this.#messages;
	}

	/**
	 * For routing to the least loaded: asks in flight and messages that wait count first; what was told and not yet confirmed
	 * breaks ties only, for credit comes back in lots.
	 */
	get load(): number {
		if (this.successor !== undefined) return this.successor.load;
		return (this.#held.length + this.#pending) * 0x100000 + Math.min((this.window?.messages ?? 0) - this.#messages, 0xfffff);
	}

	get #hasCredit(): boolean {
		return this.#messages > 0 && this.#bytes > 0;
	}

	/** Why no message can be sent, or undefined. */
	refusal(): ActorError | undefined {
		if (this.successor !== undefined) return this.successor.refusal();
		if (this.exit !== undefined) return this.host.stopped ?? downError(this.exit, this.address);
		if (this.closing) return new ActorError("ERR_ACTOR_DOWN", `The actor ${this.address} is stopping: spawn it again`);
		return undefined;
	}

	/**
	 * Sends at once when there is credit, and returns true. Otherwise holds the message, returns false, and calls `accepted` or `refused` later.
	 * @throws ActorError ERR_NOT_SENDABLE, ERR_OVERLOADED, or what {@link refusal} says
	 */
	send(message: Outgoing, accepted: (() => void) | undefined, refused: ((error: unknown) => void) | undefined): boolean {
		if (this.successor !== undefined) return this.successor.send(message, accepted, refused);
		const refusal = this.refusal();
		if (refusal !== undefined) {
			this.host.deadLetter(this.address, message.method);
			throw refusal;
		}
		const encoded = this.#encode(message);
		const bytes = encoded?.bytes ?? 0;
		if (message.request !== undefined) this.#own(message.request);
		if (this.#held.length === 0 && this.#hasCredit) {
			this.#transmit(message, encoded, bytes);
			return true;
		}
		const held = { message, encoded, bytes, accepted, refused };
		if (this.window?.overflow !== undefined) {
			overflowed(this, this.#held, held);
			return true;
		}
		if (this.#held.length >= this.host.options.heldMessagesMax || this.#held.bytes + bytes > HELD_BYTES_MAX) {
			this.host.deadLetter(this.address, message.method);
			throw new ActorError(
				"ERR_OVERLOADED",
				`${this.#held.length} messages wait for credit of ${this.address}: await tell, or spawn more actors`,
			);
		}
		this.#held.push(held);
		return false;
	}

	take(held: Held): void {
		const { message } = held;
		const refusal = this.refusal();
		if (refusal === undefined) {
			if (message.request !== undefined) this.#own(message.request);
			this.#held.push(held);
			this.#flush();
			return;
		}
		this.host.deadLetter(this.address, message.method);
		message.request?.fail(refusal);
		held.refused?.(refusal);
	}

	/** True when a message was sent; false when it would have to wait. @throws as {@link send} */
	trySend(message: Outgoing): boolean {
		if (this.successor !== undefined) return this.successor.trySend(message);
		if (this.refusal() === undefined && (this.#held.length > 0 || !this.#hasCredit) && this.window?.overflow !== "dropOldest") return false;
		return this.send(message, undefined, undefined);
	}

	/** The actor took messages of this host. What a peer returns too much is cut to the window. */
	addCredit(messages: number, bytes: number): void {
		if (this.window === undefined) return;
		this.#messages = Math.min(this.#messages + messages, this.window.messages);
		this.#bytes = Math.min(this.#bytes + bytes, this.window.bytes);
		this.#roomAsked = false;
		this.#flush();
	}

	/** What credit there is; told once, by the host of the actor. */
	setWindow(window: Window): void {
		if (this.window !== undefined) return;
		this.window = window;
		this.#messages = window.messages;
		this.#bytes = window.bytes;
		this.#flush();
	}

	#flush(): void {
		while (this.#held.length > 0 && this.#hasCredit && this.exit === undefined) {
			const held = this.#held.shift() as Held;
			this.#transmit(held.message, held.encoded, held.bytes);
			held.accepted?.();
		}
		if (this.#held.length > 0 && this.window?.overflow !== undefined && this.exit === undefined) overflowed(this, this.#held, undefined);
	}

	/** @internal Asks for room for what is held; once, until credit comes. */
	askForRoom(window: Window): void {
		if (this.#roomAsked || this.#held.length === 0) return;
		const messages = Math.min(this.#held.length, window.messages);
		const bytes = Math.min(this.#held.bytes, window.bytes);
		this.#roomAsked = true;
		if (this.cell !== undefined) this.cell.ownCredit.makeRoom(messages, bytes);
		else this.peer?.say({ kind: Kind.ROOM, toActor: this.actor, a: messages, b: bytes });
	}

	/** Takes a message back that still waits for credit, or tells the actor that the answer is not wanted any more. */
	cancel(request: RequestPart): void {
		const { peer } = request;
		if (peer !== undefined) {
			if (peer.node === 0) postCancel(this.host.options.cancelWords, 0, this.host.thread, request.id);
			peer.say({ kind: Kind.CANCEL, toActor: this.actor, request: request.id });
		} else this.#held.withdraw((held) => held.message.request === request);
	}

	/** Takes a tell back that still waits; true when it did. */
	withdrawTell(accepted: () => void): boolean {
		if (this.successor !== undefined) return this.successor.withdrawTell(accepted);
		return this.#held.withdraw((held) => held.accepted === accepted);
	}

	returnItemCredit(request: RequestPart, items: number, bytes: number): void {
		if (request.call !== undefined) request.call.stream?.addCredit(items, bytes);
		else request.peer?.say({ kind: Kind.ITEM_CREDIT, toActor: this.actor, request: request.id, a: items, b: Math.min(bytes, 0xffff_ffff) });
	}

	/** @internal A request of this target has settled. */
	forget(): void {
		this.#pending -= 1;
	}

	stop(timeoutMs: number): Promise<ExitReason> {
		return this.#end(Kind.STOP, timeoutMs);
	}

	kill(): Promise<ExitReason> {
		return this.#end(Kind.KILL, 0);
	}

	/** Whoever waits for an end that it asked for holds the event loop; a mere watcher does not. */
	#end(kind: number, timeoutMs: number): Promise<ExitReason> {
		if (this.exit !== undefined) return this.exited;
		hold();
		const ended = this.exited.then((reason) => {
			release();
			return reason;
		});
		if (this.successor !== undefined) void (kind === Kind.STOP ? this.successor.stop(timeoutMs) : this.successor.kill());
		else if (this.#away !== undefined) {
			this.#endAsked = kind === Kind.STOP ? "stopped" : "killed";
			this.host.services.forgo(this);
		} else if (this.cell === undefined) this.peer?.say({ kind, toActor: this.actor, a: Math.ceil(timeoutMs) });
		else if (kind === Kind.STOP) this.cell.stop(timeoutMs);
		else this.cell.die({ kind: "killed" });
		return ended;
	}

	async found(): Promise<TargetPart> {
		await this.#away;
		return this.successor === undefined ? this : this.successor.found();
	}

	halt(timeoutMs: number): void {
		if (this.successor !== undefined) this.successor.halt(timeoutMs);
		else if (this.cell !== undefined) this.cell.stop(timeoutMs);
		else this.peer?.say({ kind: Kind.STOP, toActor: this.actor, a: Math.ceil(timeoutMs) });
	}

	whenLost(told: (reason: ExitReason, itself: boolean) => void): void {
		if (this.#lost === undefined) this.#whenLost = told;
		else told(this.#lost.reason, this.#lost.itself);
	}

	/** The actor or its thread has ended. What waits for it settles; then it is found elsewhere, or is down. */
	lost(reason: ExitReason, itself = false): void {
		if (this.exit !== undefined || this.#away !== undefined || this.successor !== undefined) return;
		this.#lost = { reason, itself };
		// What comes meanwhile waits.
		this.closing = false;
		this.peer?.targets.delete(this.actor);
		this.window = undefined;
		this.#messages = 0;
		this.#bytes = 0;
		if (this.#held.length > 0 || this.#pending > 0) this.#settleAll(this.host.stopped ?? downError(reason, this.address));
		const back = this.host.services.home(this);
		const told = this.#whenLost;
		this.#whenLost = undefined;
		if (back === undefined) {
			this.down(reason);
			told?.(reason, itself);
			return;
		}
		this.#away = back.then(
			(successor) => this.#becomes(successor),
			() => {
				this.#away = undefined;
				this.down(this.#endAsked === undefined ? reason : { kind: this.#endAsked });
			},
		);
		told?.(reason, itself);
	}

	#becomes(successor: TargetPart): void {
		this.#away = undefined;
		if (this.exit !== undefined) return;
		this.successor = successor;
		while (this.#held.length > 0) {
			const held = this.#held.shift() as Held;
			if (held.message.request !== undefined) {
				held.message.request.target = undefined;
				this.#pending -= 1;
			}
			successor.take(held);
		}
		for (const cell of this.linked ?? []) cell.linkMoved(this, successor);
		this.linked = undefined;
		if (this.#endAsked === "killed") void successor.kill();
		else if (this.#endAsked === "stopped") void successor.stop(STOP_TIMEOUT_MS_DEFAULT);
		void successor.exited.then((reason) => this.down(reason));
	}

	/** The actor has ended. */
	down(reason: ExitReason): void {
		if (this.exit !== undefined) return;
		this.exit = reason;
		this.peer?.targets.delete(this.actor);
		if (this.#held.length > 0 || this.#pending > 0) this.#settleAll(this.host.stopped ?? downError(reason, this.address));
		for (const cell of this.linked ?? []) cell.linkDown(this, reason);
		this.#resolveExited?.(reason);
	}

	#settleAll(error: ActorError): void {
		while (this.#held.length > 0) {
			const held = this.#held.shift() as Held;
			if (held.message.request === undefined) this.host.deadLetter(this.address, held.message.method);
			held.refused?.(error);
		}
		if (this.#pending === 0) return;
		this.host.requests.failWhere(
			(request) => request.target === this,
			() => error,
		);
	}

	#own(request: RequestPart): void {
		request.target = this;
		this.#pending += 1;
	}

	#encode(message: Outgoing): EncodedValue | undefined {
		if (this.cell !== undefined && !this.host.options.checked) return undefined;
		return encodeValue(message.args, "args", message.request);
	}

	#transmit(message: Outgoing, encoded: EncodedValue | undefined, bytes: number): void {
		this.#messages -= 1;
		this.#bytes -= bytes;
		if (this.cell !== undefined) {
			this.#deliver(this.cell, message, encoded, bytes);
			return;
		}
		const request = message.request;
		if (request !== undefined) request.peer = this.peer;
		this.peer?.send(
			{
				kind: message.kind,
				flags: encoded?.tagged === true ? Flag.TAGGED : 0,
				toActor: this.actor,
				fromActor: message.sender,
				request: request?.id ?? 0,
				a: message.a,
				b: message.b,
				method: message.method,
			},
			encoded?.frames,
		);
	}

	#deliver(cell: CellPart, message: Outgoing, encoded: EncodedValue | undefined, bytes: number): void {
		const isStream = message.kind === Kind.STREAM;
		const call = new Call(this.host, {
			kind: message.kind,
			method: message.method,
			sender: message.sender,
			timeoutMs: isStream ? 0 : message.a,
			items: isStream ? message.a : 0,
			itemBytes: isStream ? message.b : 0,
			bytes,
			credit: cell.ownCredit,
			peer: undefined,
			requestId: 0,
		});
		if (encoded === undefined) call.setArgs(message.args);
		// A detached byte array is the sender's own memory; in checked mode even that is parted.
		else
			call.setFrames(
				[EMPTY, encoded.frames[0] as Uint8Array, ...encoded.frames.slice(1).map((bytes) => Buffer.from(bytes))],
				encoded.tagged,
			);
		call.request = message.request;
		if (message.request !== undefined) message.request.call = call;
		cell.deliver(call);
	}
}

const EMPTY = Buffer.alloc(0);
