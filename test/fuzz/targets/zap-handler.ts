/**
 * A ZAP handler that replies wrongly about one peer: too early, too late, twice, never, or what is no reply. The first part says when;
 * every other part is a frame of the reply, and "$ID" stands for the id of the request.
 *
 * That peer's connection ends with a reason, and no other peer's handshake is touched: not even by a reply that comes when its own peer
 * has left. (A reply with an id that was never asked with is the handler's own lie about another peer.)
 */
import type { Socket as NetSocket } from "node:net";
import { boundScene } from "../attack.ts";
import { SERVERS } from "../casts.ts";
import { encodeCommand, encodeFrame, encodeProperties, FLAG_COMMAND, Push, Router } from "../core.ts";
import { type Scene, until } from "../scene.ts";
import { must, type Parts, type Subject, type Target } from "../target.ts";
import { greeting, text } from "../wire.ts";

const HANDSHAKE_MS = 150;
const ID = text("$ID");
const MANNERS = ["at once", "late", "never"] as const;

/** Answers everybody but the stranger at once and rightly. */
class Handler {
	readonly #router = new Router({ linger: 0, routingId: "zap" });
	/** Done when the next request of another peer is there, before it is answered. */
	first: (() => Promise<void>) | undefined;
	#asked: Buffer[] | undefined;
	#served: Promise<void> | undefined;

	async open(): Promise<void> {
		await this.#router.bind("inproc://zeromq.zap.01");
		this.#served = this.#serve();
	}

	/** A request about the stranger waits for {@link reply}. */
	get asked(): boolean {
		return this.#asked !== undefined;
	}

	async reply(frames: Parts, times: number): Promise<void> {
		const [peer, delimiter, , id] = this.#asked as Buffer[];
		if (frames.length === 0) return;
		const body = frames.map((frame) => (frame.equals(ID) ? (id as Buffer) : frame));
		for (let i = 0; i < times; i++) await this.#router.send([peer as Buffer, delimiter as Buffer, ...body]);
	}

	forget(): void {
		this.#asked = undefined;
	}

	async close(): Promise<void> {
		await this.#router[Symbol.asyncDispose]();
		await this.#served;
	}

	async #serve(): Promise<void> {
		for await (const message of this.#router) {
			const request = message as Buffer[];
			const [peer, delimiter, version, id] = request;
			if (String(request.at(-2)) === "stranger") {
				this.#asked = request;
				continue;
			}
			await this.first?.();
			this.first = undefined;
			await this.#router.send([peer, delimiter, version, id, "200", "OK", "", ""] as Buffer[]);
		}
	}
}

const hello = encodeCommand("HELLO", text("\x08stranger\x06secret"));
const initiate = encodeCommand("INITIATE", encodeProperties([["Socket-Type", text("PUSH")]]));

/** Another peer's first attempt gets in. */
async function innocent(scene: Scene, endpoint: string): Promise<void> {
	scene.forget();
	const push = new Push({ linger: 0, plainUsername: "innocent", plainPassword: "x" });
	try {
		push.connect(endpoint);
		// On a machine that is too busy for its handshake it simply comes again.
		await until(
			"the handshake of an innocent peer",
			() => scene.count("handshake") > 0 || scene.failures().some((each) => each !== "EAGAIN"),
		);
		must(scene.count("handshake") === 1, `an innocent peer was turned away: ${scene.failures()}`);
	} finally {
		await push[Symbol.asyncDispose]();
		await until("the end of the innocent peer", () => scene.count("disconnect") === scene.count("accept"));
	}
}

/** The machine was too busy to read HELLO before the handshake timer fired. */
async function tooSlow(scene: Scene, stream: NetSocket): Promise<string> {
	const { reason } = await scene.ending();
	stream.destroy();
	must(reason === "EAGAIN", `nobody was asked about the stranger, who ended with ${reason}`);
	return "too slow";
}

async function play(handler: Handler, endpoint: string, scene: Scene, stream: NetSocket, parts: Parts): Promise<string> {
	const manner = MANNERS[(parts[0]?.[0] ?? 0) % 3];
	const times = 1 + ((parts[0]?.[1] ?? 0) & 1);
	const frames = parts.slice(1, 20);
	handler.forget();
	stream.resume();
	stream.write(Buffer.concat([greeting("PLAIN"), encodeFrame(FLAG_COMMAND, hello)]));
	await until("the request about the stranger", () => handler.asked || scene.count("disconnect") > 0);
	if (!handler.asked) return tooSlow(scene, stream);
	if (manner === "at once") await handler.reply(frames, times);
	if (manner === "at once") stream.write(encodeFrame(FLAG_COMMAND, initiate));
	if (manner !== "never") stream.end();
	const { handshake, reason } = await scene.ending();
	stream.destroy();
	if (manner === "late" && frames[1]?.equals(ID) === true) handler.first = () => handler.reply(frames, times);
	await innocent(scene, endpoint);
	return `${manner}: ${handshake ? "in, " : ""}${reason}`;
}

async function open(): Promise<Subject> {
	const handler = new Handler();
	await handler.open();
	const [role] = SERVERS;
	if (role === undefined) throw new Error("there is no role");
	let endpoint = "";
	const scene = await boundScene(
		role,
		{
			attacked: { plainServer: true },
			healthy: { plainUsername: "ada", plainPassword: "lovelace" },
			ready(attacked) {
				attacked.handshakeInterval = HANDSHAKE_MS;
				endpoint = attacked.lastEndpoint as string;
			},
		},
		(at, stream, parts) => play(handler, endpoint, at, stream, parts),
	);
	return {
		run: (parts) => scene.run(parts),
		async close() {
			await scene.close?.();
			await handler.close();
		},
	};
}

const reply = (status: string, metadata = "", version = "1.0"): Buffer[] => [
	text(version),
	ID,
	...[status, "text", "user", metadata].map(text),
];

export const zapHandler: Target = {
	name: "tcp-zap-handler",
	level: "socket",
	seeds: () =>
		[0, 1, 2].flatMap((when) => [
			...["200", "300", "400", "500", "999", ""].map((status) => [Buffer.of(when, 0), ...reply(status)]),
			[Buffer.of(when, 1), ...reply("200")],
			[Buffer.of(when, 1), ...reply("400")],
			[Buffer.of(when, 0), ...reply("200", "\x06X-Team\x00\x00\x00\x01a")],
			[Buffer.of(when, 0), ...reply("200", "\xff")],
			[Buffer.of(when, 0), ...reply("200", "", "2.0")],
			[Buffer.of(when, 0), text("1.0"), text("another id"), ...reply("200").slice(2)],
			[Buffer.of(when, 0), text("1.0")],
		]),
	open,
};
