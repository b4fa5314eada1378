/**
 * The handshakes of NULL, PLAIN and CURVE, client and server, and CURVE's messages after them: an honest side and one whose
 * commands are tampered with on their way. A part is one directive
 * (tampering.ts).
 *
 * Whatever comes, the side under attack goes on or throws a ProtocolError. With CURVE it completes the handshake only if what it
 * got is what was sent, and opens no message that was changed, repeated or moved forward.
 */
import {
	CurveClient,
	CurveServer,
	curveKeyBytes,
	curveKeyPair,
	FLAG_COMMAND,
	FLAG_MORE,
	type LocalMetadata,
	loadSodium,
	type Mechanism,
	type MessageCipher,
	NullMechanism,
	PlainClient,
	PlainServer,
	ProtocolError,
	type Verdict,
} from "../core.ts";
import { Tamperer, tamperingSeeds } from "../tampering.ts";
import { must, type Parts, type Target } from "../target.ts";
import { text } from "../wire.ts";

type Side = "client" | "server";

interface Pairing {
	readonly name: "null" | "plain" | "curve";
	make(side: Side): Mechanism;
}

const local = (socketType: "DEALER" | "ROUTER"): LocalMetadata => ({ socketType, routingId: text("me"), metadata: { "X-A": "b" } });
const keys = (): { publicKey: Buffer; secretKey: Buffer } => {
	const pair = curveKeyPair();
	return { publicKey: curveKeyBytes("publicKey", pair.publicKey), secretKey: curveKeyBytes("secretKey", pair.secretKey) };
};
const [serverKeys, clientKeys] = [keys(), keys()];
const ZAP = { domain: "home", enforceDomain: false };

const PAIRINGS: readonly Pairing[] = [
	{ name: "null", make: (side) => new NullMechanism(local(side === "client" ? "DEALER" : "ROUTER"), side === "server" ? ZAP : undefined) },
	{
		name: "plain",
		make: (side) =>
			side === "client" ? new PlainClient(local("DEALER"), { username: "ada", password: "lovelace" }) : new PlainServer(local("ROUTER")),
	},
	{
		name: "curve",
		make: (side) =>
			side === "client"
				? new CurveClient(local("DEALER"), { ...clientKeys, serverKey: serverKeys.publicKey })
				: new CurveServer(local("ROUTER"), serverKeys.secretKey, ZAP),
	},
];

/** CURVE's HELLO has 72 bytes that mean nothing and that nobody signs. */
const meaning = (body: Buffer): string =>
	body.toString("latin1", 0, 6) === "\x05HELLO" ? body.toString("hex", 0, 8) + body.toString("hex", 80) : body.toString("hex");

function verdictOf(directives: Parts): Verdict {
	const status = ([200, 200, 200, 300, 400, 500] as const)[(directives[0]?.[3] ?? 0) % 6] ?? 200;
	return { status, userId: "ada", metadata: new Map([["x-team", text("engines")]]) };
}

class Conversation {
	readonly #honest: Mechanism;
	readonly #attacked: Mechanism;
	readonly #verdict: Verdict;
	readonly tamperer: Tamperer;
	/** What was sent, and what arrived. */
	readonly sent: string[] = [];
	readonly arrived: string[] = [];

	constructor(honest: Mechanism, attacked: Mechanism, directives: Parts) {
		this.#honest = honest;
		this.#attacked = attacked;
		this.tamperer = new Tamperer(directives);
		this.#verdict = verdictOf(directives);
	}

	/** @throws ProtocolError */
	handshake(): void {
		for (let quiet = false; !quiet; ) {
			quiet = true;
			this.#judge(this.#honest, { ...this.#verdict, status: 200 });
			for (let body = this.#honest.nextCommand(); body !== undefined; body = this.#honest.nextCommand()) {
				quiet = false;
				this.#deliver(body);
			}
			this.#judge(this.#attacked, this.#verdict);
			for (let body = this.#attacked.nextCommand(); body !== undefined; body = this.#attacked.nextCommand()) {
				quiet = false;
				this.#honest.onCommand(body);
			}
		}
	}

	#deliver(body: Buffer): void {
		this.sent.push(meaning(body));
		for (const each of this.tamperer.arrivals(body)) {
			this.arrived.push(meaning(each));
			// What comes after the handshake is no matter of the mechanism any more, and no message either.
			if (this.#attacked.peer !== undefined) this.#attacked.messages?.open(FLAG_COMMAND, Buffer.from(each));
			else this.#attacked.onCommand(Buffer.from(each));
			this.#judge(this.#attacked, this.#verdict);
		}
	}

	#judge(side: Mechanism, verdict: Verdict): void {
		if (side.takeCredentials() !== undefined) side.onVerdict(verdict);
	}
}

const HEADER_BYTES_MAX = 9;

/** Sends three messages that may be tampered with; each one that is opened must be a later one of those sent. */
function exchange(conversation: Conversation, from: MessageCipher, to: MessageCipher): string {
	const bodies = ["first", "", "third".repeat(100)].map(text);
	let last = -1;
	for (const [at, body] of bodies.entries()) {
		const target = Buffer.alloc(body.length + from.overheadBytesMax);
		const end = from.encode(target, 0, at === 0 ? FLAG_MORE : 0, body);
		const header = end - body.length - from.bodyOverheadBytes;
		must(header <= HEADER_BYTES_MAX, `a header of ${header} bytes`);
		for (const arrived of conversation.tamperer.arrivals(target.subarray(header, end))) {
			const opened = to.open(0, Buffer.from(arrived));
			const which = bodies.findIndex((each, number) => number > last && each.equals(opened));
			must(which > last, `a message was opened that is none of those to come: ${opened.toString("hex", 0, 40)}`);
			must(to.flags === (which === 0 ? FLAG_MORE : 0), `message ${which} has flags ${to.flags}`);
			last = which;
		}
	}
	return `opened ${last + 1}`;
}

function converse({ name, make }: Pairing, attackedSide: Side, directives: Parts): string {
	const [honest, attacked] = [make(attackedSide === "client" ? "server" : "client"), make(attackedSide)];
	const conversation = new Conversation(honest, attacked, directives);
	try {
		conversation.handshake();
	} catch (error) {
		if (!(error instanceof ProtocolError)) throw error;
		return error.reason;
	}
	if (attacked.peer === undefined) return "unfinished";
	if (name !== "curve") return "done";
	const same = conversation.sent.join() === conversation.arrived.join();
	must(same, "the handshake was completed although commands were changed");
	try {
		return exchange(conversation, honest.messages as MessageCipher, attacked.messages as MessageCipher);
	} catch (error) {
		if (error instanceof ProtocolError) return `message ${error.reason}`;
		throw error;
	}
}

export const mechanisms: readonly Target[] = PAIRINGS.flatMap((pairing) =>
	(["server", "client"] as const).map(
		(side): Target => ({
			name: `${pairing.name}-${side}`,
			level: "unit",
			seeds: tamperingSeeds,
			async open() {
				if (pairing.name === "curve") await loadSodium();
				return { run: (parts) => converse(pairing, side, parts.slice(0, 12)) };
			},
		}),
	),
);
