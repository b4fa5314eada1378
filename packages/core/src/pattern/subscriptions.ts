/**
 * Who has subscribed to what: a compressed prefix tree over topics, byte by byte (RFC 29: a message matches a subscription when
 * its first frame begins with the topic).
 *
 * Invariants
 * - A node is there because somebody has subscribed to it, or because it has at least two children. So the tree has at most
 *   two nodes for each topic, and removing a topic frees its nodes.
 * - Matching walks down one path: its cost is bounded by the first frame and the longest topic, whatever else is subscribed.
 * - A subscriber is in a node or not: subscribing twice to the same topic is subscribing once. (libzmq's SUB announces each
 *   repeated subscribe, but only the last unsubscribe: who counted would never see the end.)
 *
 * Labels are latin1 strings, one character a byte: half the memory of a Buffer view. With a million topics, measured by
 * subscriptions.bench.ts: 164 to 176 bytes a topic (with all that it takes to remove its subscriber again), 2 to 5 us to add or
 * remove one, 1 us to match a message.
 */
export class TopicNode<Owner> {
	/** The bytes from the parent to here; empty for the root only. */
	label: string;
	parent: TopicNode<Owner> | undefined;
	children: TopicNode<Owner>[] | undefined = undefined;
	/** The first byte of the label of each child, in their order: finding one touches no child but that one. */
	keys = "";
	/** The first subscriber; most topics have no more. */
	one: Subscriber<Owner> | undefined = undefined;
	more: Set<Subscriber<Owner>> | undefined = undefined;

	constructor(label: string, parent: TopicNode<Owner> | undefined) {
		this.label = label;
		this.parent = parent;
	}
}

/** One who subscribes. */
export class Subscriber<Owner> {
	readonly owner: Owner;
	/** The topics, as nodes of the tree. */
	readonly nodes: Set<TopicNode<Owner>> = new Set();
	/** The match that found it last, so that two topics with one prefix find it once. */
	stamp = 0;

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

/** The place of the child that begins with `byte`, or -1. */
function search(node: TopicNode<unknown>, byte: number): number {
	return node.keys.indexOf(String.fromCharCode(byte));
}

/** How many bytes of `label` are in `topic` from `at` on. */
function common(label: string, topic: Uint8Array, at: number): number {
	const most = Math.min(label.length, topic.length - at);
	let length = 1;
	while (length < most && label.charCodeAt(length) === topic[at + length]) length += 1;
	return length;
}

/** V8 keeps parts and sums of strings from this length on as references to the whole; a label must keep nothing but itself. */
const REFERENCE_LENGTH_MIN = 13;

function flat(text: string): string {
	return text.length < REFERENCE_LENGTH_MIN ? text : Buffer.from(text, "latin1").toString("latin1");
}

function textOf(bytes: Uint8Array, from: number): string {
	const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
	return buffer.toString("latin1", from);
}

/** The topic that a node stands for. */
export function topicOf(node: TopicNode<unknown>): Buffer {
	let text = "";
	for (let at: TopicNode<unknown> | undefined = node; at !== undefined; at = at.parent) text = at.label + text;
	return Buffer.from(text, "latin1");
}

export class Subscriptions<Owner> {
	readonly #root = new TopicNode<Owner>("", undefined);
	#stamp = 0;
	#topics = 0;
	#nodes = 0;

	/** Different topics that somebody has subscribed to. */
	get topicsCount(): number {
		return this.#topics;
	}

	/** Nodes beside the root; for tests of the memory. */
	get nodesCount(): number {
		return this.#nodes;
	}

	add(topic: Uint8Array, subscriber: Subscriber<Owner>): Change {
		const node = this.#reach(topic);
		if (subscriber.nodes.has(node)) return "nothing";
		subscriber.nodes.add(node);
		if (node.one === undefined) {
			node.one = subscriber;
			this.#topics += 1;
			return "topic";
		}
		if (node.more === undefined) node.more = new Set([subscriber]);
		else node.more.add(subscriber);
		return "one of many";
	}

	remove(topic: Uint8Array, subscriber: Subscriber<Owner>): Change {
		const node = this.#find(topic);
		return node !== undefined && subscriber.nodes.has(node) ? this.#drop(node, subscriber) : "nothing";
	}

	/** Removes all topics of a subscriber. `told` hears each of them, unless it is undefined. */
	removeAll(subscriber: Subscriber<Owner>, told?: (topic: Buffer, change: Change) => void): void {
		for (const node of subscriber.nodes) {
			const topic = told === undefined ? undefined : topicOf(node);
			const change = this.#drop(node, subscriber);
			if (topic !== undefined) told?.(topic, change);
		}
	}

	/** Writes all subscribers that match into `found`, each once, and returns how many these are. */
	match(topic: Uint8Array, found: Subscriber<Owner>[]): number {
		const stamp = ++this.#stamp;
		let count = 0;
		for (let node: TopicNode<Owner> | undefined = this.#root, at = 0; node !== undefined; ) {
			const { one } = node;
			if (one !== undefined) {
				if (one.stamp !== stamp) {
					one.stamp = stamp;
					found[count++] = one;
				}
				if (node.more !== undefined) count = mark(node.more, stamp, found, count);
			}
			node = step(node, topic, at);
			if (node !== undefined) at += node.label.length;
		}
		return count;
	}

	/** True when some subscription matches. */
	matches(topic: Uint8Array): boolean {
		for (let node: TopicNode<Owner> | undefined = this.#root, at = 0; node !== undefined; ) {
			if (node.one !== undefined) return true;
			node = step(node, topic, at);
			if (node !== undefined) at += node.label.length;
		}
		return false;
	}

	/** The stamp that the last {@link match} has left on whom it found. */
	get stamp(): number {
		return this.#stamp;
	}

	#find(topic: Uint8Array): TopicNode<Owner> | undefined {
		let node: TopicNode<Owner> | undefined = this.#root;
		for (let at = 0; node !== undefined && at < topic.length; ) {
			node = step(node, topic, at);
			if (node !== undefined) at += node.label.length;
		}
		return node;
	}

	/** The node of the topic, made when it is not there. */
	#reach(topic: Uint8Array): TopicNode<Owner> {
		let node = this.#root;
		for (let at = 0; at < topic.length; ) {
			const place = search(node, topic[at] as number);
			if (place < 0) return this.#append(node, textOf(topic, at));
			const child = (node.children as TopicNode<Owner>[])[place] as TopicNode<Owner>;
			const shared = common(child.label, topic, at);
			at += shared;
			node = shared === child.label.length ? child : this.#split(node, place, shared);
		}
		return node;
	}

	#append(parent: TopicNode<Owner>, label: string): TopicNode<Owner> {
		const leaf = new TopicNode(label, parent);
		if (parent.children === undefined) parent.children = [leaf];
		else parent.children.push(leaf);
		parent.keys = flat(parent.keys + label.charAt(0));
		this.#nodes += 1;
		return leaf;
	}

	/** Puts a node between a child and its parent, `length` bytes below the parent. */
	#split(parent: TopicNode<Owner>, place: number, length: number): TopicNode<Owner> {
		const children = parent.children as TopicNode<Owner>[];
		const child = children[place] as TopicNode<Owner>;
		const middle = new TopicNode(flat(child.label.slice(0, length)), parent);
		middle.children = [child];
		middle.keys = child.label.charAt(length);
		child.label = flat(child.label.slice(length));
		child.parent = middle;
		children[place] = middle;
		this.#nodes += 1;
		return middle;
	}

	#drop(node: TopicNode<Owner>, subscriber: Subscriber<Owner>): Change {
		subscriber.nodes.delete(node);
		const { more } = node;
		if (node.one !== subscriber) {
			more?.delete(subscriber);
		} else if (more === undefined) {
			node.one = undefined;
		} else {
			for (const next of more) {
				node.one = next;
				break;
			}
			more.delete(node.one as Subscriber<Owner>);
		}
		if (more?.size === 0) node.more = undefined;
		if (node.one !== undefined) return "one of many";
		this.#topics -= 1;
		this.#prune(node);
		return "topic";
	}

	/** Frees a node that nobody has subscribed to, and its parent when that stood for its children only. */
	#prune(node: TopicNode<Owner>): void {
		const { parent } = node;
		if (parent === undefined) return;
		const count = node.children?.length ?? 0;
		if (count > 1) return;
		if (count === 1) {
			this.#merge(node, parent);
			return;
		}
		const children = parent.children as TopicNode<Owner>[];
		const place = search(parent, node.label.charCodeAt(0));
		children.splice(place, 1);
		parent.keys = flat(parent.keys.slice(0, place) + parent.keys.slice(place + 1));
		this.#nodes -= 1;
		if (children.length === 0) parent.children = undefined;
		else if (children.length === 1 && parent.one === undefined && parent.parent !== undefined) this.#merge(parent, parent.parent);
	}

	/** Takes out a node with one child: the child, which keeps its identity, takes its place. */
	#merge(node: TopicNode<Owner>, parent: TopicNode<Owner>): void {
		const child = node.children?.[0] as TopicNode<Owner>;
		const children = parent.children as TopicNode<Owner>[];
		const place = search(parent, node.label.charCodeAt(0));
		child.label = flat(node.label + child.label);
		child.parent = parent;
		children[place] = child;
		this.#nodes -= 1;
	}
}

/** The child on the path of `topic`, whose bytes up to `at` are used up; undefined when the path ends here. */
function step<Owner>(node: TopicNode<Owner>, topic: Uint8Array, at: number): TopicNode<Owner> | undefined {
	if (at >= topic.length) return undefined;
	const place = search(node, topic[at] as number);
	if (place < 0) return undefined;
	const child = (node.children as TopicNode<Owner>[])[place] as TopicNode<Owner>;
	const { label } = child;
	if (label.length > topic.length - at) return undefined;
	return common(label, topic, at) === label.length ? child : undefined;
}

function mark<Owner>(more: ReadonlySet<Subscriber<Owner>>, stamp: number, found: Subscriber<Owner>[], from: number): number {
	let count = from;
	for (const subscriber of more) {
		if (subscriber.stamp === stamp) continue;
		subscriber.stamp = stamp;
		found[count++] = subscriber;
	}
	return count;
}
