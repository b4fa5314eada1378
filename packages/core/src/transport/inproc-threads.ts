/**
 * The inproc directory beyond this thread: publishes names in the shared roots, finds those of others, and makes the lane pipes
 * that connect them. Importing this file makes the thread a member of the process-wide namespace.
 *
 * A connect asks the thread that holds the name by OPEN; that thread looks whether it still does. When it does not, the connect
 * waits for the name again, with whatever was written to it.
 *
 * **Shutdown**: closing a binding takes its name out of all roots; a request on its way is then refused as gone.
 */
import { ZmqError } from "../errors.ts";
import { MEETING_MS } from "../limits.ts";
import { type Engine, type EngineOwner, engine } from "../memory/engine.ts";
import type { Lane } from "../memory/lane.ts";
import type { Membership } from "../memory/membership.ts";
import { type Pipe, pipePair } from "../pipe/pipe.ts";
import { hold, release } from "../wait/keep-alive.ts";
import { type Binding, type Connect, InprocDirectory, type RemoteNames } from "./inproc-directory.ts";
import {
	decodeParty,
	decodeRequest,
	encodeParty,
	encodeRequest,
	type Party,
	REQUEST_HEADER_BYTES,
	requestedBinding,
} from "./inproc-party.ts";
import { LanePipe } from "./lane-pipe.ts";

/** Arguments of REFUSE. */
const REFUSED_GONE = 1;
const REFUSED_MISMATCH = 2;

interface Published {
	readonly key: string;
	readonly address: string;
	readonly binding: Binding;
	readonly slots: { membership: Membership; slot: number }[];
}

/** The end that was asked. */
class AcceptedPipe extends LanePipe {
	/** Grants the request and hands the socket its end. */
	accept(number: number, peer: Party, binding: Binding, near: Pipe): void {
		this.number = number;
		this.lane.accept(number, this, encodeParty(this.self));
		this.start(peer);
		binding.accept(near, this);
		this.pump();
	}

	onAccept(): void {}
	onRefuse(): void {}
}

/** The end that asks. */
class ConnectingPipe extends LanePipe {
	readonly #connect: Connect;
	readonly #retry: () => void;

	constructor(lane: Lane, connect: Connect, self: Party, retry: () => void) {
		super({ lane, pipe: connect.far, self, lingerMs: () => connect.lingerMs(), sharesMemory: connect.sharesMemory });
		this.#connect = connect;
		this.#retry = retry;
	}

	ask(binding: number): void {
		this.number = this.lane.open(this, encodeRequest(binding, this.self));
		this.pump();
	}

	onAccept(payload: Uint8Array): void {
		const peer = decodeParty(payload);
		if (peer === undefined) {
			this.lane.close(this.number);
			this.finish();
			return;
		}
		this.#connect.near.connected(peer);
		this.start(peer);
		this.#connect.joined(peer);
		const { near } = this.#connect;
		// The new limit may have made room without a read.
		if (near.writable) near.owner?.onWritable(near);
		this.pump();
	}

	onRefuse(reason: number, payload: Uint8Array): void {
		if (reason === REFUSED_MISMATCH) {
			const peer = decodeParty(payload);
			if (peer !== undefined) this.#connect.refused(peer);
			this.finish();
			return;
		}
		this.#giveBack();
	}

	/** The thread died before it answered: the name may be bound again elsewhere. */
	override onLaneEnd(): void {
		if (this.granted) super.onLaneEnd();
		else this.#giveBack();
	}

	#giveBack(): void {
		this.abandon();
		if (this.pipe.closed && !this.pipe.readable) this.pipe.close();
		else this.#retry();
	}
}

class ThreadNames implements RemoteNames, EngineOwner {
	readonly #engine: Engine;
	readonly #directory: InprocDirectory;
	readonly #published = new Map<number, Published>();
	#next = 1;
	#warned = false;
	#meetingOver: (() => void) | undefined;

	constructor(shared: Engine, directory: InprocDirectory) {
		this.#engine = shared;
		this.#directory = directory;
	}

	publish(key: string, address: string, binding: Binding): () => void {
		const number = this.#next++;
		const published: Published = { key, address, binding, slots: [] };
		for (const membership of this.#engine.memberships) {
			if (this.#bind(membership, number, published)) continue;
			this.#free(published);
			throw new ZmqError("EADDRINUSE", `"${address}" is already bound in another thread; close that binding first or choose another name`, {
				address,
			});
		}
		this.#published.set(number, published);
		this.#engine.start();
		for (const { membership } of published.slots) membership.threads.announceNames();
		return () => {
			this.#published.delete(number);
			this.#free(published);
		};
	}

	seek(key: string, connect: Connect): boolean {
		if (this.#engine.memberships.length === 0) this.#warnAlone();
		this.#engine.start();
		const bytes = Buffer.from(key);
		for (const membership of this.#engine.memberships) {
			const found = membership.names.find(bytes);
			if (found === undefined || found.owner === membership.token) continue;
			const lane = membership.laneTo(found.owner);
			if (lane === undefined) continue;
			new ConnectingPipe(lane, connect, connect.party(), () => this.#directory.reconnect(key, connect)).ask(found.binding);
			return true;
		}
		return false;
	}

	waiting(any: boolean): void {
		this.#engine.wantNames(any);
		if (!any) this.#meetingOver?.();
		else if (this.#engine.meeting && this.#meetingOver === undefined) this.#stayForMeeting();
	}

	onOpen(lane: Lane, pipe: number, payload: Uint8Array): void {
		const raw = this.#published.get(requestedBinding(payload))?.binding;
		if (raw?.open !== undefined) {
			raw.open(lane, pipe, payload.subarray(REQUEST_HEADER_BYTES));
			return;
		}
		const request = decodeRequest(payload);
		const published = request === undefined ? undefined : this.#published.get(request.binding);
		if (request === undefined || published === undefined) {
			lane.refuse(pipe, REFUSED_GONE);
			return;
		}
		const { binding } = published;
		const self = binding.party();
		if (!binding.admits(request.party)) {
			lane.refuse(pipe, REFUSED_MISMATCH, encodeParty(self));
			return;
		}
		const [near, far] = pipePair({ forward: 0, backward: 0 });
		near.connected(request.party);
		const { sharesMemory } = binding;
		new AcceptedPipe({ lane, pipe: far, self, lingerMs: () => binding.lingerMs(), sharesMemory }).accept(
			pipe,
			request.party,
			binding,
			near,
		);
	}

	onNames(): void {
		this.#directory.seekAll();
	}

	onJoined(membership: Membership): void {
		// A name that is bound in both worlds before they met stays with each of them.
		for (const [number, published] of this.#published) this.#bind(membership, number, published);
		membership.threads.announceNames();
		this.#directory.seekAll();
	}

	/** A waiting connect holds nothing, but what it waits for may be there already and not be in sight yet. */
	#stayForMeeting(): void {
		hold();
		const timer = setTimeout(() => {
			this.#engine.meeting = false;
			this.#meetingOver?.();
		}, MEETING_MS);
		timer.unref();
		this.#meetingOver = () => {
			clearTimeout(timer);
			this.#meetingOver = undefined;
			release();
		};
	}

	#warnAlone(): void {
		if (this.#warned) return;
		this.#warned = true;
		const reason = this.#engine.unavailable?.message ?? "no shared memory";
		process.emitWarning(`inproc names of other threads cannot be reached from this thread: ${reason}`, { code: "ZLOOM_ALONE" });
	}

	#bind(membership: Membership, number: number, published: Published): boolean {
		let slot: number | undefined;
		try {
			slot = membership.names.bind(Buffer.from(published.key), membership.token, number);
		} catch (error) {
			this.#free(published);
			throw error;
		}
		if (slot === undefined) return false;
		published.slots.push({ membership, slot });
		return true;
	}

	#free(published: Published): void {
		for (const { membership, slot } of published.slots) membership.names.free(slot, membership.token);
		published.slots.length = 0;
	}
}

const KEY = Symbol.for("zloom.core.inproc-directory.2");
const registry = globalThis as unknown as Record<symbol, InprocDirectory | undefined>;

/** The directory of this thread; one, even when the package is loaded twice. */
export function inprocDirectory(): InprocDirectory {
	let directory = registry[KEY];
	if (directory === undefined) {
		directory = new InprocDirectory();
		registry[KEY] = directory;
		const shared = engine();
		const names = new ThreadNames(shared, directory);
		shared.owner = names;
		directory.remote = names;
	}
	return directory;
}

inprocDirectory();
