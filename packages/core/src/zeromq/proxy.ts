/**
 * The class Proxy of zeromq.js over the proxy of core: run, pause, resume, terminate, and the end of both sockets with it.
 *
 * While it runs, its sockets are blocked. What zeromq.js does when it is misused (an abort of the process when it is run twice or told
 * something too early) is an error here.
 *
 * **Shutdown**: `terminate()` ends both directions, then both sockets are closed, and `run()` resolves.
 */

import { SocketProxy } from "../proxy.ts";
import { hold, release } from "../wait/keep-alive.ts";
import { checkCount, invalidArgument } from "./arguments.ts";
import { errnoError } from "./errno-error.ts";
import { constructed, fronted, sealMethods } from "./option-access.ts";
import type { Socket } from "./socket.ts";
import { type SocketState, stateOf } from "./socket-state.ts";

/** What moves messages; two sockets that cannot (PULL and PULL) do nothing until it is ended. */
interface Running {
	pause(): void;
	resume(): void;
	terminate(): void;
}

function state(socket: unknown, what: string): SocketState {
	if (typeof socket !== "object" || socket === null) throw new TypeError(`${what} must be a socket object`);
	const found = stateOf(socket);
	if (found === undefined) throw invalidArgument();
	return found;
}

function assertPlaced({ endpoints, closed }: SocketState, what: string): void {
	if (closed || endpoints.isEmpty) throw errnoError("EINVAL", { text: `${what} socket must be bound or connected` });
}

function canMove(from: SocketState, to: SocketState): boolean {
	return "receive" in from.core && "send" in to.core;
}

class DoorProxy<F extends Socket = Socket, B extends Socket = Socket> {
	readonly #frontEnd: F;
	readonly #backEnd: B;
	readonly #front: SocketState;
	readonly #back: SocketState;
	#running: Running | undefined;

	/** @throws TypeError, Error */
	constructor(frontEnd: F, backEnd: B, ...rest: never[]) {
		const objects = [frontEnd, backEnd].map((socket) => typeof socket === "object" && socket !== null);
		if (!objects[0]) throw new TypeError("Front-end must be a socket object");
		if (!objects[1]) throw new TypeError("Back-end must be a socket object");
		checkCount([frontEnd, backEnd, ...rest], 2);
		this.#front = state(frontEnd, "Front-end");
		this.#back = state(backEnd, "Back-end");
		this.#frontEnd = frontEnd;
		this.#backEnd = backEnd;
	}

	get frontEnd(): F {
		return this.#frontEnd;
	}

	get backEnd(): B {
		return this.#backEnd;
	}

	/** Moves messages both ways until `terminate`; both sockets are closed then. @throws Error EINVAL neither bound nor connected, EBUSY */
	run(...given: never[]): Promise<void> {
		checkCount(given, 0);
		assertPlaced(this.#front, "Front-end");
		assertPlaced(this.#back, "Back-end");
		this.#front.assertUsable();
		this.#back.assertUsable();
		return this.#run();
	}

	/** Moves nothing until `resume`. @throws Error EBADF when it does not run */
	pause(...given: never[]): void {
		this.#told(given).pause();
	}

	resume(...given: never[]): void {
		this.#told(given).resume();
	}

	/** Ends it, and both sockets. */
	terminate(...given: never[]): void {
		this.#told(given).terminate();
	}

	#told(given: readonly unknown[]): Running {
		checkCount(given, 0);
		if (this.#running === undefined) throw errnoError("EBADF");
		return this.#running;
	}

	async #run(): Promise<void> {
		this.#front.block();
		this.#back.block();
		hold();
		try {
			await this.#move();
		} finally {
			release();
			this.#running = undefined;
			for (const side of [this.#front, this.#back]) {
				side.end();
				side.unblock();
			}
		}
	}

	async #move(): Promise<void> {
		const [front, back] = [this.#front, this.#back];
		if (canMove(front, back) || (front !== back && canMove(back, front))) {
			const proxy = new SocketProxy(front.core, back.core);
			this.#running = proxy;
			await proxy.run();
			return;
		}
		await new Promise<void>((resolve) => {
			this.#running = { pause() {}, resume() {}, terminate: resolve };
		});
	}

	static {
		sealMethods(DoorProxy.prototype, ["run", "pause", "resume", "terminate"]);
		for (const name of ["frontEnd", "backEnd"]) Object.defineProperty(DoorProxy.prototype, name, { configurable: false });
	}
}

/** Named by its key: a function of that name would hide JavaScript's own Proxy. */
const front = {
	Proxy: function (...args: never[]): object {
		return constructed(DoorProxy, args, new.target);
	},
};
type OpenProxy<F extends Socket = Socket, B extends Socket = Socket> = DoorProxy<F, B>;
const OpenProxy = fronted(DoorProxy, front.Proxy) as typeof DoorProxy;

export { OpenProxy as Proxy };
