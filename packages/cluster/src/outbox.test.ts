import { expect, it } from "vitest";
import { OUTBOX_BYTES_MAX, OUTBOX_MESSAGES_MAX } from "./limits.ts";
import { Outbox } from "./outbox.ts";

const frames = [Buffer.alloc(0)];

it("gives back what was put in, in order, through many rounds", () => {
	const outbox = new Outbox();
	let put = 0;
	let taken = 0;
	for (let round = 0; round < 50; round++) {
		for (let i = 0; i < 100; i++) expect(outbox.push(frames, put++)).toBe(true);
		for (let i = 0; i < 90; i++) expect(outbox.shift()?.bytes).toBe(taken++);
	}
	while (outbox.length > 0) expect(outbox.shift()?.bytes).toBe(taken++);
	expect(taken).toBe(put);
	expect(outbox.shift()).toBeUndefined();
	expect(outbox.bytes).toBe(0);
});

it("refuses what is over its bound in bytes and keeps the rest", () => {
	const outbox = new Outbox();
	expect(outbox.push(frames, OUTBOX_BYTES_MAX / 2)).toBe(true);
	expect(outbox.push(frames, OUTBOX_BYTES_MAX / 2)).toBe(false);
	expect(outbox.push(frames, 1)).toBe(true);
	expect(outbox.length).toBe(2);
});

it("refuses what is over its bound in messages", () => {
	const outbox = new Outbox();
	let accepted = 0;
	while (accepted <= OUTBOX_MESSAGES_MAX && outbox.push(frames, 0)) accepted += 1;
	expect(accepted).toBe(OUTBOX_MESSAGES_MAX);
	outbox.clear();
	expect(outbox.length).toBe(0);
	expect(outbox.push(frames, 0)).toBe(true);
});
