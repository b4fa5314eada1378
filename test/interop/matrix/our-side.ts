/**
 * Our own sockets behind the same verbs as the peers', so that each conversation is written once and either side can take either
 * part.
 */
import {
	Authenticator,
	Channel,
	Client,
	Dealer,
	Dish,
	Gather,
	Pair,
	Publisher,
	Pull,
	Push,
	Radio,
	Reply,
	Request,
	Router,
	Scatter,
	Server,
	type Socket,
	type SocketOptionsInput,
	Subscriber,
	XPublisher,
	XSubscriber,
} from "@zloom/core";
import type { Frames, Security, TheirSide, TheirSocket } from "./their-socket.ts";

type Made = Socket & {
	send(message: unknown, tag?: unknown): Promise<void>;
	receive(): Promise<unknown>;
	subscribe(...prefixes: string[]): void;
	join(...groups: string[]): void;
};
const CLASSES: Readonly<Record<string, new (options: SocketOptionsInput) => unknown>> = {
	PAIR: Pair,
	PUB: Publisher,
	SUB: Subscriber,
	REQ: Request,
	REP: Reply,
	DEALER: Dealer,
	ROUTER: Router,
	PULL: Pull,
	PUSH: Push,
	XPUB: XPublisher,
	XSUB: XSubscriber,
	SERVER: Server,
	CLIENT: Client,
	RADIO: Radio,
	DISH: Dish,
	GATHER: Gather,
	SCATTER: Scatter,
	CHANNEL: Channel,
};

function optionsOf({ mechanism, isServer, serverKeys, clientKeys, username, password }: Security): SocketOptionsInput {
	if (mechanism === "PLAIN") return isServer ? { plainServer: true } : { plainUsername: username, plainPassword: password };
	if (mechanism === "NULL") return {};
	const { publicKey: curvePublicKey, secretKey: curveSecretKey } = isServer ? serverKeys : clientKeys;
	return { curvePublicKey, curveSecretKey, ...(isServer ? { curveServer: true } : { curveServerKey: serverKeys.publicKey }) };
}

class Ours implements TheirSocket {
	readonly #socket: Made;
	readonly #type: string;

	constructor(socket: Made, type: string) {
		this.#socket = socket;
		this.#type = type;
	}

	async bind(endpoint: string): Promise<string> {
		await this.#socket.bind(endpoint);
		return this.#socket.lastEndpoint as string;
	}

	async connect(endpoint: string): Promise<void> {
		this.#socket.connect(endpoint);
	}

	async send(message: Frames): Promise<void> {
		const [first, second] = message.map((frame) => Buffer.from(frame));
		if (this.#type === "SERVER") await this.#socket.send(second, { routingId: first?.readUInt32BE() });
		else if (this.#type === "RADIO") await this.#socket.send(second, { group: String(first) });
		else await this.#socket.send(message.length === 1 ? first : message);
	}

	async receive(): Promise<Frames> {
		const got = (await this.#socket.receive()) as unknown[];
		if (this.#type === "SERVER") {
			const id = Buffer.alloc(4);
			id.writeUInt32BE((got[1] as { routingId: number }).routingId);
			return [id, got[0] as Uint8Array];
		}
		if (this.#type === "DISH") return [Buffer.from(String((got[1] as { group: unknown }).group)), got[0] as Uint8Array];
		return got as Uint8Array[];
	}

	async subscribe(prefix: string): Promise<void> {
		if (this.#type === "XSUB") await this.#socket.send(Buffer.from(`\x01${prefix}`));
		else this.#socket.subscribe(prefix);
	}

	async join(group: string): Promise<void> {
		this.#socket.join(group);
	}
}

export class OurSide implements TheirSide {
	readonly name = "zloom";
	readonly available = true;
	readonly types = new Set(Object.keys(CLASSES));
	readonly transports: ReadonlySet<string> = new Set(["tcp", "ipc", "ws"]);
	readonly #open: Socket[] = [];
	#authenticator: Authenticator | undefined;

	async open(type: string, security: Security, routingId: string | undefined): Promise<TheirSocket> {
		if (security.mechanism !== "NULL" && this.#authenticator === undefined) {
			this.#authenticator = new Authenticator({
				plain: { [security.username]: security.password },
				curve: [security.clientKeys.publicKey],
			});
			await this.#authenticator.start();
		}
		const Class = CLASSES[type] as new (options: SocketOptionsInput) => Made;
		const socket = new Class({ ...optionsOf(security), ...(routingId !== undefined && { routingId }), linger: 0 } as SocketOptionsInput);
		this.#open.push(socket);
		return new Ours(socket, type);
	}

	async closeAll(): Promise<void> {
		await Promise.all(this.#open.splice(0).map((socket) => socket[Symbol.asyncDispose]()));
		await this.#authenticator?.close();
		this.#authenticator = undefined;
	}

	async end(): Promise<void> {
		await this.closeAll();
	}
}
