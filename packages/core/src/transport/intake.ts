/**
 * Reads a byte stream without Node's streams in between: the operating system writes into memory of our choice.
 *
 * - All streams of a thread read into one buffer, because each is asked at once to take what has come: an idle connection holds no
 *   memory for reading. What came is copied out in one piece, at its size.
 * - A large body that is under way is read straight into its own memory (`room`), as much at a time as has come.
 * - A net.Socket takes such a buffer only when it is made (its option `onread`), and a server makes its own: so the handle moves to a
 *   new Socket, and the old one is left an empty shell. Where that cannot be done (another runtime than Node, a stream that a proxy
 *   has already been spoken to through) the stream reads as streams do.
 *
 * Shutdown: none of its own; the stream that is returned is to be ended or destroyed. Nothing is taken after that.
 */
import { Socket, type SocketConstructorOpts } from "node:net";
import { READ_AFTER_BODY_BYTES, READ_BYTES } from "../limits.ts";
import { keepLargeBlocks } from "../wire/large-blocks.ts";

/** Who takes what has come. */
export interface IntakeOwner {
	/** Where to read next; undefined = nowhere in particular. */
	readonly room: Uint8Array | undefined;
	/** So many bytes were read into the last `room`. */
	onFilled(bytes: number): void;
	/** The chunk is the owner's. */
	onChunk(chunk: Buffer): void;
}

/** A handle that writes into a buffer of ours, as Node's do. */
interface Handle {
	useUserBuffer?: unknown;
}

type Opened = Socket & { _handle?: Handle | null };

/** Where this thread reads; made by the first stream. */
let shared: Buffer | undefined;
/** The beginning of it: what follows a body that was read into its own memory may be the header of another one. */
let short: Buffer | undefined;

class Intake {
	readonly #owner: IntakeOwner;
	#room: Uint8Array | undefined;

	constructor(owner: IntakeOwner) {
		this.#owner = owner;
	}

	/** The next read goes here. */
	readonly buffer = (): Uint8Array => {
		const afterBody = this.#room !== undefined;
		this.#room = this.#owner.room;
		if (this.#room !== undefined) return this.#room;
		shared ??= Buffer.allocUnsafeSlow(READ_BYTES);
		short ??= shared.subarray(0, READ_AFTER_BODY_BYTES);
		return afterBody ? short : shared;
	};

	/** Always true: whoever wants no more pauses the stream. */
	readonly callback = (bytes: number): boolean => {
		if (this.#room !== undefined) {
			this.#owner.onFilled(bytes);
			return true;
		}
		if (bytes === READ_BYTES) keepLargeBlocks();
		const chunk = Buffer.allocUnsafe(bytes);
		(shared as Buffer).copy(chunk, 0, 0, bytes);
		this.#owner.onChunk(chunk);
		return true;
	};
}

/**
 * Gives what comes on the stream to the owner from now on; returns the stream to go on with.
 * @param stream connected, and not read from yet
 */
export function takeIn(stream: Socket, owner: IntakeOwner): Socket {
	const shell = stream as Opened;
	const handle = shell._handle;
	const untouched = stream.readableFlowing === null && stream.readableLength === 0 && !stream.destroyed;
	if (typeof handle?.useUserBuffer !== "function" || !untouched) {
		stream.on("data", (chunk: Buffer) => owner.onChunk(chunk));
		return stream;
	}
	shell._handle = null;
	const { buffer, callback } = new Intake(owner);
	const options = { handle, allowHalfOpen: stream.allowHalfOpen, onread: { buffer, callback } };
	const own = new Socket(options as SocketConstructorOpts);
	stream.destroy();
	// Flowing, so that its end is told.
	own.resume();
	return own;
}
