/**
 * PingPong: two actors tell each other in turn, N times there and back. With two threads every message crosses.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";

interface Player {
	ball(): void;
}

export const Ping = defineActor(
	import.meta,
	"Ping",
	(_ctx, rounds: number, pong: ActorRef<Player>, outcome: ActorRef<OutcomeFace<number>>) => {
		let returned = 0;
		return {
			serve() {
				pong.tell.ball();
			},
			ball() {
				returned += 1;
				if (returned < rounds) pong.tell.ball();
				else outcome.tell.report(returned);
			},
		};
	},
);

export const Pong = defineActor(import.meta, "Pong", () => {
	let ping: ActorRef<Player>;
	let hits = 0;
	return {
		meet(other: ActorRef<Player>) {
			ping = other;
		},
		ball() {
			hits += 1;
			ping.tell.ball();
		},
		hits: () => hits,
	};
});

export const pingpong = program({
	name: "pingpong",
	title: "PingPong",
	stresses: "a bare round trip, the latency of a wake-up",
	sizes: { full: { rounds: 40_000 }, small: { rounds: 200 } },
	async run(stage, { rounds }) {
		const outcome = await stage.outcome<number>(1);
		const pong = await stage.spawn(Pong, 1);
		const ping = await stage.spawn(Ping, 0, rounds, pong, outcome);
		await pong.ask.meet(ping);
		ping.tell.serve();
		const [returned = 0] = await outcome.ask.all();
		return { returned, hits: await pong.ask.hits() };
	},
	check(result, { rounds }) {
		assert.deepEqual(result, { returned: rounds, hits: rounds });
	},
});
