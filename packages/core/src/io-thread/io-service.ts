/**
 * What runs in an I/O thread: the real transports, for the sockets of one context in another thread.
 *
 * Orders come and reports go through the control pipe; each connection is a pipe of the same lane (far-pipe.ts). The thread stays alive
 * by one hold. To find out whether anything is left to deliver it gives that hold up: when nothing else keeps the loop alive, all is
 * delivered, and it takes the hold again.
 *
 * **Shutdown**: ends by the order `end`, and when the application's thread has ended; the lane tells.
 */
import { threadId } from "node:worker_threads";
import { parseEndpoint } from "../endpoint/endpoint.ts";
import { engine } from "../memory/engine.ts";
import type { Lane } from "../memory/lane.ts";
import { inprocDirectory } from "../transport/inproc-threads.ts";
import type { Connector, Listener } from "../transport/transport.ts";
import { TRANSPORTS } from "../transports.ts";
import { hold, holds, onEnding, release } from "../wait/keep-alive.ts";
import type { Order, PlaceNumber, PlaceOrder, Report } from "./control.ts";
import { ControlPipe } from "./control-pipe.ts";
import { errorFromData, errorToData } from "./error-data.ts";
import { FarHost, type FarService } from "./far-host.ts";
import type { FarPipe } from "./far-pipe.ts";
import type { IoThreadData } from "./start-worker.ts";

interface FarPlace {
	readonly host: FarHost;
	/** Undefined while it is being bound. */
	end: Listener | Connector | undefined;
}

/** The lane to the thread that has the name, and the number of its binding there. */
function findApplication(key: string): { lane: Lane; binding: number } | undefined {
	const shared = engine();
	shared.start();
	for (const membership of shared.memberships) {
		const found = membership.names.find(Buffer.from(key));
		const lane = found === undefined ? undefined : membership.laneTo(found.owner);
		if (found !== undefined && lane !== undefined) return { lane, binding: found.binding };
	}
	return undefined;
}

class IoService implements FarService {
	readonly secret: Buffer;
	readonly lane: Lane;
	readonly binding: number;
	readonly pipes = new Map<number, FarPipe>();
	readonly #control: ControlPipe<Report, Order>;
	readonly #places = new Map<PlaceNumber, FarPlace>();
	#settling = false;

	constructor(secret: Buffer, application: { lane: Lane; binding: number }) {
		this.secret = secret;
		this.lane = application.lane;
		this.binding = application.binding;
		// The application's thread has ended: so does this one.
		const closed = (): void => process.exit();
		this.#control = ControlPipe.ask(this.lane, this.binding, (order) => this.#onOrder(order), closed);
		onEnding(() => this.#onEnding());
		process.on("warning", ({ name, message, code }: Error & { code?: string }) => this.say({ is: "warning", name, message, code }));
	}

	get waiting(): number {
		return this.#control.waiting;
	}

	say(report: Report): void {
		this.#control.say(report);
	}

	#onOrder(order: Order): void {
		switch (order.is) {
			case "bind":
				void this.#bind(order.place, order);
				break;
			case "connect":
				this.#connect(order.place, order);
				break;
			case "options":
				this.#places.get(order.place)?.host.setOptions(order.options);
				break;
			case "close":
				this.#close(order.place, order.options);
				break;
			case "fault":
				this.pipes.get(order.pipe)?.blame(errorFromData(order.error));
				break;
			case "settle":
				if (this.#settling) break;
				this.#settling = true;
				release();
				break;
			case "end":
				process.exit();
		}
	}

	/** Nothing keeps this thread alive but deliveries: when there are none either, all is delivered. */
	#onEnding(): void {
		if (!this.#settling || holds() > 0) return;
		this.#settling = false;
		hold();
		this.say({ is: "settled" });
	}

	async #bind(number: PlaceNumber, order: PlaceOrder): Promise<void> {
		const place: FarPlace = { host: new FarHost(number, order, this), end: undefined };
		this.#places.set(number, place);
		try {
			const endpoint = parseEndpoint(order.endpoint);
			const listener = await transportOf(endpoint.scheme).bind(endpoint, place.host);
			place.end = listener;
			this.say({ is: "bound", place: number, endpoint: listener.endpoint });
			if (place.host.closed) this.#finish(number, listener);
		} catch (error) {
			this.#places.delete(number);
			this.say({ is: "failed", place: number, error: errorToData(error) });
		}
	}

	#connect(number: PlaceNumber, order: PlaceOrder): void {
		const place: FarPlace = { host: new FarHost(number, order, this), end: undefined };
		this.#places.set(number, place);
		try {
			const endpoint = parseEndpoint(order.endpoint);
			place.end = transportOf(endpoint.scheme).connect(endpoint, place.host);
		} catch (error) {
			this.#places.delete(number);
			this.say({ is: "failed", place: number, error: errorToData(error) });
		}
	}

	#close(number: PlaceNumber, options: PlaceOrder["options"]): void {
		const place = this.#places.get(number);
		if (place === undefined) {
			this.say({ is: "closed", place: number });
			return;
		}
		place.host.close(options);
		// What is being bound is closed when that has settled.
		if (place.end !== undefined) this.#finish(number, place.end);
	}

	#finish(number: PlaceNumber, end: Listener | Connector): void {
		end.close().then(
			() => {
				this.#places.delete(number);
				this.say({ is: "closed", place: number });
			},
			(error: unknown) => {
				this.#places.delete(number);
				this.say({ is: "failed", place: number, error: errorToData(error) });
			},
		);
	}
}

function transportOf(scheme: string) {
	const transport = TRANSPORTS.get(scheme);
	if (transport === undefined) throw new Error(`io-service.ts: no transport ${scheme}`);
	return transport;
}

/** Serves the application that has started this thread; see start-worker.ts. */
export function serveIo(data: IoThreadData): void {
	inprocDirectory();
	const application = findApplication(data.key);
	if (application === undefined) throw new Error(`The I/O thread ${threadId} does not find the thread that it was started by`);
	hold();
	new IoService(Buffer.from(data.secret), application);
}
