/**
 * Big: W actors, each of which pings others at random, N times, the next when the last was answered.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import { element } from "../element.ts";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";
import { randomOf } from "../random.ts";

interface PeerFace {
	meet(peers: readonly ActorRef<PeerFace>[]): void;
	begin(): void;
	ping(from: number): void;
	pong(): void;
	served(): number;
}

export const Peer = defineActor(
	import.meta,
	"Peer",
	(_ctx, number: number, pings: number, outcome: ActorRef<OutcomeFace<number>>): PeerFace => {
		const random = randomOf(number);
		let peers: readonly ActorRef<PeerFace>[] = [];
		let answered = 0;
		let served = 0;
		const pingNext = (): void => {
			element(peers, random.below(peers.length)).tell.ping(number);
		};
		return {
			meet(all) {
				peers = all;
			},
			begin: pingNext,
			ping(from) {
				served += 1;
				element(peers, from).tell.pong();
			},
			pong() {
				answered += 1;
				if (answered < pings) pingNext();
				else outcome.tell.report(answered);
			},
			served: () => served,
		};
	},
);

export const big = program({
	name: "big",
	title: "Big",
	stresses: "traffic from everybody to everybody",
	sizes: { full: { actors: 120, pings: 20_000 }, small: { actors: 12, pings: 50 } },
	async run(stage, { actors, pings }) {
		const outcome = await stage.outcome<number>(actors);
		const peers = await stage.spawnAll(
			Peer,
			actors,
			(index) => index,
			(index) => [index, pings, outcome],
		);
		await Promise.all(peers.map((peer) => peer.ask.meet(peers)));
		for (const peer of peers) peer.tell.begin();
		const answered = await outcome.ask.all();
		const served = await Promise.all(peers.map((peer) => peer.ask.served()));
		return { answered: answered.reduce((sum, pongs) => sum + pongs, 0), served: served.reduce((sum, pings) => sum + pings, 0) };
	},
	check(result, { actors, pings }) {
		assert.deepEqual(result, { answered: actors * pings, served: actors * pings });
	},
});
