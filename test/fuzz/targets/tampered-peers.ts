/**
 * PLAIN and CURVE over real tcp, with an Authenticator: a peer that plays its part, and a man in the middle who changes what it sends. A
 * part is one directive (tampering.ts). Commands that are dropped make the handshake wait: its timer must end it.
 *
 * With CURVE no message arrives but as it was sent, in order; the monitor tells one failure of the handshake or none; who was not
 * disturbed gets in; and the healthy peer must not notice.
 */
import type { Socket as NetSocket } from "node:net";
import { boundScene, connectingScene, type SceneOptions } from "../attack.ts";
import { CLIENTS, type Role, SERVERS } from "../casts.ts";
import {
	Authenticator,
	CurveClient,
	CurveServer,
	curveKeyBytes,
	curveKeyPair,
	encodeFrame,
	FLAG_COMMAND,
	FrameDecoder,
	loadSodium,
	type Mechanism,
	PlainClient,
	PlainServer,
	ProtocolError,
	type SocketOptions,
} from "../core.ts";
import { type Scene, until } from "../scene.ts";
import { Tamperer, tamperingSeeds } from "../tampering.ts";
import { must, type Parts, type Subject, type Target } from "../target.ts";
import { greeting, text } from "../wire.ts";

const GREETING_BYTES = 64;
const FRAME_BYTES_MAX = 100_000;
const HANDSHAKE_MS = 100;
const MESSAGES = ["first", "", "third".repeat(100)].map(text);
const LOCAL = { socketType: "PUSH" as const, routingId: Buffer.alloc(0) };
const ACCEPTED = { status: 200 as const, userId: "", metadata: new Map<string, Buffer>() };

const [serverKeys, clientKeys] = [curveKeyPair(), curveKeyPair()];
const bytesOf = ({ publicKey, secretKey }: typeof serverKeys): { publicKey: Buffer; secretKey: Buffer } => ({
	publicKey: curveKeyBytes("publicKey", publicKey),
	secretKey: curveKeyBytes("secretKey", secretKey),
});

/** A stranger that follows its mechanism, but for the man in the middle. */
class MechanismPeer {
	readonly #stream: NetSocket;
	readonly #mechanism: Mechanism;
	readonly #tamperer: Tamperer;
	readonly #decoder = new FrameDecoder(FRAME_BYTES_MAX);
	#greetingLeft = GREETING_BYTES;
	#done = false;

	constructor(stream: NetSocket, mechanism: Mechanism, tamperer: Tamperer) {
		this.#stream = stream;
		this.#mechanism = mechanism;
		this.#tamperer = tamperer;
		stream.write(greeting(mechanism.name));
		stream.on("data", (chunk: Buffer) => this.#onData(chunk));
	}

	#onData(chunk: Buffer): void {
		const skipped = Math.min(this.#greetingLeft, chunk.length);
		this.#greetingLeft -= skipped;
		this.#decoder.push(chunk.subarray(skipped));
		try {
			if (this.#greetingLeft === 0) this.#advance();
			while (this.#decoder.next()) {
				if (this.#done) continue;
				this.#mechanism.onCommand(this.#decoder.body);
				this.#advance();
			}
		} catch (error) {
			if (!(error instanceof ProtocolError)) throw error;
			this.#stream.end();
		}
	}

	#advance(): void {
		const mechanism = this.#mechanism;
		if (mechanism.takeCredentials() !== undefined) mechanism.onVerdict(ACCEPTED);
		for (let body = mechanism.nextCommand(); body !== undefined; body = mechanism.nextCommand())
			for (const arriving of this.#tamperer.arrivals(body)) this.#write(encodeFrame(FLAG_COMMAND, arriving));
		if (mechanism.peer === undefined || this.#done) return;
		this.#done = true;
		for (const body of MESSAGES) for (const arriving of this.#tamperer.arrivals(this.#wrapped(body))) this.#write(encodeFrame(0, arriving));
		this.#stream.end();
	}

	#write(bytes: Buffer): void {
		if (!this.#stream.writableEnded && !this.#stream.destroyed) this.#stream.write(bytes);
	}

	/** The body of a frame on the wire. */
	#wrapped(body: Buffer): Buffer {
		const cipher = this.#mechanism.messages;
		if (cipher === undefined) return body;
		const target = Buffer.alloc(body.length + cipher.overheadBytesMax);
		const end = cipher.encode(target, 0, 0, body);
		return target.subarray(end - body.length - cipher.bodyOverheadBytes, end);
	}
}

async function play(scene: Scene, stream: NetSocket, mechanism: Mechanism, directives: Parts): Promise<string> {
	const tamperer = new Tamperer(directives.slice(0, 12));
	new MechanismPeer(stream, mechanism, tamperer);
	const { handshake, reason } = await scene.ending();
	stream.destroy();
	if (mechanism.name === "CURVE") {
		let next = 0;
		for (const [body] of scene.strangers) {
			const which = MESSAGES.findIndex((each, at) => at >= next && Buffer.compare(each, body ?? Buffer.alloc(0)) === 0);
			must(which >= next, "a message arrived that was not sent, or not in this order");
			next = which + 1;
		}
	}
	if (reason === "EAGAIN") return "too slow";
	if (tamperer.changed) return `${handshake ? "after the handshake " : ""}${reason}`;
	must(handshake, `who did nothing wrong did not get in: ${reason}`);
	await until("the arrival of three messages", () => scene.strangers.length === MESSAGES.length);
	return "undisturbed";
}

interface Security {
	readonly name: "plain" | "curve";
	readonly server: Partial<SocketOptions>;
	readonly client: Partial<SocketOptions>;
	peer(side: "server" | "client"): Mechanism;
}

const SECURITIES: readonly Security[] = [
	{
		name: "plain",
		server: { plainServer: true },
		client: { plainUsername: "ada", plainPassword: "lovelace" },
		peer: (side) => (side === "client" ? new PlainClient(LOCAL, { username: "ada", password: "lovelace" }) : new PlainServer(LOCAL)),
	},
	{
		name: "curve",
		server: { curveServer: true, curveSecretKey: bytesOf(serverKeys).secretKey },
		client: {
			curvePublicKey: bytesOf(clientKeys).publicKey,
			curveSecretKey: bytesOf(clientKeys).secretKey,
			curveServerKey: bytesOf(serverKeys).publicKey,
		},
		peer: (side) =>
			side === "client"
				? new CurveClient(LOCAL, { ...bytesOf(clientKeys), serverKey: bytesOf(serverKeys).publicKey })
				: new CurveServer(LOCAL, bytesOf(serverKeys).secretKey, { domain: "", enforceDomain: true }),
	},
];

function pullOf(roles: readonly Role[]): Role {
	const role = roles.find(({ type }) => type === "PULL");
	if (role === undefined) throw new Error("there is no PULL");
	return role;
}

async function open(security: Security, attackedSide: "server" | "client"): Promise<Subject> {
	await loadSodium();
	const authenticator = new Authenticator({ plain: { ada: "lovelace" }, curve: "any" });
	await authenticator.start();
	const other = attackedSide === "server" ? "client" : "server";
	const options: SceneOptions = {
		attacked: security[attackedSide],
		healthy: security[other],
		ready(attacked) {
			attacked.handshakeInterval = HANDSHAKE_MS;
		},
	};
	const scene = await (attackedSide === "server"
		? boundScene(pullOf(SERVERS), options, one)
		: connectingScene(pullOf(CLIENTS), options, one));
	function one(at: Scene, stream: NetSocket, parts: Parts): Promise<string> {
		return play(at, stream, security.peer(other), parts);
	}
	return {
		run: (parts) => scene.run(parts),
		async close() {
			await scene.close?.();
			await authenticator.close();
		},
	};
}

export const tamperedPeers: readonly Target[] = SECURITIES.flatMap((security) =>
	(["server", "client"] as const).map(
		(side): Target => ({ name: `tcp-${security.name}-${side}`, level: "socket", seeds: tamperingSeeds, open: () => open(security, side) }),
	),
);
