import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CorruptRing, RingReader, RingWriter } from "./ring.ts";
import { RECORD_HEADER_BYTES, RECORD_PAYLOAD_MAX, RING, RING_BYTES, RING_HEADER_BYTES, recordBytes } from "./ring-layout.ts";
import { Root } from "./root.ts";
import { UNIT_BYTES } from "./root-layout.ts";

const root = Root.create();

function freshRing(startAt = 0) {
	const offset = root.allocate(RING_HEADER_BYTES + RING_BYTES) * UNIT_BYTES;
	const header = root.words(offset, RING_HEADER_BYTES / 4);
	header[RING.HEAD] = startAt;
	header[RING.TAIL] = startAt;
	return {
		header,
		words: root.words(offset + RING_HEADER_BYTES, RING_BYTES / 4),
		writer: new RingWriter(root, offset),
		reader: new RingReader(root, offset),
	};
}

interface Seen {
	kind: number;
	pipe: number;
	argument: number;
	payload: Buffer;
}

/** Comparing texts is a hundred times faster than comparing buffers one element after the other. */
function print({ kind, pipe, argument, payload }: Seen): string {
	return `${kind} ${pipe} ${argument} ${payload.length} ${payload.equals(Buffer.alloc(payload.length, payload[0]))} ${payload[0]}`;
}

function readRun(reader: RingReader): Seen[] {
	const available = reader.available();
	if (available === 0) return [];
	const run = reader.takeRun(available);
	const { words } = run.block;
	reader.release();
	const seen: Seen[] = [];
	for (let { at } = run; at < run.end; ) {
		const size = (words[at >> 2] as number) >>> 8;
		const [kind, pipe, argument] = [(words[at >> 2] as number) & 255, words[(at >> 2) + 1] as number, words[(at >> 2) + 2] as number];
		seen.push({ kind, pipe, argument, payload: run.block.view(at + RECORD_HEADER_BYTES, at + RECORD_HEADER_BYTES + size) });
		at += recordBytes(size);
	}
	return seen;
}

const step = fc.oneof(
	fc.record({
		what: fc.constant("append" as const),
		kind: fc.integer({ min: 1, max: 9 }),
		pipe: fc.nat(),
		argument: fc.integer(),
		size: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: RECORD_PAYLOAD_MAX })),
	}),
	fc.record({ what: fc.constant("publish" as const) }),
	fc.record({ what: fc.constant("read" as const) }),
);

describe("a ring", () => {
	it("delivers exactly the published records, in order and unchanged, wherever it starts and however it wraps", () => {
		const starts = fc.oneof(
			fc.constant(0),
			fc.constant(0x7ffffff8),
			fc.constant(-8),
			fc.integer().map((n) => n & ~7),
		);
		fc.assert(
			fc.property(starts, fc.array(step, { minLength: 20, maxLength: 120 }), (start, steps) => {
				const { writer, reader } = freshRing(start);
				const [appended, published, seen]: Seen[][] = [[], [], []];
				let fill = 1;
				for (const each of steps) {
					if (each.what === "append") {
						const payload = Buffer.alloc(each.size, fill++);
						const { kind, pipe, argument } = each;
						const fits = writer.append(kind, pipe, argument, payload, 0, payload.length, 0);
						if (fits) appended?.push({ kind, pipe, argument, payload });
						else expect(writer.room()).toBeLessThan(recordBytes(each.size));
					} else if (each.what === "publish") {
						writer.publish();
						published?.push(...(appended?.splice(0) ?? []));
					} else {
						seen?.push(...readRun(reader));
					}
				}
				writer.publish();
				published?.push(...(appended ?? []));
				while (reader.available() > 0) seen?.push(...readRun(reader));
				expect(seen?.map(print)).toEqual(published?.map(print));
			}),
			{ numRuns: 300 },
		);
	});

	it("never lets data take the reserve, and lets control records use it", () => {
		const { writer } = freshRing();
		const payload = Buffer.alloc(1000);
		while (writer.append(1, 0, 0, payload, 0, 1000, 8192));
		expect(writer.room()).toBeGreaterThanOrEqual(8192);
		expect(writer.append(8, 0, 5, payload, 0, 0, 0)).toBe(true);
	});

	it("copies parts of a buffer and takes a payload straight to its place", () => {
		const { writer, reader } = freshRing(RING_BYTES - 16);
		const source = Buffer.from(Array.from({ length: 500 }, (_, i) => i & 255));
		writer.append(4, 7, 0, source, 100, 400, 0);
		writer.publish();
		const next = reader.peek(reader.available());
		expect(next).toEqual({ kind: 4, pipe: 7, length: 300 });
		const target = Buffer.alloc(310, 9);
		reader.takePayload(300, target, 5);
		expect(target.subarray(5, 305)).toEqual(source.subarray(100, 400));
		expect([target[4], target[305]]).toEqual([9, 9]);
	});

	it("refuses nonsense: lengths above the bound or beyond what is published, positions too far ahead or not aligned", () => {
		const corrupt = (spoil: (ring: ReturnType<typeof freshRing>) => void) => {
			const ring = freshRing();
			ring.writer.append(1, 0, 0, Buffer.alloc(64), 0, 64, 0);
			ring.writer.append(1, 0, 0, Buffer.alloc(64), 0, 64, 0);
			ring.writer.publish();
			spoil(ring);
			expect(() => ring.reader.takeRun(ring.reader.available())).toThrow(CorruptRing);
		};
		corrupt(({ words }) => {
			words[0] = ((RECORD_PAYLOAD_MAX + 1) << 8) | 1;
		});
		corrupt(({ words }) => {
			words[0] = (8000 << 8) | 1;
		});
		corrupt(({ words }) => {
			words[recordBytes(64) / 4] = -1;
		});
		corrupt(({ words }) => {
			words[recordBytes(64) / 4] = (200 << 8) | 1;
		});
		corrupt(({ header }) => {
			header[RING.HEAD] = RING_BYTES + 8;
		});
		corrupt(({ header }) => {
			header[RING.HEAD] = 12;
		});
		corrupt(({ header }) => {
			header[RING.HEAD] = -8;
		});
	});
});
