/**
 * More sockets under attack: PAIR and CHANNEL, which turn every stranger away; REQ and those that only send, whose messages may go to
 * a stranger; and the types whose messages are one frame.
 *
 * A healthy peer whose message went to a stranger, and never arrives, is sent it again: what counts is that it is served.
 */
import type { Maker, Role } from "./casts.ts";
import { isHealthy, numbered, receives, type Source, sequenceIn, sort } from "./casts.ts";
import { Channel, Client, Dish, Gather, Pair, Peer, Pull, Push, Radio, Reply, Request, Scatter, Server } from "./core.ts";
import { turn } from "./scene.ts";

/** Turns of the event loop after which a message is taken to have gone to a stranger. */
const PATIENCE_TURNS = 20;

/** REQ: a request that a stranger got is given up, which needs `relaxed`, and a late reply is not taken for another's. */
const request: Maker = (options, healthyOptions) => {
	const attacked = new Request({ ...(options as object), relaxed: true, correlate: true });
	const healthy = new Reply(healthyOptions as object);
	let told: (sequence: number) => void = () => {};
	let asking: Promise<void> = Promise.resolve();
	const ask = async (sequence: number): Promise<void> => {
		for (;;) {
			await attacked.send(numbered(sequence));
			for (let turns = 0; turns < PATIENCE_TURNS; turns++) {
				const answer = attacked.tryReceive();
				if (answer !== undefined && sequenceIn(answer[0]) === sequence) return told(sequence);
				// A request is open until the next one: once it was answered, nothing more comes.
				if (answer !== undefined) break;
				await turn();
			}
		}
	};
	return {
		attacked,
		healthy,
		async serve(onHealthy) {
			told = onHealthy;
			for await (const message of healthy) await healthy.send(message);
		},
		beat: (sequence) => {
			asking = asking.then(() => ask(sequence));
			return asking;
		},
	};
};

/** PUSH and SCATTER give their messages to the peers in rotation. */
const sends =
	(Attacked: typeof Push | typeof Scatter, Healthy: typeof Pull | typeof Gather): Maker =>
	(options, healthyOptions) => {
		const [attacked, healthy] = [new Attacked(options as object), new Healthy(healthyOptions as object)];
		let heard = Number.NEGATIVE_INFINITY;
		return {
			attacked,
			healthy,
			async serve(onHealthy) {
				for await (const [message] of healthy as unknown as Source) {
					const sequence = sequenceIn(message as Uint8Array);
					if (sequence <= heard) continue;
					heard = sequence;
					onHealthy(sequence);
				}
			},
			async beat(sequence) {
				while (heard < sequence && !attacked.closed) {
					attacked.trySend(numbered(sequence));
					for (let turns = 0; turns < PATIENCE_TURNS && heard < sequence; turns++) await turn();
				}
			},
		};
	};

/** Who sends is answered, if it is there and takes it; what comes back to the healthy peer is what counts. */
const server: Maker = (options, healthyOptions) => {
	const [attacked, healthy] = [new Server(options as object), new Client(healthyOptions as object)];
	return {
		attacked,
		healthy,
		async serve(onHealthy, onStranger) {
			const listening = sort(healthy as unknown as Source, onHealthy, () => {
				throw new Error("the healthy peer got a message that is not its own");
			});
			for await (const [message, tag] of attacked) {
				if (!isHealthy(message)) onStranger([message]);
				attacked.trySend(message, tag);
			}
			await listening;
		},
		beat: (sequence) => healthy.send(numbered(sequence)),
	};
};

/** The healthy PEER learns from a hello by which id it speaks to the one under attack. */
const peer: Maker = (options, healthyOptions) => {
	const attacked = new Peer({ ...(options as object), helloMessage: "hello" });
	const healthy = new Peer(healthyOptions as object);
	let routingId: number | undefined;
	return {
		attacked,
		healthy,
		async serve(onHealthy, onStranger) {
			const listening = (async () => {
				for await (const [message, tag] of healthy) {
					routingId ??= tag.routingId;
					if (isHealthy(message)) onHealthy(sequenceIn(message));
				}
			})();
			for await (const [message, tag] of attacked) {
				if (!isHealthy(message)) onStranger([message]);
				attacked.trySend(message, tag);
			}
			await listening;
		},
		async beat(sequence) {
			if (routingId !== undefined) await healthy.send(numbered(sequence), { routingId });
		},
	};
};

/** The healthy SERVER learns from a hello by which id it speaks to the one under attack. */
const client: Maker = (options, healthyOptions) => {
	const attacked = new Client({ ...(options as object), helloMessage: "hello" });
	const healthy = new Server(healthyOptions as object);
	let routingId: number | undefined;
	return {
		attacked,
		healthy,
		async serve(onHealthy, onStranger) {
			const listening = (async () => {
				for await (const [, tag] of healthy) routingId ??= tag.routingId;
			})();
			await sort(attacked as unknown as Source, onHealthy, onStranger);
			await listening;
		},
		async beat(sequence) {
			if (routingId !== undefined) await healthy.send(numbered(sequence), { routingId });
		},
	};
};

const dish: Maker = (options, healthyOptions) => {
	const [attacked, healthy] = [new Dish(options as object), new Radio(healthyOptions as object)];
	attacked.join("healthy", "group");
	return {
		attacked,
		healthy,
		async serve(onHealthy, onStranger) {
			for await (const [body, { group }] of attacked) {
				if (String(group) === "healthy" && isHealthy(body)) onHealthy(sequenceIn(body));
				else onStranger([group, body]);
			}
		},
		beat: (sequence) => healthy.send(numbered(sequence), { group: "healthy" }),
	};
};

export const MORE_SERVERS: readonly Role[] = [
	{ type: "PAIR", peer: "PAIR", transparent: false, exclusive: true, make: receives(Pair, Pair) },
	{ type: "CHANNEL", peer: "CHANNEL", transparent: false, exclusive: true, make: receives(Channel, Channel) },
	{ type: "REQ", peer: "REP", transparent: false, make: request },
	{ type: "PUSH", peer: "PULL", transparent: false, make: sends(Push, Pull) },
	{ type: "SCATTER", peer: "GATHER", transparent: false, make: sends(Scatter, Gather) },
	{ type: "GATHER", peer: "SCATTER", transparent: true, oneFrame: true, make: receives(Gather, Scatter) },
	{ type: "SERVER", peer: "CLIENT", transparent: true, oneFrame: true, make: server },
	{ type: "PEER", peer: "PEER", transparent: true, oneFrame: true, make: peer },
	{ type: "DISH", peer: "RADIO", transparent: false, make: dish },
];

export const MORE_CLIENTS: readonly Role[] = [
	{ type: "CLIENT", peer: "SERVER", transparent: true, oneFrame: true, make: client },
	{ type: "DISH", peer: "RADIO", transparent: false, make: dish },
	{ type: "REQ", peer: "REP", transparent: false, make: request },
];
