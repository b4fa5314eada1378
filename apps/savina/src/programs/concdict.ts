/**
 * Concurrent dictionary: workers read and write, one in ten a write, through the actor that has the dictionary.
 * The value of a key follows from the key, so that every answer can be checked.
 */
import assert from "node:assert/strict";
import { type ActorRef, defineActor } from "@zloom/runtime";
import type { OutcomeFace } from "../outcome.ts";
import { program } from "../program.ts";
import { type Random, randomOf } from "../random.ts";

interface DictionaryFace {
	write(key: number, value: number): number;
	read(key: number): number;
	keys(): number;
}

interface Report {
	readonly writes: number;
	/** Answers that were neither the value of the key nor 0. */
	readonly wrong: number;
}

const valueFor = (key: number): number => key * 2 + 1;

export const Dictionary = defineActor(import.meta, "Dictionary", (): DictionaryFace => {
	const values = new Map<number, number>();
	return {
		write(key, value) {
			values.set(key, value);
			return value;
		},
		read: (key) => values.get(key) ?? 0,
		keys: () => values.size,
	};
});

/** Kind and key of a worker's next request. */
function nextRequest(random: Random, writePercent: number, limit: number): { write: boolean; key: number } {
	return { write: random.below(100) < writePercent, key: random.below(limit) };
}

export const Worker = defineActor(
	import.meta,
	"Worker",
	(_ctx, number: number, dictionary: ActorRef<DictionaryFace>, outcome: ActorRef<OutcomeFace<Report>>) => ({
		async work(requests: number, writePercent: number, limit: number) {
			const random = randomOf(number);
			let writes = 0;
			let wrong = 0;
			for (let done = 0; done < requests; done++) {
				const { write, key } = nextRequest(random, writePercent, limit);
				const answer = await (write ? dictionary.ask.write(key, valueFor(key)) : dictionary.ask.read(key));
				if (write) writes += 1;
				if (answer !== valueFor(key) && (write || answer !== 0)) wrong += 1;
			}
			outcome.tell.report({ writes, wrong });
		},
	}),
);

export const concdict = program({
	name: "concdict",
	title: "Concurrent dictionary",
	stresses: "readers and writers through one actor",
	sizes: {
		full: { workers: 20, requests: 10_000, writePercent: 10, limit: 524_287 },
		small: { workers: 4, requests: 100, writePercent: 10, limit: 524_287 },
	},
	async run(stage, { workers, requests, writePercent, limit }) {
		const outcome = await stage.outcome<Report>(workers);
		const dictionary = await stage.spawn(Dictionary, 0);
		const all = await stage.spawnAll(
			Worker,
			workers,
			(index) => index,
			(index) => [index, dictionary, outcome],
		);
		for (const worker of all) worker.tell.work(requests, writePercent, limit);
		const reports = await outcome.ask.all();
		return {
			writes: reports.reduce((sum, { writes }) => sum + writes, 0),
			wrong: reports.reduce((sum, { wrong }) => sum + wrong, 0),
			keys: await dictionary.ask.keys(),
		};
	},
	check(result, { workers, requests, writePercent, limit }) {
		const keys = new Set<number>();
		let writes = 0;
		for (let worker = 0; worker < workers; worker++) {
			const random = randomOf(worker);
			for (let done = 0; done < requests; done++) {
				const { write, key } = nextRequest(random, writePercent, limit);
				if (!write) continue;
				writes += 1;
				keys.add(key);
			}
		}
		assert.deepEqual(result, { writes, wrong: 0, keys: keys.size });
	},
});
