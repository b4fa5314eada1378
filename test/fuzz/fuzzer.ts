/**
 * Runs one target: first what the seeds and the corpus have, then mutants of them, until time or count is up or something is
 * found. What is found is made as small as it can be while it still fails alike.
 *
 * - The order of inputs depends on the seed alone. A run of a unit that ends with a word not seen before adds its input to those
 *   that mutants are made of: that is how depth is reached without looking into the code.
 * - A run that does not end is a finding (hang.ts). (A unit that loops for ever is the watchdog's matter.)
 * - At the end the heap is compared with that after the first runs.
 */
import { readCorpus } from "./corpus.ts";
import { settled } from "./hang.ts";
import { memoryInUse } from "./heap.ts";
import { mutant } from "./mutate.ts";
import { Random } from "./random.ts";
import { type Parts, type Subject, type Target, Violation } from "./target.ts";

/** Heap and buffers beyond those after the warm-up that are no leak yet, bytes: code that became hot, caches. */
const GROWTH_BYTES_MAX = 32 << 20;
const WARM_UP_RUNS = { unit: 300, socket: 20, flood: 20 };
const POOL_MAX = 1000;
const SHRINK_RUNS_MAX = 3000;
/** Runs of a unit between two turns of the event loop. */
const UNIT_BATCH = 200;

export interface FuzzOptions {
	readonly seed: number;
	/** When to end, ms of performance.now(); default never. */
	readonly until?: number;
	/** When to end: so many mutants after all that is in seeds and corpus; default never. The same inputs on every machine. */
	readonly mutantsMax?: number;
	/** Ticks of a run after which it hangs; default RUN_TICKS_MAX. */
	readonly ticksMax?: number;
	/** Told before each run: for the watchdog. */
	readonly onRun?: (parts: Parts) => void;
}

export interface Finding {
	readonly error: Error;
	readonly parts: Parts;
}

export interface Report {
	readonly runs: number;
	readonly outcomes: ReadonlyMap<string, number>;
	readonly finding: Finding | undefined;
}

function asError(thrown: unknown): Error {
	return thrown instanceof Error ? thrown : new Error(`thrown: ${String(thrown)}`);
}

/** Two failures are alike when they have the same kind and the same text but for its numbers. */
function kindOf(error: Error): string {
	return `${error.name}: ${error.message.replace(/[\da-f]{2,}|\d+/g, "#").slice(0, 60)}`;
}

class Fuzzer {
	readonly outcomes = new Map<string, number>();
	runs = 0;
	readonly #target: Target;
	readonly #options: FuzzOptions;
	#subject: Subject;
	readonly #pool: Parts[] = [];
	#memoryBefore = 0;

	constructor(target: Target, subject: Subject, options: FuzzOptions) {
		this.#target = target;
		this.#subject = subject;
		this.#options = options;
	}

	async fuzz(): Promise<Finding | undefined> {
		const seeds = [...this.#target.seeds(), ...readCorpus(this.#target.name).map(({ parts }) => parts)];
		this.#pool.push(...seeds);
		const random = new Random(this.#options.seed, this.#target.name);
		const { until = Number.POSITIVE_INFINITY, mutantsMax = Number.POSITIVE_INFINITY } = this.#options;
		for (let at = 0; at < seeds.length + mutantsMax && performance.now() < until; at++) {
			const parts = seeds[at] ?? mutant(random, random.pick(this.#pool), random.pick(this.#pool));
			const error = await this.#run(parts);
			if (error !== undefined) return { error, parts: await this.#shrink(parts, kindOf(error)) };
			if (this.runs === WARM_UP_RUNS[this.#target.level]) this.#memoryBefore = memoryInUse();
			if (this.#target.level === "unit" && this.runs % UNIT_BATCH === 0) await new Promise((turn) => setImmediate(turn));
		}
		return await this.#atTheEnd();
	}

	async #run(parts: Parts): Promise<Error | undefined> {
		this.#options.onRun?.(parts);
		this.runs += 1;
		try {
			const made = this.#subject.run(parts);
			const outcome = typeof made === "string" ? made : await settled(made, this.#options.ticksMax);
			const count = this.outcomes.get(outcome) ?? 0;
			this.outcomes.set(outcome, count + 1);
			if (count === 0 && this.#target.level === "unit" && this.#pool.length < POOL_MAX) this.#pool.push(parts);
			return undefined;
		} catch (error) {
			return asError(error);
		}
	}

	/** Leaves out parts, then halves of parts, while it fails alike. */
	async #shrink(failing: Parts, kind: string): Promise<Parts> {
		// Each try would wait as long as the first.
		if (kind.includes(": hang:")) return failing;
		let best = failing;
		let left = this.#target.level === "unit" ? SHRINK_RUNS_MAX : 20;
		const fails = async (parts: Parts): Promise<boolean> => {
			left -= 1;
			if (this.#target.level !== "unit") await this.#reopen();
			const error = await this.#run(parts);
			return error !== undefined && kindOf(error) === kind;
		};
		for (let smaller = true; smaller && left > 0; ) {
			smaller = false;
			for (const candidate of smallerOnes(best)) {
				if (left <= 0) break;
				if (!(await fails(candidate))) continue;
				best = candidate;
				smaller = true;
				break;
			}
		}
		return best;
	}

	/** A scene that has gone wrong would fail with any input. */
	async #reopen(): Promise<void> {
		await this.close();
		this.#subject = await this.#target.open();
	}

	/** What is left of a scene that went wrong is no matter of the next one. */
	async close(): Promise<void> {
		await settled(Promise.resolve(this.#subject.close?.()), this.#options.ticksMax).catch(() => "left open");
	}

	async #atTheEnd(): Promise<Finding | undefined> {
		try {
			await settled(Promise.resolve(this.#subject.close?.()), this.#options.ticksMax);
			const growth = memoryInUse() - this.#memoryBefore;
			const warmUp = WARM_UP_RUNS[this.#target.level];
			if (this.runs > 2 * warmUp && growth > GROWTH_BYTES_MAX)
				throw new Violation(`memory: ${growth >> 20} MiB more after ${this.runs} runs than after ${warmUp}`);
			return undefined;
		} catch (error) {
			return { error: asError(error), parts: [] };
		}
	}
}

function* smallerOnes(parts: Parts): Generator<Parts> {
	for (let size = parts.length >> 1; size >= 1; size >>= 1)
		for (let at = 0; at + size <= parts.length; at += size) yield [...parts.slice(0, at), ...parts.slice(at + size)];
	for (const [at, part] of parts.entries()) {
		for (let size = part.length >> 1; size >= 1; size >>= 1)
			for (let from = 0; from + size <= part.length; from += size)
				yield [...parts.slice(0, at), Buffer.concat([part.subarray(0, from), part.subarray(from + size)]), ...parts.slice(at + 1)];
	}
}

export async function fuzz(target: Target, options: FuzzOptions): Promise<Report> {
	let subject: Subject;
	try {
		subject = await target.open();
	} catch (error) {
		return { runs: 0, outcomes: new Map(), finding: { error: asError(error), parts: [] } };
	}
	const fuzzer = new Fuzzer(target, subject, options);
	const finding = await fuzzer.fuzz();
	if (finding !== undefined) await fuzzer.close();
	return { runs: fuzzer.runs, outcomes: fuzzer.outcomes, finding };
}
