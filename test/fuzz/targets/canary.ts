/**
 * Targets that are broken on purpose: a fuzzer that does not find them finds nothing. They are run by name only.
 *
 * "canary" reads a long size as a signed number, deep in a conversation: after a greeting and READY. "canary-socket" gives its healthy
 * peer's next message twice when a stranger sent a message that begins with a byte above 0x7f. "canary-hang" never ends, and
 * "canary-loop" never returns, when its input has two parts.
 */
import { boundScene } from "../attack.ts";
import { type Role, SERVERS } from "../casts.ts";
import { ProtocolError, parseCommand } from "../core.ts";
import { must, type Target } from "../target.ts";
import { frame, greeting, ready } from "../wire.ts";
import { nullPeersTarget } from "./null-peers.ts";

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

function disturbed(role: Role): Role {
	return {
		...role,
		make(attacked, healthy) {
			const cast = role.make(attacked, healthy);
			return {
				...cast,
				serve(onHealthy, onStranger) {
					let twice = false;
					return cast.serve(
						(sequence) => {
							onHealthy(sequence);
							if (twice) onHealthy(sequence);
							twice = false;
						},
						(message) => {
							if ((message[0]?.[0] ?? 0) > 0x7f) twice = true;
							onStranger(message);
						},
					);
				},
			};
		},
	};
}

const [pull] = SERVERS;
if (pull === undefined) throw new Error("there is no role");
export const canarySocket: Target = nullPeersTarget("canary-socket", disturbed(pull), boundScene);

const HANGING: readonly Buffer[] = [Buffer.of(1), Buffer.of(2)];

export const canaryHang: Target = {
	name: "canary-hang",
	level: "socket",
	seeds: () => [[Buffer.of(1)], HANGING],
	open: () => ({ run: (parts) => new Promise((resolve) => parts.length < 2 && resolve("ended")) }),
};

/** For the watchdog: ends the whole process. */
export const canaryLoop: Target = {
	name: "canary-loop",
	level: "unit",
	seeds: () => [[Buffer.of(1)], HANGING],
	open: () => ({
		run(parts) {
			while (parts.length >= 2);
			return "returned";
		},
	}),
};
