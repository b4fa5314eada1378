/**
 * udp: what comes in a datagram to a DISH and to a DGRAM that are bound, from anybody. A part is one datagram.
 *
 * A DISH gets what is well formed and for a group that was joined, a DGRAM everything that is not too long; it arrives as it was sent.
 * Everything else is dropped, and where it was wrong the monitor is told. The healthy RADIO, or DGRAM, must not notice.
 */
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { Datagram, Dish, decodeDatagram, encodeDatagram, Radio, type Socket } from "../core.ts";
import { type Cast, HEALTHY, Scene, until } from "../scene.ts";
import { must, type Parts, type Subject, type Target } from "../target.ts";
import { text } from "../wire.ts";

const GROUP = "strangers";
const DATAGRAM_BYTES_MAX = 8192;
/** What the buffer of a udp socket surely holds while we do not read. */
const DATAGRAMS_MAX = 16;
const BYTES_MAX = 60_000;

const group = (name: string, body: string | Buffer): Buffer =>
	Buffer.concat([Buffer.of(name.length), text(name), typeof body === "string" ? text(body) : body]);

function runPure(parts: Parts): string {
	let whole = 0;
	for (const datagram of parts) {
		const message = decodeDatagram(datagram);
		must((message === undefined) === datagram.length < 1 + (datagram[0] ?? 0), "a datagram is short, or it is not");
		if (message === undefined) continue;
		whole += 1;
		must(datagram.length === 0 || Buffer.concat(encodeDatagram(message)).equals(datagram), "a datagram changes when it is sent on");
	}
	return `${Math.min(9, whole)} of ${Math.min(9, parts.length)}`;
}

const seeds = (): Parts[] => [
	[group(GROUP, "body"), group(GROUP, ""), group("other", "body"), group("", "no group")],
	[Buffer.alloc(0), Buffer.of(0), Buffer.of(5, 65), Buffer.of(255)],
	[group(GROUP, Buffer.alloc(DATAGRAM_BYTES_MAX - 1 - GROUP.length)), group(GROUP, Buffer.alloc(DATAGRAM_BYTES_MAX - GROUP.length))],
	[group("g".repeat(255), "long group")],
];

export const datagrams: Target = { name: "datagrams", level: "unit", seeds, open: () => ({ run: runPure }) };

function dish(): Cast {
	const [attacked, healthy] = [new Dish({ linger: 0 }), new Radio({ linger: 0 })];
	attacked.join("healthy", GROUP);
	return {
		attacked,
		healthy,
		async serve(onHealthy, onStranger) {
			for await (const [body, { group: from }] of attacked) {
				if (String(from) === "healthy") onHealthy(Number(body.toString().slice(HEALTHY.length)));
				else onStranger([Buffer.from(String(from)), body]);
			}
		},
		beat: (sequence) => healthy.send(`${HEALTHY}${sequence}`, { group: "healthy" }),
	};
}

function dgram(): Cast {
	const [attacked, healthy] = [new Datagram({ linger: 0 }), new Datagram({ linger: 0 })];
	return {
		attacked,
		healthy,
		async serve(onHealthy, onStranger) {
			for await (const [, body] of attacked) {
				if (body?.toString("latin1").startsWith(HEALTHY.toString()) === true) onHealthy(Number(body.subarray(HEALTHY.length)));
				else onStranger([body as Buffer]);
			}
		},
		beat: (sequence) => healthy.send([(attacked.lastEndpoint as string).replace("udp://", ""), `${HEALTHY}${sequence}`]),
	};
}

/** What a DGRAM makes of it. */
function expectedOfDgram(sent: Parts): { messages: Buffer[][]; wrong: number } {
	const messages = sent.filter(({ length }) => length <= DATAGRAM_BYTES_MAX).map((datagram) => [datagram]);
	return { messages, wrong: sent.length - messages.length };
}

/** What a DISH of our group makes of it. */
function expectedOfDish(sent: Parts): { messages: Buffer[][]; wrong: number } {
	const messages: Buffer[][] = [];
	let wrong = 0;
	for (const datagram of sent) {
		const message = decodeDatagram(datagram) as Buffer[] | undefined;
		const joined = String(message?.[0]) === GROUP;
		if (message === undefined || (joined && datagram.length > DATAGRAM_BYTES_MAX)) wrong += 1;
		else if (joined) messages.push(message);
	}
	return { messages, wrong };
}

function send(socket: UdpSocket, datagram: Buffer, port: number): Promise<void> {
	return new Promise((resolve, reject) => {
		socket.send(datagram, port, "127.0.0.1", (error) => (error ? reject(error) : resolve()));
	});
}

/** @param join lets the healthy peer reach the endpoint */
async function open(cast: Cast, expected: typeof expectedOfDish, join: (healthy: Socket, endpoint: string) => unknown): Promise<Subject> {
	const scene = new Scene(cast, { connections: false });
	const { attacked, healthy } = scene.cast;
	let told = 0;
	attacked.events.on("datagram:error", () => {
		told += 1;
	});
	await attacked.bind("udp://127.0.0.1:*");
	const endpoint = attacked.lastEndpoint as string;
	await join(healthy, endpoint);
	await scene.begin();
	const socket = createSocket("udp4");
	const port = Number(endpoint.slice(endpoint.lastIndexOf(":") + 1));
	return {
		async run(parts) {
			scene.forget();
			told = 0;
			let room = BYTES_MAX;
			const sent = parts.slice(0, DATAGRAMS_MAX).filter((part) => {
				room -= part.length;
				return room >= 0;
			});
			const { messages, wrong } = expected(sent);
			for (const datagram of sent) await send(socket, datagram, port);
			await scene.beat();
			await until(`${messages.length} messages and ${wrong} errors`, () => scene.strangers.length >= messages.length && told >= wrong);
			must(told === wrong, `${told} datagrams were told to be wrong, ${wrong} are`);
			const same = messages.every((message, at) => Buffer.concat(message).equals(Buffer.concat(scene.strangers[at] ?? [])));
			must(same && scene.strangers.length === messages.length, "messages arrived, and not as they were sent");
			return `${messages.length} messages, ${wrong} wrong`;
		},
		async close() {
			await new Promise<void>((resolve) => socket.close(resolve));
			await scene.close();
		},
	};
}

export const udp: readonly Target[] = [
	{
		name: "udp-dish",
		level: "socket",
		seeds,
		open: () => open(dish(), expectedOfDish, (healthy, endpoint) => healthy.connect(endpoint)),
	},
	{
		name: "udp-dgram",
		level: "socket",
		seeds,
		open: () => open(dgram(), expectedOfDgram, (healthy) => healthy.bind("udp://127.0.0.1:*")),
	},
];
