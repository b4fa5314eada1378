/**
 * npm zeromq as the other side: libzmq in this very process, drafts included.
 *
 * Its ZAP handler is one for the whole process and lets everybody in whom the matrix sends: what is refused is security.test.ts's
 * matter.
 */
import { closePeers, hasLibzmq, peer, type Zeromq, zmq } from "../libzmq-peer.ts";
import type { Frames, Security, TheirSide, TheirSocket } from "./their-socket.ts";

const NUMBER: Readonly<Record<string, number>> = {
	PAIR: 0,
	PUB: 1,
	SUB: 2,
	REQ: 3,
	REP: 4,
	DEALER: 5,
	ROUTER: 6,
	PULL: 7,
	PUSH: 8,
	XPUB: 9,
	XSUB: 10,
	SERVER: 12,
	CLIENT: 13,
	RADIO: 14,
	DISH: 15,
	GATHER: 16,
	SCATTER: 17,
	CHANNEL: 20,
};

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
	readonly types = new Set(Object.keys(NUMBER));
	readonly transports = new Set(["tcp", "ipc", "ws"]);
	#handler: Zeromq.Reply | undefined;

	async open(type: string, security: Security, routingId: string | undefined): Promise<TheirSocket> {
		if (security.mechanism === "PLAIN") await this.#admit();
		const drafts: Readonly<Record<string, unknown>> = (await import("zeromq/draft.js")) as never;
		const name = type[0] + type.slice(1).toLowerCase();
		const Draft = drafts[name] as (new () => Any) | undefined;
		const Plain = zmq.Socket as unknown as new (type: number) => Any;
		const socket = peer(Draft === undefined ? new Plain(NUMBER[type] as number) : new Draft());
		if (routingId !== undefined) (socket as unknown as { routingId: string }).routingId = routingId;
		secure(socket, security);
		return new Theirs(socket, type);
	}

	async closeAll(): Promise<void> {
		const handler = this.#handler;
		this.#handler = undefined;
		handler?.close();
		closePeers();
	}

	async end(): Promise<void> {
		await this.closeAll();
	}

	async #admit(): Promise<void> {
		if (this.#handler !== undefined) return;
		const handler = new zmq.Reply({ linger: 0 });
		this.#handler = handler;
		await handler.bind("inproc://zeromq.zap.01");
		void (async () => {
			for await (const [version, id] of handler) await handler.send([version, id, "200", "OK", "user", ""] as never);
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
		const [first, second] = message.map((frame) => Buffer.from(frame));
		if (this.#type === "SERVER") await this.#socket.send(second, { routingId: first?.readUInt32BE() as number });
		else if (this.#type === "RADIO") await this.#socket.send(second, { group: String(first) });
		else await this.#socket.send(message.length === 1 ? first : message);
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
