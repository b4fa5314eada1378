/**
 * The inproc transport: sockets of one process meet by name, in any order, without bytes on a wire.
 *
 * Within a thread a connection is one pipe pair whose two ends are owned by the two sockets: a send is a queue push.
 * ROUTER must know a peer's routing id when a pipe is attached, so a ROUTER that connects gets its pipe at the meeting;
 * every other type gets it at once and may send before anybody is bound. An inproc name that is unbound ends its
 * connections, and a connection that ended is not made again (zmq_inproc(7)).
 *
 * **Shutdown**: closing a listener frees the name at once and ends what was accepted under it; closing a connector ends its
 * pipe. What was written and not read stays readable for the peer, unless linger is 0.
 */
import type { Endpoint } from "../endpoint/endpoint.ts";
import { ZmqError } from "../errors.ts";
import { type Pipe, pipePair } from "../pipe/pipe.ts";
import { localProperties } from "../security/peer-metadata.ts";
import { compatible } from "../socket-type.ts";
import { type Binding, type Connect, type InprocDirectory, type Lingering, socketKey } from "./inproc-directory.ts";
import type { Party } from "./inproc-party.ts";
import { inprocDirectory } from "./inproc-threads.ts";
import { LanePipe } from "./lane-pipe.ts";
import type { Connector, Listener, Transport, TransportHost } from "./transport.ts";

/** Accepted pipes are forgotten in lots, when as many have come as were alive after the last sweep, and at least these. */
const SWEEP_AT_LEAST = 32;

function party(host: TransportHost): Party {
	const { routingId, sendHighWaterMark, receiveHighWaterMark, metadata } = host.options;
	const properties = new Map<string, Buffer>();
	for (const [name, value] of localProperties({ socketType: host.type, routingId, metadata }))
		properties.set(name.toLowerCase(), Buffer.from(value));
	return { type: host.type, routingId, properties, sendHighWaterMark, receiveHighWaterMark };
}

/** Ends a pipe from the transport's side: its socket hears it as it would from a peer. */
function endPipe(pipe: Pipe, host: TransportHost): void {
	if (!pipe.closed) pipe.close({ discard: host.options.linger === 0 });
	pipe.owner?.onClosed(pipe);
}

function mismatch(host: TransportHost, address: string, peer: Party): void {
	const error = new ZmqError("EPROTO", `A ${host.type} cannot talk to the ${peer.type || "pipe"} at "${address}"`, { address });
	host.emit({ type: "handshake:error:protocol", address, error });
}

class InprocBinding implements Binding {
	readonly sharesMemory = true;
	readonly #host: TransportHost;
	readonly #address: string;
	#accepted: { readonly pipe: Pipe; readonly lane: Lingering | undefined }[] = [];
	#sweepAt = SWEEP_AT_LEAST;

	constructor(host: TransportHost, address: string) {
		this.#host = host;
		this.#address = address;
	}

	party(): Party {
		return party(this.#host);
	}

	admits(peer: Party): boolean {
		if (compatible(this.#host.type, peer.type)) return true;
		mismatch(this.#host, this.#address, peer);
		return false;
	}

	accept(pipe: Pipe, lane?: Lingering): void {
		pipe.peerAddress = this.#address;
		if (this.#accepted.length >= this.#sweepAt) {
			this.#accepted = this.#accepted.filter((each) => !each.pipe.closed);
			this.#sweepAt = Math.max(SWEEP_AT_LEAST, this.#accepted.length * 2);
		}
		this.#accepted.push({ pipe, lane });
		this.#host.attach(pipe);
	}

	lingerMs(): number {
		return this.#host.options.linger;
	}

	/** Ends every connection; settles when what they had to send was sent or given up. */
	async endAll(): Promise<void> {
		const accepted = this.#accepted;
		this.#accepted = [];
		for (const { pipe } of accepted) if (!pipe.closed) endPipe(pipe, this.#host);
		await Promise.all(accepted.map(({ lane }) => lane?.settled()));
	}
}

class InprocConnector implements Connector, Connect {
	readonly endpoint: string;
	readonly near: Pipe;
	readonly far: Pipe;
	readonly scope: object | undefined;
	readonly sharesMemory = true;
	readonly #host: TransportHost;
	readonly #directory: InprocDirectory;
	readonly #key: string;
	#attached = false;

	constructor(directory: InprocDirectory, key: string, address: string, host: TransportHost) {
		this.#directory = directory;
		this.#key = key;
		this.endpoint = address;
		this.scope = host.scope;
		this.#host = host;
		const { sendHighWaterMark, receiveHighWaterMark } = host.options;
		[this.near, this.far] = pipePair({ forward: sendHighWaterMark, backward: receiveHighWaterMark });
		this.near.peerAddress = address;
	}

	start(): void {
		if (this.#host.type !== "ROUTER" || this.#host.peerName !== undefined) this.#attach();
		this.#directory.connect(this.#key, this);
	}

	party(): Party {
		return party(this.#host);
	}

	joined(): void {
		if (!this.#attached && !this.near.closed && !this.#host.closed) this.#attach();
	}

	refused(peer: Party): void {
		mismatch(this.#host, this.endpoint, peer);
	}

	failed(error: Error): void {
		this.#host.emit({ type: "close:error", address: this.endpoint, error });
	}

	lingerMs(): number {
		return this.#host.options.linger;
	}

	async close(): Promise<void> {
		// Nothing written yet, or a pipe that its socket never saw: nothing is left to deliver.
		if (!this.far.readable) this.#directory.withdraw(this.#key, this);
		if (!this.near.closed) endPipe(this.near, this.#host);
		const { owner } = this.far;
		if (owner instanceof LanePipe) await owner.settled();
	}

	#attach(): void {
		this.#attached = true;
		this.#host.attach(this.near);
	}
}

function inprocKey(endpoint: Endpoint, { namespace }: TransportHost): string {
	if (endpoint.scheme !== "inproc")
		throw new ZmqError("EINVAL", `"${endpoint.text}" is not an inproc endpoint`, { address: endpoint.text });
	return socketKey(namespace, endpoint.name);
}

export const inproc: Transport = {
	scheme: "inproc",

	async bind(endpoint: Endpoint, host: TransportHost): Promise<Listener> {
		const binding = new InprocBinding(host, endpoint.text);
		const free = inprocDirectory().bind(inprocKey(endpoint, host), endpoint.text, binding);
		return {
			endpoint: endpoint.text,
			async close() {
				free();
				await binding.endAll();
			},
		};
	},

	connect(endpoint: Endpoint, host: TransportHost): Connector {
		const connector = new InprocConnector(inprocDirectory(), inprocKey(endpoint, host), endpoint.text, host);
		connector.start();
		return connector;
	},
};
