/**
 * One end of the pipe between an application thread and its I/O thread that carries orders and reports. No high-water mark: orders
 * are few, and reports that peers can cause without end are bounded by who sends them.
 *
 * **Shutdown**: ends with the lane, when one of the threads has ended. It holds nothing alive.
 */
import type { Lane } from "../memory/lane.ts";
import { type Pipe, pipePair } from "../pipe/pipe.ts";
import type { Party } from "../transport/inproc-party.ts";
import { LanePipe } from "../transport/lane-pipe.ts";
import { decodeControl, encodeControl, type Order, type Report } from "./control.ts";
import { encodeOpening } from "./opening.ts";

const UNLIMITED: Party = { type: "", routingId: Buffer.alloc(0), properties: new Map(), sendHighWaterMark: 0, receiveHighWaterMark: 0 };

class ControlEnd extends LanePipe {
	constructor(lane: Lane, pipe: Pipe) {
		super({ lane, pipe, self: UNLIMITED, lingerMs: () => 0 });
	}

	ask(binding: number): void {
		this.number = this.lane.open(this, encodeOpening(binding, { place: 0, sendMark: 0, receiveMark: 0 }));
		this.start(UNLIMITED);
	}

	accept(number: number): void {
		this.number = number;
		this.lane.accept(number, this, Buffer.alloc(0));
		this.start(UNLIMITED);
	}

	/** As of near-pipe.ts: what is ordered is done while the application computes. */
	override onReadable(): void {
		super.onReadable();
		this.lane.flush();
	}

	onAccept(): void {}

	onRefuse(): void {
		this.finish();
	}
}

export class ControlPipe<Out extends Order | Report, In extends Order | Report> {
	readonly #near: Pipe;

	private constructor(near: Pipe, heard: (said: In) => void, closed: () => void) {
		this.#near = near;
		near.owner = {
			onReadable: () => {
				for (let message = near.tryRead(); message !== undefined; message = near.tryRead()) heard(decodeControl<In>(message));
			},
			onWritable() {},
			onClosed: closed,
		};
	}

	/** The I/O thread's end. */
	static ask(lane: Lane, binding: number, heard: (order: Order) => void, closed: () => void): ControlPipe<Report, Order> {
		const [near, far] = pipePair({ forward: 0, backward: 0 });
		new ControlEnd(lane, far).ask(binding);
		return new ControlPipe<Report, Order>(near, heard, closed);
	}

	/** The application thread's end. */
	static accept(lane: Lane, number: number, heard: (report: Report) => void, closed: () => void): ControlPipe<Order, Report> {
		const [near, far] = pipePair({ forward: 0, backward: 0 });
		new ControlEnd(lane, far).accept(number);
		return new ControlPipe<Order, Report>(near, heard, closed);
	}

	/** What was said and has found no room in the lane. */
	get waiting(): number {
		return this.#near.outboundLength;
	}

	say(said: Out): void {
		this.#near.tryWrite(encodeControl(said));
	}
}
