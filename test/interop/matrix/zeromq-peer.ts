/**
 * npm zeromq as the other side: libzmq in this very process, drafts included.
 *
 * Its ZAP handler is one for the whole process, because libzmq frees a name only some time after a close, and lets everybody
 * in: what is refused is security.test.ts's matter.
 */
import { closePeers, hasLibzmq, peer, type Zeromq, zmq } from "../libzmq-peer.ts";
import type { Frames, Security, TheirSide, TheirSocket } from "./their-socket.ts";

/** What its classes are called, its own and those of its drafts. */
const CLASS: Readonly<Record<string, string>> = {
	PAIR: "Pair",
	PUB: "Publisher",
	SUB: "Subscriber",
	REQ: "Request",
	REP: "Reply",
	DEALER: "Dealer",
	ROUTER: "Router",
	PULL: "Pull",
	PUSH: "Push",
	XPUB: "XPublisher",
	XSUB: "XSubscriber",
	SERVER: "Server",
	CLIENT: "Client",
	RADIO: "Radio",
	DISH: "Dish",
	GATHER: "Gather",
	SCATTER: "Scatter",
};
/** No user id: libzmq hands one to its REQ and DISH as if it were a frame of the first message, and they close the connection. */
const USER = "";
/** It has no class for a CHANNEL; its plain Socket takes the number. */
const CHANNEL = 20;

type Tag = { routingId?: number; group?: Uint8Array | string };
type Any = Zeromq.Socket & {
	send(message: unknown, tag?: Tag): Promise<void>;
	receive(): Promise<unknown[]>;
	subscribe(...prefixes: string[]): void;
	join(...groups: string[]): void;
};

function secure(socket: Any, { mechanism, isServer, serverKeys, clientKeys, username, password }: Security): void {
	if (mechanism === "PLAIN") Object.assign(socket, isServer ? { plainServer: true } : { plainUsername: username, plainPassword: password });
	if (mechanism !== "CURVE") return;
	const own = isServer ? serverKeys : clientKeys;
	Object.assign(socket, { curvePublicKey: own.publicKey, curveSecretKey: own.secretKey });
	Object.assign(socket, isServer ? { curveServer: true } : { curveServerKey: serverKeys.publicKey });
}

export class NpmZeromq implements TheirSide {
	readonly name = "npm zeromq";
	readonly available = hasLibzmq;
	readonly types = new Set([...Object.keys(CLASS), "CHANNEL"]);
	readonly transports = new Set(["tcp", "ipc", "ws"]);
	#handler: Zeromq.Reply | undefined;

	async open(type: string, security: Security, routingId: string | undefined): Promise<TheirSocket> {
		if (security.mechanism === "PLAIN") await this.#admit();
		const classes = { ...zmq, ...(await import("zeromq/draft.js")) } as unknown as Readonly<Record<string, new (given?: unknown) => Any>>;
		const Class = classes[CLASS[type] ?? "Socket"] as new (given?: unknown) => Any;
		const socket = peer(new Class(type === "CHANNEL" ? CHANNEL : routingId === undefined ? {} : { routingId }));
		secure(socket, security);
		return new Theirs(socket, type);
	}

	async closeAll(): Promise<void> {
		closePeers();
	}

	async end(): Promise<void> {
		closePeers();
		this.#handler?.close();
	}

	async #admit(): Promise<void> {
		if (this.#handler !== undefined) return;
		const handler = new zmq.Reply({ linger: 0 });
		this.#handler = handler;
		await handler.bind("inproc://zeromq.zap.01");
		void (async () => {
			for await (const [version, id] of handler) await handler.send([version, id, "200", "OK", USER, ""] as never);
		})().catch((error: unknown) => {
			if (!handler.closed) throw error;
		});
	}
}

/** SERVER and RADIO take an address beside the message: here it is the first frame, both ways. */
class Theirs implements TheirSocket {
	readonly #socket: Any;
	readonly #type: string;

	constructor(socket: Any, type: string) {
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
		// Copies: over ws libzmq masks what it is given in place.
		const copies = message.map((frame) => Buffer.from(frame));
		const [first, second] = copies;
		if (this.#type === "SERVER") await this.#socket.send(second, { routingId: first?.readUInt32BE() as number });
		else if (this.#type === "RADIO") await this.#socket.send(second, { group: String(first) });
		else await this.#socket.send(copies.length === 1 ? first : copies);
	}

	async receive(): Promise<Frames> {
		const got = await this.#socket.receive();
		if (this.#type === "SERVER") {
			const id = Buffer.alloc(4);
			id.writeUInt32BE((got[1] as { routingId: number }).routingId);
			return [id, got[0] as Uint8Array];
		}
		if (this.#type === "DISH") return [Buffer.from((got[1] as { group: Uint8Array }).group), got[0] as Uint8Array];
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
