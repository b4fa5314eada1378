/**
 * What a thread writes of its turns, as another one reads it.
 */
import { expect, test } from "vitest";
import { CALLBACK_MARK, Heart, HeartReader, makeHeartMemory, SETUP_MARK } from "./heart.ts";

function pair() {
	const memory = makeHeartMemory();
	return { heart: new Heart(memory), reader: new HeartReader(memory) };
}

test("a thread that has done nothing reads as such", () => {
	const { reader } = pair();
	const nothing = { turn: 0, beats: 0, at: "outside", actor: 0, kind: undefined, handler: undefined, limitMs: undefined };
	expect(reader.read()).toEqual(nothing);
});

test("a turn is told by actor, kind and handler, and after its end as the last", () => {
	const { heart, reader } = pair();
	heart.begin(7, heart.kindMark({}, "Zähler", undefined));
	heart.handler("add");
	const during = reader.read();
	expect(during).toMatchObject({ at: "handler", actor: 7, kind: "Zähler", handler: "add", limitMs: undefined });
	heart.end();
	const after = reader.read();
	expect(after).toEqual({ ...during, turn: during.turn + 1, at: "outside" });
});

test("setup and timers are told apart from handlers", () => {
	const { heart, reader } = pair();
	heart.begin(1, heart.kindMark({}, "A", undefined));
	heart.unnamed(SETUP_MARK);
	expect(reader.read()).toMatchObject({ at: "setup", handler: undefined });
	heart.end();
	heart.begin(1, heart.kindMark({}, "A", undefined));
	heart.unnamed(CALLBACK_MARK);
	expect(reader.read()).toMatchObject({ at: "timer", handler: undefined });
});

test("kinds of one name have limits of their own", () => {
	const { heart, reader } = pair();
	const [short, endless] = [heart.kindMark({}, "Same", 20), heart.kindMark({}, "Same", Number.POSITIVE_INFINITY)];
	heart.begin(1, short);
	expect(reader.read()).toMatchObject({ kind: "Same", limitMs: 20 });
	heart.end();
	heart.begin(2, endless);
	expect(reader.read()).toMatchObject({ kind: "Same", limitMs: Number.POSITIVE_INFINITY });
});

test("a kind is written once", () => {
	const { heart } = pair();
	const kind = {};
	expect(heart.kindMark(kind, "A", undefined)).toBe(heart.kindMark(kind, "A", undefined));
});

test("when there is no room for more names, those that have theirs keep it and others read as unknown", () => {
	const { heart, reader } = pair();
	heart.begin(1, heart.kindMark({}, "First", undefined));
	for (let i = 0; i < 1000; i++) heart.handler(`${i}`.padEnd(200, "x"));
	heart.handler("late".padEnd(250));
	expect(reader.read()).toMatchObject({ kind: "First", handler: undefined });
	heart.handler("0".padEnd(200, "x"));
	expect(reader.read().handler).toBe("0".padEnd(200, "x"));
});
