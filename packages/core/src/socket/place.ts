/**
 * One bound or connected endpoint of a socket, as its transport sees it: the host that pipes are attached through.
 *
 * It remembers by which endpoint a pipe came, so that unbind and disconnect end exactly those.
 *
 * Shutdown: after `end()` whatever the transport still attaches is closed at once.
 */
import type { SocketEvent } from "../monitor.ts";
import type { SocketOptions } from "../option/options.ts";
import type { Pipe } from "../pipe/pipe.ts";
import type { SocketTypeName } from "../socket-type.ts";
import type { TransportHost } from "../transport/transport.ts";

/** The socket as its places see it. */
export interface PlaceOwner {
	readonly type: SocketTypeName;
	/** Of inproc names and of the ZAP handler. */
	readonly namespace: string;
	readonly scope: object;
	readonly options: Readonly<SocketOptions>;
	attach(pipe: Pipe, place: Place): void;
	emit(event: SocketEvent): void;
}

export class Place implements TransportHost {
	readonly type: SocketTypeName;
	readonly namespace: string;
	readonly scope: object;
	readonly options: Readonly<SocketOptions>;
	readonly peerName: Uint8Array | undefined;
	readonly #owner: PlaceOwner;
	#ended = false;
	#optionSet: (() => void) | undefined;

	/** @param peerName what the peer of this connection is called, whatever it announces */
	constructor(owner: PlaceOwner, peerName?: Uint8Array) {
		this.peerName = peerName;
		this.type = owner.type;
		this.namespace = owner.namespace;
		this.scope = owner.scope;
		this.options = owner.options;
		this.#owner = owner;
	}

	get closed(): boolean {
		return this.#ended;
	}

	attach(pipe: Pipe): void {
		if (this.#ended) {
			pipe.close({ discard: true });
			return;
		}
		pipe.givenRoutingId = this.peerName;
		this.#owner.attach(pipe, this);
	}

	emit(event: SocketEvent): void {
		this.#owner.emit(event);
	}

	watchOptions(changed: () => void): void {
		this.#optionSet = changed;
	}

	/** An option of the socket was set. */
	optionSet(): void {
		this.#optionSet?.();
	}

	end(): void {
		this.#ended = true;
	}
}
