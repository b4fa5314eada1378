/**
 * Scenes with strangers, one after the other: those who connect to a socket of ours that is bound, and those to whom one connects.
 * What a stranger does, and what must come of it, is the target's matter.
 *
 * **Shutdown**: as scene.ts; a connecting scene also ends its raw listener.
 */
import { createServer, type Socket as NetSocket } from "node:net";
import type { Role } from "./casts.ts";
import type { Socket, SocketOptions } from "./core.ts";
import { Scene, stranger, until } from "./scene.ts";
import type { Parts, Subject } from "./target.ts";

export interface SceneOptions {
	readonly attacked: Partial<SocketOptions>;
	readonly healthy: Partial<SocketOptions>;
	/** Called when the healthy peer is there. */
	readonly ready?: (attacked: Socket) => void;
}

/** What a stranger does on its connection; returns a word for what came of it. */
export type Play = (scene: Scene, stream: NetSocket, parts: Parts) => Promise<string>;

/** A message of the healthy peer while a stranger is there; whoever awaits it hears of its failure, earlier nobody does. */
function meanwhile(scene: Scene): Promise<void> {
	const beat = scene.beat();
	// Only marks it as handled.
	beat.catch(() => undefined);
	return beat;
}

/** Strangers connect. */
export async function boundScene(role: Role, options: SceneOptions, play: Play): Promise<Subject> {
	const cast = role.make({ linger: 0, ...options.attacked }, { linger: 0, ...options.healthy });
	const scene = new Scene(cast);
	await cast.attacked.bind("tcp://127.0.0.1:*");
	const endpoint = cast.attacked.lastEndpoint as string;
	cast.healthy.connect(endpoint);
	await scene.begin();
	options.ready?.(cast.attacked);
	return {
		async run(parts) {
			scene.forget();
			const beat = meanwhile(scene);
			const stream = await stranger(endpoint);
			await until('the event "accept"', () => scene.count("accept") === 1);
			const outcome = await play(scene, stream, parts);
			await beat;
			await scene.beat();
			return outcome;
		},
		close: () => scene.close(),
	};
}

/** The socket under attack connects to strangers. */
export async function connectingScene(role: Role, options: SceneOptions, play: Play): Promise<Subject> {
	const waiting: NetSocket[] = [];
	const server = createServer((stream) => {
		stream.on("error", () => undefined);
		waiting.push(stream);
	});
	const cast = role.make({ linger: 0, reconnectInterval: -1, ...options.attacked }, { linger: 0, ...options.healthy });
	const scene = new Scene(cast);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const endpoint = `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
	await cast.healthy.bind("tcp://127.0.0.1:*");
	cast.attacked.connect(cast.healthy.lastEndpoint as string);
	await scene.begin();
	options.ready?.(cast.attacked);
	return {
		async run(parts) {
			scene.forget();
			const beat = meanwhile(scene);
			cast.attacked.connect(endpoint);
			await until("a connection of the socket under attack", () => waiting.length > 0);
			const outcome = await play(scene, waiting.shift() as NetSocket, parts);
			cast.attacked.disconnect(endpoint);
			await beat;
			await scene.beat();
			return outcome;
		},
		async close() {
			await new Promise((resolve) => server.close(resolve));
			await scene.close();
		},
	};
}
