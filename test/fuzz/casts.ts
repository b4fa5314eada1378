/**
 * Sockets under attack by type, each with a healthy peer that proves itself: by messages that arrive (PULL, DEALER, SUB), by replies
 * (ROUTER, REP), or by what it is sent (PUB, XPUB, RADIO).
 *
 * `server`: the socket under attack is bound, and strangers connect. `client`: it connects, to strangers and to its healthy peer.
 */
import {
	Dealer,
	Dish,
	Publisher,
	Pull,
	Push,
	Radio,
	Reply,
	Request,
	Router,
	type Socket,
	type SocketOptions,
	type SocketTypeName,
	Subscriber,
	XPublisher,
	XSubscriber,
} from "./core.ts";
import { type Cast, HEALTHY } from "./scene.ts";

type Options = Partial<SocketOptions>;
export type Maker = (attacked: Options, healthy: Options) => Cast;

export const numbered = (sequence: number): Buffer => Buffer.concat([HEALTHY, Buffer.from(String(sequence))]);
export const isHealthy = (frame: Uint8Array | undefined): boolean =>
	frame !== undefined && Buffer.compare(Buffer.from(frame.subarray(0, HEALTHY.length)), HEALTHY) === 0;
export const sequenceIn = (frame: Uint8Array): number => Number(Buffer.from(frame.subarray(HEALTHY.length)).toString());

export interface Source extends AsyncIterable<Uint8Array[]> {}

/** Messages are told by their last frame. */
export async function sort(
	source: Source,
	onHealthy: (sequence: number) => void,
	onStranger: (message: Uint8Array[]) => void,
): Promise<void> {
	for await (const message of source) {
		const last = message.at(-1) as Uint8Array;
		if (isHealthy(last)) onHealthy(sequenceIn(last));
		else onStranger(message);
	}
}

/** What a class is that is made with options, whatever its messages look like. */
type Class<S> = new (options: object) => S;

export const receives =
	(Attacked: Class<Socket>, Healthy: Class<Socket & { send(message: Buffer): Promise<void> }>): Maker =>
	(options, healthyOptions) => {
		const [attacked, healthy] = [new Attacked(options as object), new Healthy(healthyOptions as object)];
		return {
			attacked,
			healthy,
			serve: (onHealthy, onStranger) => sort(attacked as unknown as Source, onHealthy, onStranger),
			beat: (sequence) => healthy.send(numbered(sequence)),
		};
	};

const router: Maker = (options, healthyOptions) => {
	const [attacked, healthy] = [new Router(options as object), new Dealer(healthyOptions as object)];
	return {
		attacked,
		healthy,
		async serve(onHealthy, onStranger) {
			for await (const message of attacked) {
				if (!isHealthy(message.at(-1))) onStranger(message.slice(1));
				await attacked.send(message);
			}
			onHealthy(Number.NaN);
		},
		async beat(sequence) {
			await healthy.send(numbered(sequence));
		},
	};
};

/** What comes back to the healthy peer is what counts. */
function echoed(make: Maker): Maker {
	return (options, healthyOptions) => {
		const cast = make(options, healthyOptions);
		return {
			...cast,
			serve: async (onHealthy, onStranger) => {
				const serving = cast.serve(() => {}, onStranger);
				const listening = sort(cast.healthy as unknown as Source, onHealthy, () => {
					throw new Error("the healthy peer got a message that is not its own");
				});
				await Promise.all([serving, listening]);
			},
		};
	};
}

const reply: Maker = (options, healthyOptions) => {
	const [attacked, healthy] = [new Reply(options as object), new Request(healthyOptions as object)];
	return {
		attacked,
		healthy,
		async serve(onHealthy, onStranger) {
			for await (const message of attacked) {
				const last = message.at(-1) as Uint8Array;
				if (isHealthy(last)) onHealthy(sequenceIn(last));
				else onStranger(message);
				await attacked.send(message);
			}
		},
		async beat(sequence) {
			await healthy.send(numbered(sequence));
			const [answer] = await healthy.receive();
			if (answer === undefined || sequenceIn(answer) !== sequence) throw new Error(`the reply to ${sequence} is another one's`);
		},
	};
};

const publisher =
	(Attacked: typeof Publisher | typeof XPublisher): Maker =>
	(options, healthyOptions) => {
		const attacked = new Attacked(options as object);
		const healthy = new Subscriber(healthyOptions as object);
		healthy.subscribe(HEALTHY);
		return {
			attacked,
			healthy,
			async serve(onHealthy, onStranger) {
				const notices = attacked instanceof XPublisher ? sort(attacked, () => {}, onStranger) : undefined;
				await sort(healthy, onHealthy, () => {
					throw new Error("the subscriber got what it had not subscribed to");
				});
				await notices;
			},
			beat: (sequence) => attacked.send(numbered(sequence)),
		};
	};

const radio: Maker = (options, healthyOptions) => {
	const [attacked, healthy] = [new Radio(options as object), new Dish(healthyOptions as object)];
	healthy.join("healthy");
	return {
		attacked,
		healthy,
		async serve(onHealthy) {
			for await (const [message] of healthy) onHealthy(sequenceIn(message as Uint8Array));
		},
		beat: (sequence) => attacked.send(numbered(sequence), { group: "healthy" }),
	};
};

const subscriber =
	(Attacked: typeof Subscriber | typeof XSubscriber): Maker =>
	(options, healthyOptions) => {
		const attacked = new Attacked(options as object);
		const healthy = new Publisher(healthyOptions as object);
		if (attacked instanceof Subscriber) attacked.subscribe("");
		else attacked.trySend(Buffer.of(1));
		return {
			attacked,
			healthy,
			serve: (onHealthy, onStranger) => sort(attacked as Source, onHealthy, onStranger),
			beat: (sequence) => healthy.send(numbered(sequence)),
		};
	};

export interface Role {
	readonly type: SocketTypeName;
	/** A type that fits, as strangers say they are, and its number in ZMTP 2.0. */
	readonly peer: SocketTypeName;
	/** True: what strangers send is received as it was sent. */
	readonly transparent: boolean;
	/** True: it has its healthy peer and takes no other. */
	readonly exclusive?: boolean;
	/** True: what strangers send in several frames is dropped. */
	readonly oneFrame?: boolean;
	readonly make: Maker;
}

export const SERVERS: readonly Role[] = [
	{ type: "PULL", peer: "PUSH", transparent: true, make: receives(Pull, Push) },
	{ type: "ROUTER", peer: "DEALER", transparent: true, make: echoed(router) },
	{ type: "REP", peer: "REQ", transparent: false, make: reply },
	{ type: "PUB", peer: "SUB", transparent: false, make: publisher(Publisher) },
	{ type: "XPUB", peer: "XSUB", transparent: false, make: publisher(XPublisher) },
	{ type: "RADIO", peer: "DISH", transparent: false, make: radio },
];

export const CLIENTS: readonly Role[] = [
	{ type: "PULL", peer: "PUSH", transparent: true, make: receives(Pull, Push) },
	{ type: "DEALER", peer: "ROUTER", transparent: true, make: receives(Dealer, Dealer) },
	{ type: "SUB", peer: "PUB", transparent: true, make: subscriber(Subscriber) },
	{ type: "XSUB", peer: "XPUB", transparent: true, make: subscriber(XSubscriber) },
];
