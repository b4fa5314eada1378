/**
 * The table of subscriptions. A part is one step: subscriber, what to do, and a topic.
 *
 * It must answer as four plain sets of topics do, and be empty when all are gone.
 */
import { Subscriptions, TopicSubscriber } from "../core.ts";
import { must, type Parts, type Target } from "../target.ts";
import { text } from "../wire.ts";

const SUBSCRIBERS = 4;
/** What may be held for the next topics when all are gone. */
const HELD_BYTES_MAX = 4 << 20;

function run(parts: Parts): string {
	const tree = new Subscriptions<number>();
	const subscribers = Array.from({ length: SUBSCRIBERS }, (_, at) => new TopicSubscriber(at));
	const model = subscribers.map(() => new Set<string>());
	let matched = 0;
	for (const part of parts) {
		const who = (part[0] ?? 0) % SUBSCRIBERS;
		const topic = part.subarray(2);
		const subscriber = subscribers[who] as TopicSubscriber<number>;
		const topics = model[who] as Set<string>;
		const key = topic.toString("latin1");
		const todo = (part[1] ?? 0) % 8;
		if (todo <= 2) {
			must((tree.add(topic, subscriber) === "nothing") === topics.has(key), "add");
			topics.add(key);
		} else if (todo <= 4) {
			must((tree.remove(topic, subscriber) === "nothing") === !topics.delete(key), "remove");
		} else if (todo === 5) {
			let told = 0;
			tree.removeAll(subscriber, (gone) => {
				told += topics.delete(gone.toString("latin1")) ? 1 : 1000;
			});
			must(topics.size === 0, `${told} topics were told, ${topics.size} are left`);
		} else {
			const found: TopicSubscriber<number>[] = [];
			const count = tree.match(topic, found);
			const got = found
				.slice(0, count)
				.map(({ owner }) => owner)
				.sort();
			const should = model.flatMap((set, owner) => ([...set].some((prefix) => key.startsWith(prefix)) ? [owner] : []));
			must(got.join() === should.join(), `"${topic.toString("hex")}" goes to ${got}, not to ${should}`);
			must(tree.matches(topic) === should.length > 0, "matches");
			matched += count;
		}
		must(tree.topicsCount === new Set(model.flatMap((set) => [...set])).size, `${tree.topicsCount} topics`);
	}
	for (const subscriber of subscribers) tree.removeAll(subscriber);
	must(tree.topicsCount === 0 && tree.heldBytes < HELD_BYTES_MAX, `${tree.topicsCount} topics, ${tree.heldBytes} bytes are left`);
	return `${Math.min(9, matched)} of ${Math.min(20, parts.length)}`;
}

const step = (who: number, todo: number, topic: string): Buffer => Buffer.concat([Buffer.of(who, todo), text(topic)]);

export const subscriptions: Target = {
	name: "subscriptions",
	level: "unit",
	seeds: () => [
		[step(0, 0, "ab"), step(1, 0, "abc"), step(2, 0, "a"), step(0, 7, "abcd"), step(1, 3, "abc"), step(0, 7, "abc"), step(2, 5, "")],
		[step(0, 0, ""), step(1, 0, "x".repeat(300)), step(0, 7, "x".repeat(301)), step(0, 3, ""), step(0, 7, "x")],
		["a", "ab", "abc", "abcd", "b", "\0", "\xff"].flatMap((topic, at) => [
			step(at % 4, 0, topic),
			step(at, 7, `${topic}z`),
			step(at, 4, topic),
		]),
	],
	open: () => ({ run }),
};
