/**
 * The rows of publishing: one message to a hundred subscribers, and a subscriber of a million topics. Sizes follow from the number of
 * messages: a million topics are five times the default.
 */
import type { LibraryName } from "../arms/library.ts";
import type { FanOutOrder, SubscriptionsOrder } from "../arms/orders.ts";
import { nodeProgram } from "../program.ts";
import type { Row, Sizes } from "../row.ts";

const SUBSCRIBERS = 100;
const TOPICS_PER_MESSAGE = 5;
const LIBRARIES: readonly (readonly [arm: string, library: LibraryName])[] = [
	["zloom", "zloom"],
	["npm zeromq", "zeromq"],
];

function fanOut({ messages }: Sizes): Row {
	const order = { subscribers: SUBSCRIBERS, messages: Math.ceil(messages / 40), bytes: 64 };
	return {
		name: "fan-out",
		title: `PUB to ${SUBSCRIBERS} SUBs, tcp 64 B`,
		measures:
			"Messages delivered a second: a publisher in one thread awaits each send, its subscribers in another receive by `for await`. No high-water marks.",
		unit: "msg/s",
		arms: new Map(LIBRARIES.map(([arm, library]) => [arm, nodeProgram<FanOutOrder>("fan-out", { library, ...order })] as const)),
		bars: [{ against: "npm zeromq", atLeast: 5 }],
	};
}

function subscriptions(figure: "add" | "match", { messages }: Sizes): Row {
	const order = { topics: messages * TOPICS_PER_MESSAGE, messages, figure };
	return {
		name: `subscriptions-${figure}`,
		title: `${order.topics.toLocaleString("en")} subscriptions: ${figure}`,
		measures:
			figure === "add"
				? "A SUB in one thread subscribes, its PUB in another matches: topics a second from the first `subscribe` until a message of the last topic is there, tcp."
				: "Then a message to each of many topics picked at random: messages a second, published, matched and received, tcp.",
		unit: figure === "add" ? "topics/s" : "msg/s",
		arms: new Map(
			LIBRARIES.map(([arm, library]) => [arm, nodeProgram<SubscriptionsOrder>("subscriptions", { library, ...order })] as const),
		),
		bars: [{ against: "npm zeromq", atLeast: 1 }],
	};
}

export function publishRows(sizes: Sizes): Row[] {
	return [fanOut(sizes), subscriptions("add", sizes), subscriptions("match", sizes)];
}
