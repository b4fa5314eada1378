/**
 * A link between two threads: envelopes over one pipe of core. The other end sees the same frames in the same order.
 *
 * What a full pipe refuses waits here; it is bounded from above, by the credit of mailboxes and the number of requests.
 * Shutdown: `close()` closes the pipe after a last try to write what waits. The end of the other side is told once.
 */
import type { Pipe, PipeOwner } from "@zloom/core/internal";
import { ActorError } from "../errors.ts";
import { Fifo } from "../fifo.ts";
import type { EnvelopeFrames, Link, LinkOwner } from "../remote.ts";

export class PipeLink implements Link, PipeOwner {
	readonly peer: string;
	owner: LinkOwner | undefined;
	readonly #pipe: Pipe;
	readonly #waiting = new Fifo<EnvelopeFrames>();
	#closed = false;

	constructor(pipe: Pipe, peer: string, owner: LinkOwner) {
		this.#pipe = pipe;
		this.peer = peer;
		this.owner = owner;
		pipe.owner = this;
		if (pipe.readable) this.onReadable(pipe);
	}

	send(frames: EnvelopeFrames): void {
		if (this.#closed) return;
		if (this.#waiting.length > 0 || !this.#pipe.tryWrite(frames)) this.#waiting.push(frames);
	}

	close(): void {
		if (this.#closed) return;
		this.onWritable(this.#pipe);
		this.#closed = true;
		this.#waiting.clear();
		this.#pipe.close();
	}

	onReadable(pipe: Pipe): void {
		for (let frames = pipe.tryRead(); frames !== undefined; frames = pipe.tryRead()) this.owner?.onEnvelope(this, frames);
	}

	onWritable(pipe: Pipe): void {
		for (let frames = this.#waiting.peek(); frames !== undefined && pipe.tryWrite(frames); frames = this.#waiting.peek())
			this.#waiting.shift();
	}

	onClosed(pipe: Pipe): void {
		if (this.#closed) return;
		this.onReadable(pipe);
		this.#closed = true;
		this.#waiting.clear();
		pipe.close();
		this.owner?.onClosed(this, new ActorError("ERR_THREAD_DOWN", `${this.peer} has ended`));
	}
}

/** The name under which a thread of a system takes pipes. */
export function threadPipeName(system: string, thread: number): string {
	return `zloom.system.${system}.${thread}`;
}
