/**
 * Who has subscribed to what (RFC 29: a message matches a subscription when its first frame begins with the topic).
 *
 * Topics are in a hash table, subscriptions (a topic of a subscriber) in records that form two lists: those of a topic, and those
 * of a subscriber, oldest first. No objects for topics: with a million of them there is nothing for the garbage collector to walk.
 *
 * Invariants
 * - A topic is in the table while somebody has subscribed to it.
 * - Matching costs one look for each different length of topics, at most one a byte of the first frame, whoever chose the topics.
 * - A subscriber has a topic or not: subscribing twice to the same topic is subscribing once. (libzmq's SUB announces each
 *   repeated subscribe, but only the last unsubscribe: who counts may never see the end. repeated-subscriptions.ts does.)
 * - What is removed is given back in lots: all is built anew when most of it is dead.
 *
 * Measured by subscriptions.bench.ts with a million topics; docs/decisions/0011 has the figures.
 */
import { RecordPool } from "./record-pool.ts";
import { TopicCursor } from "./topic-cursor.ts";
import { TopicTable } from "./topic-table.ts";

const CELLS = 6;
const TOPIC = 0;
const WHO = 1;
const NEXT_OF_TOPIC = 2;
const BEFORE_OF_TOPIC = 3;
const NEXT_OF_WHO = 4;
const BEFORE_OF_WHO = 5;
const NONE = -1;

/** A topic with more subscribers has an index of them. */
const LISTED_MAX = 8;
/** So many dead bytes are not worth to build anew for. */
const DEAD_BYTES_MIN = 1 << 20;
/** Room for so many topics is never given back. */
const CAPACITY_MIN = 1024;

/** One who subscribes. */
export class Subscriber<Owner> {
	readonly owner: Owner;
	/** The match that found it last, so that two topics with one prefix find it once. */
	stamp = 0;
	/** @internal its number while it has topics */
	number: number = NONE;
	/** @internal its oldest subscription and its newest one */
	first: number = NONE;
	last: number = NONE;
	/** @internal who reads its topics at the moment */
	readonly cursors: Set<TopicCursor> = new Set();

	constructor(owner: Owner) {
		this.owner = owner;
	}
}

/** What {@link Subscriptions.add} and {@link Subscriptions.remove} changed. */
export type Change =
	/** The subscriber had it already, or had it not. */
	| "nothing"
	/** Others have the topic too. */
	| "one of many"
	/** The topic has its first subscriber, or has lost its last one. */
	| "topic";

export class Subscriptions<Owner> {
	#topics = new TopicTable(0);
	#links = new RecordPool(CELLS, 0);
	/** By number; undefined = a number that is free. */
	readonly #subscribers: (Subscriber<Owner> | undefined)[] = [];
	readonly #freeNumbers: number[] = [];
	/** Subscriptions by number of subscriber, for topics that have many. */
	readonly #crowds = new Map<number, Map<number, number>>();
	#stamp = 0;
	/** Calls of {@link removeAll} under way: nothing may be built anew. */
	#removing = 0;

	/** Different topics that somebody has subscribed to. */
	get topicsCount(): number {
		return this.#topics.count;
	}

	/** Memory of topics and subscriptions, bytes. */
	get heldBytes(): number {
		return this.#topics.held + this.#links.cells.byteLength;
	}

	/** @param from where the topic begins in `topic` */
	add(topic: Uint8Array, subscriber: Subscriber<Owner>, from = 0): Change {
		const id = this.#topics.reach(topic, from);
		const first = this.#topics.first(id);
		if (first !== NONE && this.#find(id, subscriber) !== NONE) return "nothing";
		this.#link(id, first, subscriber);
		return first === NONE ? "topic" : "one of many";
	}

	/** @param from where the topic begins in `topic` */
	remove(topic: Uint8Array, subscriber: Subscriber<Owner>, from = 0): Change {
		const id = this.#topics.find(topic, from);
		const link = id === NONE ? NONE : this.#find(id, subscriber);
		if (link === NONE) return "nothing";
		const change = this.#drop(link, subscriber);
		this.#tidy();
		return change;
	}

	/** Removes all topics of a subscriber. `told` hears each of them, unless it is undefined. */
	removeAll(subscriber: Subscriber<Owner>, told?: (topic: Buffer, change: Change) => void): void {
		this.#removing += 1;
		try {
			while (subscriber.first !== NONE) {
				const topic = told && Buffer.from(this.#topics.view(this.#links.cells[subscriber.first + TOPIC] as number));
				const change = this.#drop(subscriber.first, subscriber);
				if (topic !== undefined) told?.(topic, change);
			}
		} finally {
			this.#removing -= 1;
		}
		this.#tidy();
	}

	/** True when somebody has subscribed to exactly this topic. */
	has(topic: Uint8Array): boolean {
		return this.#topics.find(topic, 0) !== NONE;
	}

	/** Writes all subscribers that match into `found`, each once, and returns how many these are. */
	match(topic: Uint8Array, found: Subscriber<Owner>[]): number {
		const stamp = ++this.#stamp;
		const topics = this.#topics;
		const { cells } = this.#links;
		let count = 0;
		topics.restart();
		for (let id = topics.nextPrefix(topic); id !== NONE; id = topics.nextPrefix(topic)) {
			for (let link = topics.first(id); link !== NONE; link = cells[link + NEXT_OF_TOPIC] as number) {
				const subscriber = this.#subscribers[cells[link + WHO] as number] as Subscriber<Owner>;
				if (subscriber.stamp === stamp) continue;
				subscriber.stamp = stamp;
				found[count++] = subscriber;
			}
		}
		return count;
	}

	/** True when some subscription matches. */
	matches(topic: Uint8Array): boolean {
		this.#topics.restart();
		return this.#topics.nextPrefix(topic) !== NONE;
	}

	/** The stamp that the last {@link match} has left on whom it found. */
	get stamp(): number {
		return this.#stamp;
	}

	/** Begins to read the topics of a subscriber, oldest first. What is added later is seen, what is removed before it was read is not. */
	read(subscriber: Subscriber<Owner>): TopicCursor {
		const cursor = new TopicCursor(subscriber, this.#behind, this.#after);
		cursor.next = subscriber.first;
		return cursor;
	}

	readonly #behind = (first: number, link: number): Buffer => this.#topics.behind(first, this.#links.cells[link + TOPIC] as number);

	readonly #after = (link: number): number => this.#links.cells[link + NEXT_OF_WHO] as number;

	/** The subscription of a subscriber to a topic; -1 = none. */
	#find(id: number, subscriber: Subscriber<Owner>): number {
		const { number } = subscriber;
		if (number === NONE) return NONE;
		const crowd = this.#crowds.size === 0 ? undefined : this.#crowds.get(id);
		if (crowd !== undefined) return crowd.get(number) ?? NONE;
		const { cells } = this.#links;
		let link = this.#topics.first(id);
		while (link !== NONE && cells[link + WHO] !== number) link = cells[link + NEXT_OF_TOPIC] as number;
		return link;
	}

	/** @param first the topic's newest subscription; -1 = none */
	#link(id: number, first: number, subscriber: Subscriber<Owner>): void {
		const link = this.#links.take();
		const { cells } = this.#links;
		if (subscriber.number === NONE) this.#enrol(subscriber);
		const { last } = subscriber;
		cells[link + TOPIC] = id;
		cells[link + WHO] = subscriber.number;
		cells[link + NEXT_OF_TOPIC] = first;
		cells[link + BEFORE_OF_TOPIC] = NONE;
		cells[link + NEXT_OF_WHO] = NONE;
		cells[link + BEFORE_OF_WHO] = last;
		if (first !== NONE) cells[first + BEFORE_OF_TOPIC] = link;
		this.#topics.setFirst(id, link);
		if (last === NONE) subscriber.first = link;
		else cells[last + NEXT_OF_WHO] = link;
		subscriber.last = link;
		for (const cursor of subscriber.cursors) if (cursor.next === NONE) cursor.next = link;
		if (first !== NONE) this.#crowd(id, subscriber.number, link);
	}

	#enrol(subscriber: Subscriber<Owner>): void {
		subscriber.number = this.#freeNumbers.pop() ?? this.#subscribers.length;
		this.#subscribers[subscriber.number] = subscriber;
	}

	/** Notes a further subscription of a topic in its index, which is made when there are many. */
	#crowd(id: number, number: number, link: number): void {
		const crowd = this.#crowds.get(id);
		if (crowd !== undefined) {
			crowd.set(number, link);
			return;
		}
		const { cells } = this.#links;
		let listed = 0;
		for (let each = link; each !== NONE; each = cells[each + NEXT_OF_TOPIC] as number) listed += 1;
		if (listed <= LISTED_MAX) return;
		const index = new Map<number, number>();
		for (let each = link; each !== NONE; each = cells[each + NEXT_OF_TOPIC] as number) index.set(cells[each + WHO] as number, each);
		this.#crowds.set(id, index);
	}

	#drop(link: number, subscriber: Subscriber<Owner>): Change {
		const { cells } = this.#links;
		const id = cells[link + TOPIC] as number;
		const [next, before] = [cells[link + NEXT_OF_TOPIC] as number, cells[link + BEFORE_OF_TOPIC] as number];
		const [later, earlier] = [cells[link + NEXT_OF_WHO] as number, cells[link + BEFORE_OF_WHO] as number];
		for (const cursor of subscriber.cursors) if (cursor.next === link) cursor.next = later;
		if (earlier === NONE) subscriber.first = later;
		else cells[earlier + NEXT_OF_WHO] = later;
		if (later === NONE) subscriber.last = earlier;
		else cells[later + BEFORE_OF_WHO] = earlier;
		if (next !== NONE) cells[next + BEFORE_OF_TOPIC] = before;
		if (before === NONE) this.#topics.setFirst(id, next);
		else cells[before + NEXT_OF_TOPIC] = next;
		this.#links.give(link);
		this.#leaveCrowd(id, subscriber.number);
		if (subscriber.first === NONE) {
			this.#subscribers[subscriber.number] = undefined;
			this.#freeNumbers.push(subscriber.number);
			subscriber.number = NONE;
		}
		if (next !== NONE || before !== NONE) return "one of many";
		this.#topics.remove(id);
		return "topic";
	}

	#leaveCrowd(id: number, number: number): void {
		const crowd = this.#crowds.size === 0 ? undefined : this.#crowds.get(id);
		if (crowd === undefined) return;
		crowd.delete(number);
		if (crowd.size <= LISTED_MAX / 2) this.#crowds.delete(id);
	}

	/** Builds all anew when most of the memory is for what is gone. */
	#tidy(): void {
		if (this.#removing > 0) return;
		const topics = this.#topics;
		const dead = topics.deadBytes > topics.liveBytes + DEAD_BYTES_MIN;
		const empty = topics.capacity > CAPACITY_MIN && topics.count * 8 < topics.capacity;
		const linksEmpty = this.#links.capacity > CAPACITY_MIN && this.#links.count * 8 < this.#links.capacity;
		if (dead || empty || linksEmpty) this.#rebuild();
	}

	#rebuild(): void {
		const [topics, { cells }] = [this.#topics, this.#links];
		this.#topics = new TopicTable(topics.count);
		this.#links = new RecordPool(CELLS, this.#links.count);
		this.#crowds.clear();
		for (const subscriber of this.#subscribers) {
			if (subscriber === undefined) continue;
			const reading = [...subscriber.cursors].map((cursor) => ({ cursor, next: cursor.next }));
			let link = subscriber.first;
			subscriber.first = NONE;
			subscriber.last = NONE;
			for (; link !== NONE; link = cells[link + NEXT_OF_WHO] as number) {
				const id = this.#topics.reach(topics.view(cells[link + TOPIC] as number), 0);
				this.#link(id, this.#topics.first(id), subscriber);
				for (const { cursor, next } of reading) if (next === link) cursor.next = subscriber.last;
			}
			for (const { cursor, next } of reading) if (next === NONE) cursor.next = NONE;
		}
	}
}
