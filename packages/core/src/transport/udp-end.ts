/**
 * One udp socket and one pipe: messages out of the pipe become datagrams, datagrams become messages.
 *
 * There are no connections: a message that is sent has left, whether anybody is there or not. A datagram that is malformed or too
 * long, and a message that is, are dropped and told to the monitor; what comes while the pipe is full is dropped.
 *
 * Shutdown: when the socket's end of the pipe has closed, what is queued is still sent, within the linger period; then the udp
 * socket is closed. Meanwhile the event loop is held.
 */

import type { RemoteInfo, Socket } from "node:dgram";
import { ZmqError } from "../errors.ts";
import { DATAGRAMS_UNDER_WAY_MAX } from "../limits.ts";
import { copiedOut } from "../memory/arena-buffer.ts";
import { type Pipe, type PipeOwner, pipePair } from "../pipe/pipe.ts";
import { closeFromTransport, Linger } from "./linger.ts";
import { PendingHold } from "./pending-hold.ts";
import type { Connector, Listener, TransportHost } from "./transport.ts";
import type { UdpForm } from "./udp-forms.ts";

export class UdpEnd implements Listener, Connector, PipeOwner {
	readonly endpoint: string;
	readonly #host: TransportHost;
	readonly #form: UdpForm;
	readonly #socketEnd: Pipe;
	readonly #pipe: Pipe;
	readonly #linger = new Linger();
	readonly #hold = new PendingHold();
	readonly #whenEnded: Promise<void>;
	#resolveEnded: () => void = () => {};
	/** Undefined until it is bound. */
	#socket: Socket | undefined;
	#underWay = 0;
	#flushScheduled = false;
	#closing = false;
	#ended = false;

	constructor(endpoint: string, host: TransportHost, form: UdpForm) {
		this.endpoint = endpoint;
		this.#host = host;
		this.#form = form;
		this.#whenEnded = new Promise((resolve) => {
			this.#resolveEnded = resolve;
		});
		const { sendHighWaterMark: forward, receiveHighWaterMark: backward } = host.options;
		[this.#socketEnd, this.#pipe] = pipePair({ forward, backward });
		this.#pipe.owner = this;
		this.#socketEnd.peerAddress = endpoint;
		this.#socketEnd.takesAll = host.type === "RADIO";
		host.attach(this.#socketEnd);
	}

	/** True once nothing more will happen here. */
	get ended(): boolean {
		return this.#ended;
	}

	/** @param socket bound; it is closed here */
	start(socket: Socket): void {
		if (this.#ended) {
			socket.close();
			return;
		}
		this.#socket = socket;
		socket.unref();
		socket.on("message", (datagram: Buffer, from: RemoteInfo) => this.#onDatagram(datagram, from));
		socket.on("error", (cause) => this.#report(cause));
		this.#flush();
	}

	close(): Promise<void> {
		if (!this.#closing && this.#host.closesPipes !== true) closeFromTransport(this.#socketEnd, this.#host.options.linger);
		return this.#whenEnded;
	}

	onReadable(): void {
		if (this.#host.options.linger !== 0) this.#hold.set(true);
		// What a DISH says costs nothing and must be known before the next datagram.
		if (this.#host.type === "DISH") this.#flush();
		else this.#scheduleFlush();
	}

	onWritable(): void {
		// What was refused is dropped already.
	}

	onClosed(): void {
		if (this.#closing) return;
		this.#closing = true;
		if (this.#pipe.readable || this.#underWay > 0) {
			this.#hold.set(true);
			this.#linger.start(this.#host.options.linger, () => this.#end());
		} else this.#end();
	}

	#scheduleFlush(): void {
		if (this.#flushScheduled) return;
		this.#flushScheduled = true;
		setImmediate(() => {
			this.#flushScheduled = false;
			this.#flush();
		});
	}

	#flush(): void {
		const socket = this.#socket;
		if (socket === undefined || this.#ended) return;
		while (this.#underWay < DATAGRAMS_UNDER_WAY_MAX) {
			const message = this.#pipe.tryRead();
			if (message === undefined) break;
			const outgoing = this.#form.outgoing(copiedOut(message));
			if (outgoing === undefined) continue;
			if (outgoing instanceof ZmqError) {
				this.#report(outgoing);
				continue;
			}
			this.#underWay += 1;
			const { address, port } = outgoing.to;
			socket.send(outgoing.pieces as Uint8Array[], port, address, (error) => this.#onSent(error));
		}
		if (!this.#pipe.readable && this.#underWay === 0) this.#onIdle();
	}

	#onSent(error: Error | null): void {
		this.#underWay -= 1;
		if (this.#ended) return;
		if (error !== null) this.#report(error);
		if (this.#pipe.readable) this.#scheduleFlush();
		else if (this.#underWay === 0) this.#onIdle();
	}

	#onIdle(): void {
		if (this.#closing) this.#end();
		else this.#hold.set(false);
	}

	#onDatagram(datagram: Buffer, from: RemoteInfo): void {
		if (this.#closing) return;
		const message = this.#form.incoming(datagram, from);
		if (message instanceof ZmqError) this.#report(message);
		else if (message !== undefined) this.#pipe.tryWrite(message);
	}

	#report(error: Error): void {
		this.#host.emit({ type: "datagram:error", address: this.endpoint, error });
	}

	#end(): void {
		if (this.#ended) return;
		this.#closing = true;
		this.#ended = true;
		this.#linger.stop();
		this.#socket?.close();
		this.#pipe.close();
		this.#hold.set(false);
		this.#resolveEnded();
	}
}
