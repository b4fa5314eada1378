/**
 * What every mechanism promises: it completes between two sides that fit, tells each the other's properties, and answers anything
 * else with a ProtocolError and nothing but that.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeCommand, encodeReady } from "../wire/command.ts";
import { AuthenticationError, ProtocolError } from "../wire/protocol-error.ts";
import { ACCEPTED, local, PAIRINGS, reasonOf, talk } from "./fixtures/mechanism-ends.ts";
import type { Mechanism } from "./mechanism.ts";
import { loadSodium } from "./sodium.ts";

beforeAll(loadSodium);

/** Commands that a mechanism may be sent, whole, by name. */
const COMMANDS = ["HELLO", "WELCOME", "INITIATE", "READY", "MESSAGE", "ERROR", "PING", "SUBSCRIBE"];

describe.each(PAIRINGS)("$name", ({ name, client, server }) => {
	it("completes and tells each side the other's socket type, routing id and metadata", () => {
		const [a, b] = [client({ ...local("DEALER", "east"), metadata: { "X-Rack": "7" } }), server({ ...local("ROUTER", "west") })];
		talk(a, b);
		expect(a.name).toBe(name);
		expect([a.peer?.socketType, b.peer?.socketType]).toEqual(["ROUTER", "DEALER"]);
		expect([String(a.peer?.routingId), String(b.peer?.routingId)]).toEqual(["west", "east"]);
		expect(b.peer?.properties.get("x-rack")?.toString()).toBe("7");
	});

	it("keeps nothing of the bytes it was fed", () => {
		const [a, b] = [client(local("DEALER", "east")), server(local("ROUTER", "west"))];
		const fed: Buffer[] = [];
		talk(a, b, {
			tap: (body) => {
				const copy = Buffer.from(body);
				fed.push(copy);
				return copy;
			},
		});
		for (const bytes of fed) bytes.fill(0);
		expect([String(a.peer?.routingId), String(b.peer?.routingId)]).toEqual(["west", "east"]);
	});

	it("refuses a socket type that does not fit", () => {
		expect(reasonOf(() => talk(client(local("PUSH")), server(local("PUSH"))))).toBe("ERR_ZMTP_INCOMPATIBLE_SOCKET_TYPE");
	});

	it("takes no claim of the peer to a user id", () => {
		const [a, b] = [client({ ...local("PUSH"), metadata: { "User-Id": "root", "Peer-Address": "1.2.3.4" } }), server()];
		talk(a, b, { verdict: { ...ACCEPTED, userId: "", metadata: new Map() } });
		expect([b.peer?.userId, b.peer?.properties.has("user-id"), b.peer?.properties.has("peer-address")]).toEqual(["", false, false]);
	});

	it("ends on ERROR in every state, and understands the status of a refusal", () => {
		for (let steps = 0; steps < 4; steps++) {
			for (const side of ["client", "server"] as const) {
				const [a, b] = [client(), server()];
				let left = steps;
				const stop = new Error("stop");
				try {
					talk(a, b, {
						tap: (body, from) => {
							if (left-- === 0 && from !== side) throw stop;
							return body;
						},
					});
				} catch (error) {
					if (error !== stop) throw error;
				}
				const target: Mechanism = side === "client" ? a : b;
				const refuse = (reason: string) => () =>
					target.onCommand(encodeCommand("ERROR", Buffer.from(String.fromCharCode(reason.length) + reason)));
				expect(refuse("400")).toThrow(AuthenticationError);
				expect(reasonOf(refuse("go away"))).toBe("ERR_ZMTP_REFUSED_BY_PEER");
			}
		}
	});

	it("never completes on bytes that nobody meant for it, in any state, and throws nothing but ProtocolError", () => {
		const garbage = fc.oneof(
			fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
			fc.tuple(fc.constantFrom(...COMMANDS), fc.uint8Array({ maxLength: 300 })).map(([command, data]) => encodeCommand(command, data)),
			fc.constant(encodeReady([["Socket-Type", Buffer.from("ROUTER")]])),
		);
		fc.assert(
			fc.property(fc.nat(5), fc.constantFrom("client", "server"), garbage, (steps, to, bytes) => {
				const [a, b] = [client(), server()];
				let left = steps;
				try {
					talk(a, b, { tap: (body, from) => (left-- === 0 && from !== to ? bytes : body) });
				} catch (error) {
					expect(error).toBeInstanceOf(ProtocolError);
				}
			}),
			{ numRuns: name === "CURVE" ? 300 : 1500 },
		);
	});

	it("throws nothing but ProtocolError on damaged commands", () => {
		fc.assert(
			fc.property(fc.nat(5), fc.nat(), fc.integer({ min: 1, max: 255 }), (step, position, flip) => {
				const [a, b] = [client(), server()];
				let left = step;
				try {
					talk(a, b, {
						tap: (body) => {
							if (left-- !== 0) return body;
							const damaged = Buffer.from(body);
							const at = position % damaged.length;
							damaged[at] = (damaged[at] as number) ^ flip;
							return damaged;
						},
					});
				} catch (error) {
					expect(error).toBeInstanceOf(ProtocolError);
				}
			}),
			{ numRuns: name === "CURVE" ? 300 : 1500 },
		);
	});
});
