/**
 * Subscriptions against a plain list of prefixes, over random lives; what is freed, and what a reader sees meanwhile.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Subscriber, Subscriptions } from "./subscriptions.ts";
import type { TopicCursor } from "./topic-cursor.ts";

const b = (text: string) => Buffer.from(text, "latin1");

/** The next topic, which comes behind a byte. */
function next(cursor: TopicCursor): string | undefined {
	const taken = cursor.take(7);
	expect(taken?.[0] ?? 7).toBe(7);
	return taken?.toString("latin1", 1);
}

function rest(cursor: TopicCursor): string[] {
	const topics: string[] = [];
	for (let topic = next(cursor); topic !== undefined; topic = next(cursor)) topics.push(topic);
	return topics;
}

function topicsOf(tree: Subscriptions<string>, subscriber: Subscriber<string>): string[] {
	const cursor = tree.read(subscriber);
	cursor.close();
	return rest(cursor);
}

function matched(tree: Subscriptions<string>, text: string): string[] {
	const found: Subscriber<string>[] = [];
	const count = tree.match(b(text), found);
	return found
		.slice(0, count)
		.map(({ owner }) => owner)
		.sort();
}

describe("subscriptions", () => {
	it("match by prefix, each subscriber once", () => {
		const tree = new Subscriptions<string>();
		const [x, y] = [new Subscriber("x"), new Subscriber("y")];
		for (const topic of ["", "a", "abc", "abcd"]) tree.add(b(topic), x);
		for (const topic of ["abd", "b"]) tree.add(b(topic), y);
		expect(matched(tree, "")).toEqual(["x"]);
		expect(matched(tree, "abcde")).toEqual(["x"]);
		expect(matched(tree, "abd")).toEqual(["x", "y"]);
		expect(matched(tree, "ab")).toEqual(["x"]);
		tree.remove(b(""), x);
		expect(matched(tree, "bcd")).toEqual(["y"]);
		expect(matched(tree, "c")).toEqual([]);
	});

	it("say what a change has changed", () => {
		const tree = new Subscriptions<string>();
		const [x, y] = [new Subscriber("x"), new Subscriber("y")];
		expect([tree.add(b("a"), x), tree.add(b("a"), x), tree.add(b("a"), y)]).toEqual(["topic", "nothing", "one of many"]);
		expect(tree.topicsCount).toBe(1);
		expect([tree.remove(b("a"), x), tree.remove(b("a"), x), tree.remove(b("b"), y)]).toEqual(["one of many", "nothing", "nothing"]);
		expect(tree.remove(b("a"), y)).toBe("topic");
		expect(tree.topicsCount).toBe(0);
	});

	it("agree with a list of prefixes over random lives, and free what is removed", () => {
		const topic = fc.string({ unit: fc.constantFrom("a", "b", "\0", "ÿ"), maxLength: 7 });
		const step = fc.record({ add: fc.boolean(), who: fc.nat(2), topic });
		fc.assert(
			fc.property(fc.array(step, { maxLength: 120 }), fc.array(topic, { maxLength: 12 }), (steps, messages) => {
				const tree = new Subscriptions<string>();
				const all = ["0", "1", "2"].map((name) => new Subscriber(name));
				const model = all.map(() => new Set<string>());
				for (const { add, who, topic } of steps) {
					const [subscriber, topics] = [all[who] as Subscriber<string>, model[who] as Set<string>];
					const had = topics.has(topic);
					const others = model.some((each, at) => at !== who && each.has(topic));
					const change = add ? tree.add(b(topic), subscriber) : tree.remove(b(topic), subscriber);
					expect(change).toBe(had === add ? "nothing" : others ? "one of many" : "topic");
					if (add) topics.add(topic);
					else topics.delete(topic);
				}
				const distinct = new Set(model.flatMap((topics) => [...topics]));
				expect(tree.topicsCount).toBe(distinct.size);
				for (const message of messages) {
					const expected = model.flatMap((topics, at) => ([...topics].some((each) => message.startsWith(each)) ? [String(at)] : []));
					expect(matched(tree, message)).toEqual(expected);
					expect(tree.matches(b(message))).toBe(expected.length > 0);
				}
				for (const [at, subscriber] of all.entries()) expect(topicsOf(tree, subscriber)).toEqual([...(model[at] ?? [])]);
				const told: string[] = [];
				tree.removeAll(all[0] as Subscriber<string>, (gone) => told.push(gone.toString("latin1")));
				expect(told.sort()).toEqual([...(model[0] ?? [])].sort());
				for (const subscriber of all) tree.removeAll(subscriber);
				expect(tree.topicsCount).toBe(0);
			}),
			{ numRuns: 300 },
		);
	});

	it("hold topics as long as a topic may be, one above the other", () => {
		const tree = new Subscriptions<string>();
		const x = new Subscriber("x");
		for (let length = 1; length <= 2000; length++) tree.add(Buffer.alloc(length, 97), x);
		expect(matched(tree, "a".repeat(3000))).toEqual(["x"]);
		expect(topicsOf(tree, x).at(-1)?.length).toBe(2000);
		for (let length = 2000; length >= 1; length -= 2) tree.remove(Buffer.alloc(length, 97), x);
		expect(tree.topicsCount).toBe(1000);
		expect(tree.has(Buffer.alloc(999, 97))).toBe(true);
		expect(tree.has(Buffer.alloc(1000, 97))).toBe(false);
	});

	it("take a topic from the middle of a message, and keep a copy of it", () => {
		const tree = new Subscriptions<string>();
		const x = new Subscriber("x");
		const message = b("\x01topic");
		expect(tree.add(message, x, 1)).toBe("topic");
		message.fill(0);
		expect(matched(tree, "topic and more")).toEqual(["x"]);
		expect(tree.remove(b("?topic"), x, 1)).toBe("topic");
	});

	it("of many subscribers to one topic are found, and removed in any order", () => {
		const tree = new Subscriptions<string>();
		const all = Array.from({ length: 3000 }, (_, index) => new Subscriber(String(index)));
		for (const each of all) tree.add(b("a"), each);
		for (const each of all) expect(tree.add(b("a"), each)).toBe("nothing");
		expect(matched(tree, "abc").length).toBe(3000);
		for (const [index, each] of all.entries()) if (index % 7 !== 0) expect(tree.remove(b("a"), each)).toBe("one of many");
		expect(matched(tree, "abc").length).toBe(Math.ceil(3000 / 7));
		for (const each of all) tree.removeAll(each);
		expect([tree.topicsCount, matched(tree, "abc")]).toEqual([0, []]);
	});

	it("give their memory back when most are gone, also to one who comes and goes for ever, and keep the others right", () => {
		const tree = new Subscriptions<string>();
		const [stays, leaves] = [new Subscriber("stays"), new Subscriber("leaves")];
		for (let i = 0; i < 20_000; i++)
			tree.add(b(`${i} is long enough to be noticed, and then a little longer`), i % 1000 === 0 ? stays : leaves);
		const full = tree.heldBytes;
		const cursor = tree.read(stays);
		expect([next(cursor)?.slice(0, 2), next(cursor)?.slice(0, 5)]).toEqual(["0 ", "1000 "]);
		tree.removeAll(leaves);
		expect(tree.heldBytes).toBeLessThan(full / 2);
		expect(rest(cursor).map((topic) => Number.parseInt(topic, 10))).toEqual(Array.from({ length: 18 }, (_, index) => (index + 2) * 1000));
		expect(cursor.atEnd).toBe(true);
		tree.add(b("later"), stays);
		expect(rest(cursor)).toEqual(["later"]);
		for (let i = 0; i < 200_000; i++) {
			tree.add(b(`${i} comes and goes`), leaves);
			tree.remove(b(`${i} comes and goes`), leaves);
		}
		expect(tree.heldBytes).toBeLessThan(full);
		expect(matched(tree, "19000 is long enough to be noticed, and then a little longer")).toEqual(["stays"]);
		tree.removeAll(stays);
		tree.removeAll(leaves);
		expect([tree.topicsCount, tree.heldBytes < full]).toEqual([0, true]);
	});

	it("are read by whoever takes his time: what is added is seen, what is removed before is not", () => {
		const tree = new Subscriptions<string>();
		const x = new Subscriber("x");
		for (const topic of ["a", "b", "c", "d"]) tree.add(b(topic), x);
		const [fast, slow] = [tree.read(x), tree.read(x)];
		expect(rest(fast)).toEqual(["a", "b", "c", "d"]);
		expect(next(slow)).toBe("a");
		tree.remove(b("b"), x);
		tree.add(b("e"), x);
		tree.add(b("b"), x);
		expect(rest(slow)).toEqual(["c", "d", "e", "b"]);
		expect(rest(fast)).toEqual(["e", "b"]);
		tree.removeAll(x);
		expect([next(slow), fast.atEnd]).toEqual([undefined, true]);
		slow.close();
		tree.add(b("f"), x);
		expect([rest(slow), rest(fast)]).toEqual([[], ["f"]]);
	});
});
