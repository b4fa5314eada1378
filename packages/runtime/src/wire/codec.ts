/**
 * Values to bytes and back: plain MessagePack (msgpackr, stateless: no record dictionaries, no global extensions), readable
 * from any language. What MessagePack has no type for travels as a tagged map `{"$z": kind, …}` (tagged.ts); a flag in the
 * envelope says that there are any, so that plain values pay nothing for it.
 *
 * Byte arrays from 16 KiB are not copied: they travel as frames of their own behind the value, and arrive as views.
 * After a send they belong to the receiver. Any thread; no state between two values.
 */
import { Packr } from "msgpackr";
import { ActorError } from "../errors.ts";
import { FRAME_BYTES_MAX } from "../limits.ts";
import { type RefReader, Reviver } from "./revive.ts";
import { locateUnsendable } from "./sendable.ts";
import { CYCLE, type Lender, REFUSED, Tagger } from "./tagged.ts";

const packr = new Packr({ useRecords: false, variableMapSize: true, useToJSON: false, moreTypes: true, mapsAsObjects: true });

/** One value as frames: MessagePack, then detached byte arrays. */
export interface EncodedValue {
	readonly frames: Uint8Array[];
	/** The value holds tagged maps: goes into the envelope's flags. */
	readonly tagged: boolean;
	/** Of all frames. */
	readonly bytes: number;
}

function totalBytes(frames: Uint8Array[]): number {
	let bytes = 0;
	for (let i = 0; i < frames.length; i++) bytes += (frames[i] as Uint8Array).length;
	return bytes;
}

/**
 * Encodes a value.
 *
 * @param root what the value is called in the error, for example `args`
 * @param lender takes async iterables among the elements of the list that `value` then is
 * @throws ActorError ERR_NOT_SENDABLE naming the path of the part that cannot be sent
 */
export function encodeValue(value: unknown, root: string, lender?: Lender): EncodedValue {
	let tagger = new Tagger(lender);
	let prepared: unknown;
	try {
		prepared = tagger.prepare(value);
		if (prepared === CYCLE) {
			tagger = Tagger.forGraph(value, lender);
			prepared = tagger.prepare(value);
		}
	} catch (error) {
		if (error !== REFUSED) throw error;
		const where = locateUnsendable(value, root) ?? `${root} holds something`;
		throw new ActorError("ERR_NOT_SENDABLE", `${where}, which cannot be sent to an actor: send plain data, or a ref`);
	}
	const frames: Uint8Array[] = [packr.pack(prepared)];
	if (tagger.detached !== undefined) for (const bytes of tagger.detached) frames.push(bytes);
	const tooLong = frames.find((frame) => frame.length > FRAME_BYTES_MAX);
	if (tooLong !== undefined)
		throw new ActorError(
			"ERR_NOT_SENDABLE",
			`${root} is too large (a part of ${tooLong.length} bytes, ${FRAME_BYTES_MAX} at most): send it in pieces, for example as a stream`,
		);
	return { frames, tagged: tagger.tagged, bytes: totalBytes(frames) };
}

/**
 * Decodes what {@link encodeValue} made.
 *
 * @param first index of the MessagePack frame in `frames`
 * @throws ActorError ERR_PROTOCOL when the bytes are not such a value
 */
export function decodeValue(frames: readonly Uint8Array[], first: number, tagged: boolean, readRef: RefReader): unknown {
	const packed = frames[first];
	if (packed === undefined) throw new ActorError("ERR_PROTOCOL", "The envelope announces a value but holds none");
	try {
		const value: unknown = packr.unpack(packed);
		return tagged ? new Reviver(frames, first + 1, readRef).revive(value) : value;
	} catch (error) {
		throw new ActorError("ERR_PROTOCOL", `A value could not be decoded: ${(error as Error).message}`, { cause: error });
	}
}
