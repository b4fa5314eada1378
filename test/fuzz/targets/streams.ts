/**
 * STREAM: strangers who connect over tcp and write anything. The first part says how the stranger leaves, every other part is one write.
 *
 * What one has written arrives under one id, in order, between an empty piece when it comes and one when it leaves; a stranger that
 * resets its connection may lose the end of it. The healthy STREAM must not notice.
 */
import { Stream } from "../core.ts";
import { type Cast, leave, Scene, stranger, turn, until } from "../scene.ts";
import { must, type Parts, type Subject, type Target } from "../target.ts";
import { frame, greeting, ready, text } from "../wire.ts";

const WRITES_MAX = 40;
/** Known to the healthy socket only. */
const NAME = "attacked";
const POLITE = Buffer.of(0);

/** One line of the healthy peer a number; what it sends can come in one piece or in several. */
function cast(): Cast {
	const [attacked, healthy] = [new Stream({ linger: 0 }), new Stream({ linger: 0 })];
	return {
		attacked,
		healthy,
		async serve(onHealthy, onStranger) {
			let healthyId: string | undefined;
			let line = "";
			for await (const [id, piece] of attacked) {
				const from = (id as Buffer).toString("hex");
				// Nobody else is there when the healthy peer comes.
				healthyId ??= from;
				if (from !== healthyId) {
					onStranger([id as Buffer, piece as Buffer]);
					continue;
				}
				line += String(piece);
				for (let end = line.indexOf("\n"); end >= 0; end = line.indexOf("\n")) {
					onHealthy(Number(line.slice(0, end)));
					line = line.slice(end + 1);
				}
			}
		},
		beat: (sequence) => healthy.send([NAME, `${sequence}\n`]),
	};
}

async function judge(scene: Scene, endpoint: string, parts: Parts): Promise<string> {
	const stream = await stranger(endpoint);
	stream.resume();
	const manner = (parts[0]?.[0] ?? 0) % 3;
	const writes = parts.slice(1, WRITES_MAX).filter(({ length }) => length > 0);
	const ids = (): Set<string> => new Set(scene.strangers.map(([id]) => (id as Buffer).toString("hex")));
	await until("the notice of a stranger", () => ids().size === 1);
	for (const part of writes) {
		if (stream.destroyed) break;
		stream.write(part);
		await turn();
	}
	leave(stream, manner);
	const last = (): Uint8Array | undefined => scene.strangers.at(-1)?.[1];
	await until("the notice that a stranger has left", () => scene.strangers.length > 1 && last()?.length === 0);
	must(ids().size === 1, `one stranger had ${ids().size} ids`);
	const pieces = scene.strangers.map(([, piece]) => piece as Buffer);
	must(pieces[0]?.length === 0, "a stranger's bytes came before the notice of it");
	must(
		pieces.slice(1, -1).every(({ length }) => length > 0),
		"a notice came in the middle of a connection",
	);
	const [got, sent] = [Buffer.concat(pieces), Buffer.concat(writes)];
	must(sent.subarray(0, got.length).equals(got), `${got.length} bytes arrived, and not as they were sent`);
	must(manner !== 0 || got.length === sent.length, `${got.length} bytes of ${sent.length} arrived`);
	return `${manner} ${Math.min(3, pieces.length - 2)}`;
}

async function open(): Promise<Subject> {
	const made = cast();
	const scene = new Scene(made, { connections: false });
	await made.attacked.bind("tcp://127.0.0.1:*");
	const endpoint = made.attacked.lastEndpoint as string;
	(made.healthy as Stream).connect(endpoint, { routingId: NAME });
	await scene.begin();
	return {
		async run(parts) {
			scene.forget();
			const outcome = await judge(scene, endpoint, parts);
			await scene.beat();
			return outcome;
		},
		close: () => scene.close(),
	};
}

export const streams: Target = {
	name: "tcp-stream-server",
	level: "socket",
	seeds: () => [
		[POLITE, text("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
		[POLITE, greeting(), ready("PULL"), frame("a message")],
		[POLITE, Buffer.alloc(100_000, 7), text("end")],
		[POLITE, text("-1\n"), text("7\n")],
		[POLITE],
		...[1, 2].flatMap((manner) => [
			[Buffer.of(manner), text("cut off")],
			[Buffer.of(manner), Buffer.alloc(100_000, 7)],
		]),
	],
	open,
};
