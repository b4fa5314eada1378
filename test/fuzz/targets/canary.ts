/**
 * Targets that are broken on purpose: a fuzzer that does not find them finds nothing. They are run by name only.
 *
 * "canary" reads a long size as a signed number, deep in a conversation: after a greeting and READY.
 */
import { ProtocolError, parseCommand } from "../core.ts";
import { must, type Target } from "../target.ts";
import { frame, greeting, ready } from "../wire.ts";

const GREETING_BYTES = 64;

/** A reader of frames as one might write it in a hurry. */
function readCarelessly(bytes: Buffer): string {
	if (bytes.length < GREETING_BYTES || bytes[0] !== 0xff) return "no greeting";
	let frames = 0;
	for (let at = GREETING_BYTES; at + 2 <= bytes.length; frames++) {
		const long = ((bytes[at] as number) & 2) !== 0;
		if (long && at + 9 > bytes.length) break;
		const size = long ? bytes.readInt32BE(at + 5) : (bytes[at + 1] as number);
		const body = at + (long ? 9 : 2);
		must(size >= 0, `frame ${frames} has ${size} bytes`);
		if (frames === 0 && parseCommand(bytes.subarray(body, body + size)).name !== "READY") return "no READY";
		at = body + size;
	}
	return `${Math.min(5, frames)} frames`;
}

export const canary: Target = {
	name: "canary",
	level: "unit",
	seeds: () => [[greeting(), ready("PUSH"), frame("hello"), frame(Buffer.alloc(300))]],
	open: () => ({
		run(parts) {
			try {
				return readCarelessly(Buffer.concat(parts));
			} catch (error) {
				if (error instanceof ProtocolError) return error.reason;
				throw error;
			}
		},
	}),
};
