/** A pipe: two ends, and through which connection each message came. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Pipe, pipePair } from "./pipe.ts";

const NOBODY = Buffer.alloc(0);
const named = (name: number) => ({ routingId: NOBODY, properties: new Map([["x-name", Buffer.from(String(name))]]) });
const sourceOf = (pipe: Pipe): string | undefined => pipe.sourceProperties.get("x-name")?.toString();

describe("the source of a message", () => {
	it("is the connection through which it came, however many came after it, also when one is looked at ahead", () => {
		const step = fc.constantFrom("write", "write", "read", "connect");
		fc.assert(
			fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
				const [socketEnd, engineEnd] = pipePair({ forward: 0, backward: 0 });
				const model: string[] = [];
				let [connection, last] = [0, "none"];
				socketEnd.connected(named(connection));
				for (const each of steps) {
					if (each === "connect") {
						connection += 1;
						socketEnd.connected(named(connection));
					} else if (each === "write") {
						engineEnd.tryWrite([Buffer.from("x")]);
						model.push(String(connection));
					} else if (socketEnd.tryRead() !== undefined) {
						last = model.shift() as string;
					}
					// What was read last keeps its source, whatever happens until the next read.
					if (last !== "none") expect(sourceOf(socketEnd)).toBe(last);
				}
			}),
		);
	});

	it("of a conflated pipe is the newest connection: nobody knows which message was overwritten", () => {
		const [socketEnd, engineEnd] = pipePair({ forward: 0, backward: 0 });
		socketEnd.conflate({ inbound: true, outbound: false });
		socketEnd.connected(named(1));
		engineEnd.tryWrite([Buffer.from("old")]);
		socketEnd.connected(named(2));
		engineEnd.tryWrite([Buffer.from("new")]);
		expect([String(socketEnd.tryRead()), sourceOf(socketEnd)]).toEqual(["new", "2"]);
	});
});

describe("the ends of a pipe", () => {
	it("each hear once that the other has closed, and what was written before stays readable unless it is discarded", () => {
		for (const discard of [false, true]) {
			const [a, b] = pipePair({ forward: 0, backward: 0 });
			let heard = 0;
			b.owner = { onReadable() {}, onWritable() {}, onClosed: () => (heard += 1) };
			a.tryWrite([Buffer.from("1")]);
			b.tryWrite([Buffer.from("2")]);
			a.close({ discard });
			a.close();
			expect([heard, a.readable, b.readable, b.tryWrite([Buffer.from("3")]), a.closed, b.closed]).toEqual([
				1,
				false,
				!discard,
				false,
				true,
				true,
			]);
		}
	});
});
