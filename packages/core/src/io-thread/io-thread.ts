/**
 * The I/O thread of a context, as the context has it: transports that look like those of this thread, and whose listeners,
 * connections, encryption and heartbeats run in a worker thread. Started by the first bind or connect that needs it.
 *
 * A worker that dies is told to each endpoint (`disconnect`, with EIO) and replaced, after a growing pause when that happens again and
 * again; the endpoints are made anew there. One that never comes up is an error of each endpoint, and tried again by the next one.
 *
 * **Shutdown**: the worker keeps nothing alive. When nothing else keeps this thread alive, the worker is asked whether anything is left to
 * deliver, and this thread waits for its answer. `end()` ends it, when the sockets of the context have ended.
 */
import { randomBytes } from "node:crypto";
import type { Worker } from "node:worker_threads";
import { ZmqError } from "../errors.ts";
import { IO_THREAD_PAUSE_MS, IO_THREAD_PAUSE_MS_MAX } from "../limits.ts";
import { engine } from "../memory/engine.ts";
import type { Lane } from "../memory/lane.ts";
import { pipePair } from "../pipe/pipe.ts";
import { inprocDirectory } from "../transport/inproc-threads.ts";
import { Backoff } from "../transport/reconnect.ts";
import type { Transport, TransportHost } from "../transport/transport.ts";
import { hold, holdForDelivery, onEnding, release, releaseDelivery } from "../wait/keep-alive.ts";
import type { Order, PlaceNumber, Report } from "./control.ts";
import { ControlPipe } from "./control-pipe.ts";
import { IO_SCHEMES, ioTransport, type PlaceMaker } from "./io-transport.ts";
import { NearPipe, type NearPipeOwner, nearParty } from "./near-pipe.ts";
import { NearPlace, type PlaceThread } from "./near-place.ts";
import { decodeOpening, type Opening } from "./opening.ts";
import { SECRET_BYTES } from "./signal.ts";
import { IO_THREAD_VERSION, startWorker } from "./start-worker.ts";

const PAUSES = { reconnectInterval: IO_THREAD_PAUSE_MS, reconnectMaxInterval: IO_THREAD_PAUSE_MS_MAX };
/** Argument of REFUSE: what was asked is not what an I/O thread asks. */
const REFUSED = 1;

export class IoThread implements PlaceMaker, PlaceThread {
	/** What takes the place of the transports of this thread, by scheme. */
	readonly transports: ReadonlyMap<string, Transport>;
	readonly secret: Buffer = randomBytes(SECRET_BYTES);
	readonly #module: URL | string | undefined;
	readonly #key = `i:${randomBytes(9).toString("hex")}`;
	readonly #places = new Map<PlaceNumber, NearPlace>();
	readonly #backoff = new Backoff(Math.random);
	#next: PlaceNumber = 1;
	#worker: Worker | undefined;
	#startedAtMs = 0;
	/** Why the worker ended, when it said so. */
	#cause: unknown;
	/** Undefined while the worker comes up. */
	#control: ControlPipe<Order, Report> | undefined;
	/** What was said before it was up. */
	#queued: Order[] = [];
	/** The pause before the next worker. */
	#pause: NodeJS.Timeout | undefined;
	/** Messages were handed over since it was asked last. */
	#owing = false;
	#asking = false;
	/** What was published and hooked at the first start. */
	#undo: (() => void) | undefined;
	#ended = false;

	/** @param module the file of the worker, where it is not to be looked for */
	constructor(transports: ReadonlyMap<string, Transport>, module: URL | string | undefined) {
		this.#module = module;
		this.transports = new Map(
			[...transports].map(([scheme, inner]) => [scheme, IO_SCHEMES.includes(scheme) ? ioTransport(inner, this) : inner]),
		);
	}

	place(verb: "bind" | "connect", endpoint: string, host: TransportHost): NearPlace {
		this.#start();
		const place = new NearPlace(this.#next++, verb, endpoint, host, this);
		this.#places.set(place.number, place);
		return place;
	}

	say(order: Order): void {
		if (this.#control === undefined) this.#queued.push(order);
		else this.#control.say(order);
	}

	owes(): void {
		this.#owing = true;
	}

	forget(place: NearPlace): void {
		this.#places.delete(place.number);
	}

	/** Ends the worker; there must be no places any more. Settles when it has ended. */
	async end(): Promise<void> {
		this.#ended = true;
		clearTimeout(this.#pause);
		const worker = this.#worker;
		if (worker !== undefined) {
			hold();
			const exited = new Promise((resolve) => worker.once("exit", resolve));
			if (this.#control === undefined) void worker.terminate();
			else this.#control.say({ is: "end" });
			await exited;
			release();
		}
		this.#undo?.();
	}

	/** @throws ZmqError EIO */
	#start(): void {
		if (this.#worker !== undefined || this.#pause !== undefined) return;
		this.#publish();
		this.#cause = undefined;
		this.#startedAtMs = performance.now();
		const worker = startWorker({ zloomIoThread: IO_THREAD_VERSION, key: this.#key, secret: this.secret }, this.#module);
		this.#worker = worker;
		worker.on("error", (error) => {
			this.#cause = error;
		});
		worker.once("exit", () => this.#onExit());
	}

	/** From now on the worker can find this thread. @throws ZmqError EIO */
	#publish(): void {
		if (this.#undo !== undefined) return;
		if (engine().memberships.length === 0)
			throw new ZmqError("EIO", "The I/O thread cannot be started: this thread has no shared memory", { cause: engine().unavailable });
		const free = inprocDirectory().bind(this.#key, "the I/O thread of a context", {
			open: (lane, pipe, request) => this.#onOpen(lane, pipe, decodeOpening(request)),
			// Asked by threads only, and answered by open.
			party: () => nearParty({ place: 0, sendMark: 0, receiveMark: 0 }),
			admits: () => false,
			accept: (pipe) => pipe.close(),
			lingerMs: () => 0,
		});
		const off = onEnding(() => this.#onEnding());
		this.#undo = () => {
			free();
			off();
		};
	}

	#onOpen(lane: Lane, number: number, opening: Opening | undefined): void {
		if (opening === undefined) lane.refuse(number, REFUSED);
		else if (opening.place === 0) this.#onUp(lane, number);
		else {
			const place = this.#places.get(opening.place);
			if (place === undefined) turnAway(lane, number, opening, this.secret);
			else place.open(lane, number, opening);
		}
	}

	#onUp(lane: Lane, number: number): void {
		const control = ControlPipe.accept(
			lane,
			number,
			(report) => this.#onReport(report),
			// The worker has ended, and tells it.
			() => {},
		);
		this.#control = control;
		lane.spills = true;
		for (const order of this.#queued.splice(0)) control.say(order);
	}

	#onReport(report: Report): void {
		if (report.is === "settled") this.#onSettled();
		else if (report.is === "warning") {
			const { name, message, code } = report;
			process.emitWarning(message, { type: name, ...(code !== undefined && { code }) });
		} else this.#places.get(report.place)?.onReport(report);
	}

	/** Nothing but deliveries keeps this thread alive: it may end when the worker has nothing left either. */
	#onEnding(): void {
		if (!this.#owing || this.#asking || this.#worker === undefined) return;
		this.#asking = true;
		holdForDelivery();
		this.#ask();
	}

	#ask(): void {
		this.#owing = false;
		this.say({ is: "settle" });
	}

	#onSettled(): void {
		if (this.#owing) this.#ask();
		else this.#stopAsking();
	}

	#stopAsking(): void {
		if (!this.#asking) return;
		this.#asking = false;
		releaseDelivery();
	}

	#onExit(): void {
		const up = this.#control !== undefined;
		this.#worker = undefined;
		this.#control = undefined;
		this.#queued = [];
		this.#owing = false;
		this.#stopAsking();
		if (this.#ended) return;
		const why = this.#cause === undefined ? "" : `: ${this.#cause instanceof Error ? this.#cause.message : String(this.#cause)}`;
		const text = up ? `The I/O thread has ended${why}; what it had to deliver is lost` : `The I/O thread did not come up${why}`;
		const error = new ZmqError("EIO", text, { cause: this.#cause });
		process.emitWarning(error.message, { code: "ZLOOM_IO_THREAD" });
		for (const place of [...this.#places.values()]) place.lost(error, !up);
		if (up && this.#places.size > 0) this.#startLater();
	}

	#startLater(): void {
		if (performance.now() - this.#startedAtMs > IO_THREAD_PAUSE_MS_MAX) this.#backoff.reset();
		this.#pause = setTimeout(() => {
			this.#pause = undefined;
			try {
				this.#start();
			} catch (error) {
				for (const place of [...this.#places.values()]) place.lost(error as ZmqError, true);
			}
		}, this.#backoff.next(PAUSES));
		this.#pause.unref();
	}
}

/** A pipe that nobody here waits for any more: granted, and closed at once. */
function turnAway(lane: Lane, number: number, opening: Opening, secret: Buffer): void {
	const ends = pipePair({ forward: 0, backward: 0 });
	const nobody: NearPipeOwner = { secret, lingerMs: () => 0, owes() {}, onSignal() {}, onClosing() {}, onDone() {} };
	new NearPipe(lane, ends, opening, nobody).accept(number, opening);
	ends[0].close({ discard: true });
}
