/** What goes between an application and its I/O thread, in its forms. */
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ZmqError } from "../errors.ts";
import type { SocketEvent } from "../monitor.ts";
import { AuthenticationError, ProtocolError } from "../wire/protocol-error.ts";
import { decodeControl, encodeControl, eventFromData, eventToData, type Report } from "./control.ts";
import { decodeOpening, encodeOpening } from "./opening.ts";
import { decodeSignal, encodeSignal, SECRET_BYTES } from "./signal.ts";

/** There and back. */
function passed(event: SocketEvent): SocketEvent {
	const report = decodeControl<Report>(encodeControl({ is: "event", place: 7, event: eventToData(event) }));
	if (report.is !== "event" || report.place !== 7) throw new Error("another report");
	return eventFromData(report.event);
}

describe("an event on its way from an I/O thread", () => {
	it("keeps the class, the code and the fields of its error", () => {
		const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", errno: -111, syscall: "connect", port: 9 });
		const errors = [
			new ZmqError("EADDRINUSE", "taken", { address: "tcp://a:1", cause: refused }),
			new ProtocolError("ERR_ZMTP_GREETING", "no greeting"),
			new AuthenticationError(400, { byPeer: true }),
			refused,
			new TypeError("of Node"),
		];
		for (const error of errors) {
			const event = passed({ type: "disconnect", address: "tcp://a:1", error }) as { error: Error };
			expect(event).toEqual({ type: "disconnect", address: "tcp://a:1", error });
			expect([event.error.name, event.error.message, event.error instanceof ZmqError]).toEqual([
				error.name,
				error.message,
				error instanceof ZmqError,
			]);
		}
	});

	it("keeps what a peer says of itself, and what has no error", () => {
		const handshake: SocketEvent = { type: "handshake", address: "ipc://x", peer: new Map([["x-name", Buffer.from([0, 255])]]) };
		const retry: SocketEvent = { type: "connect:retry", address: "ipc://x", interval: 5 };
		for (const event of [handshake, retry]) expect(passed(event)).toEqual(event);
	});
});

describe("a signal", () => {
	const secret = randomBytes(SECRET_BYTES);

	it("is what begins with the secret, and a message of a peer never is one", () => {
		const peer = { is: "peer", address: "a", routingId: Buffer.from("id"), properties: new Map(), takesAll: false } as const;
		for (const signal of [peer, { is: "hiccup" } as const]) expect(decodeSignal(secret, encodeSignal(secret, signal))).toEqual(signal);
		const frame = fc.uint8Array({ maxLength: SECRET_BYTES + 1 }).map((bytes) => Buffer.from(bytes));
		fc.assert(fc.property(fc.array(frame, { minLength: 1, maxLength: 3 }), (message) => decodeSignal(secret, message) === undefined));
		// Another thread's secret is none here, and neither is the secret in a message of another shape.
		expect(decodeSignal(secret, encodeSignal(randomBytes(SECRET_BYTES), peer))).toBeUndefined();
		expect(decodeSignal(secret, [secret])).toBeUndefined();
		expect(decodeSignal(secret, [secret, Buffer.alloc(1), Buffer.alloc(1)])).toBeUndefined();
	});
});

it("a request for a pipe is read as it was written, and nothing else is one", () => {
	const opening = { place: 0xffff_ffff, sendMark: 0, receiveMark: 0x7fff_ffff };
	expect(decodeOpening(encodeOpening(3, opening).subarray(4))).toEqual(opening);
	for (const length of [0, 11, 13]) expect(decodeOpening(Buffer.alloc(length))).toBeUndefined();
});
