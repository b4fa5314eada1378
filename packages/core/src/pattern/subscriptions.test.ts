/**
 * The tree of subscriptions against a plain list of prefixes, over random lives, and what it frees.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Subscriber, Subscriptions, topicOf } from "./subscriptions.ts";

const b = (text: string) => Buffer.from(text, "latin1");

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
		expect([tree.topicsCount, tree.nodesCount]).toEqual([0, 0]);
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
				expect(tree.nodesCount).toBeLessThanOrEqual(2 * distinct.size);
				for (const message of messages) {
					const expected = model.flatMap((topics, at) => ([...topics].some((each) => message.startsWith(each)) ? [String(at)] : []));
					expect(matched(tree, message)).toEqual(expected);
					expect(tree.matches(b(message))).toBe(expected.length > 0);
				}
				for (const [at, subscriber] of all.entries())
					expect([...subscriber.nodes].map((node) => topicOf(node).toString("latin1")).sort()).toEqual([...(model[at] ?? [])].sort());
				const told: string[] = [];
				tree.removeAll(all[0] as Subscriber<string>, (gone) => told.push(gone.toString("latin1")));
				expect(told.sort()).toEqual([...(model[0] ?? [])].sort());
				for (const subscriber of all) tree.removeAll(subscriber);
				expect([tree.topicsCount, tree.nodesCount]).toEqual([0, 0]);
			}),
			{ numRuns: 300 },
		);
	});

	it("hold topics as long as a topic may be, one above the other", () => {
		const tree = new Subscriptions<string>();
		const x = new Subscriber("x");
		for (let length = 1; length <= 2000; length++) tree.add(Buffer.alloc(length, 97), x);
		expect(matched(tree, "a".repeat(3000))).toEqual(["x"]);
		expect([...x.nodes].at(-1) && topicOf([...x.nodes].at(-1) as never).length).toBe(2000);
		for (let length = 2000; length >= 1; length -= 2) tree.remove(Buffer.alloc(length, 97), x);
		expect([tree.topicsCount, tree.nodesCount]).toEqual([1000, 1000]);
		tree.removeAll(x);
		expect(tree.nodesCount).toBe(0);
	});
});
