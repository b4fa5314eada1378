/**
 * What the cipher of CURVE costs, and what costs besides: CPU time a message, best of several rounds.
 * "alone" is the cipher in WebAssembly memory; the others have what comes with it: copies in and out, into memory that is used again,
 * or into a fresh buffer a message, a thousand of which are held, as a queue up to its high-water mark does.
 *
 * node --import tsx packages/core/src/security/sodium.bench.ts
 */
import { LONG_HEADER_BYTES } from "../wire/frame.ts";
import { PeerCounter } from "./curve-box.ts";
import { CurveMessages } from "./curve-messages.ts";
import { BOX_OVERHEAD_BYTES, KEY_BYTES, loadSodium, NONCE_BYTES, type Sodium, sodium } from "./sodium.ts";

const ROUNDS = 5;
const ROUND_BYTES = 32 << 20;
const RUNS_MAX = 50_000;
const HELD = 1000;

await loadSodium();
const library = sodium() as Sodium;
const key = Buffer.alloc(KEY_BYTES, 3);
const nonce = Buffer.alloc(NONCE_BYTES, 4);

function bestMicroseconds(runs: number, work: () => void): number {
	let best = Number.POSITIVE_INFINITY;
	for (let round = 0; round < ROUNDS; round++) {
		const start = process.cpuUsage();
		for (let run = 0; run < runs; run++) work();
		const { user, system } = process.cpuUsage(start);
		best = Math.min(best, (user + system) / runs);
	}
	return best;
}

const { default: instantiate } = await import("libsodium");
const module = (await instantiate({ getRandomValue: () => 0 })) as unknown as {
	_malloc(bytes: number): number;
	_crypto_box_easy_afternm(box: number, plain: number, low: number, high: number, nonce: number, key: number): number;
};
const [keyAt, nonceAt] = [module._malloc(KEY_BYTES), module._malloc(NONCE_BYTES)];

for (const size of [64, 1024, 65_536]) {
	const plain = Buffer.alloc(size, 7);
	const runs = Math.min(RUNS_MAX, Math.ceil(ROUND_BYTES / size));
	const area = module._malloc(size + 1 + BOX_OVERHEAD_BYTES);
	const messages = new CurveMessages({ key, role: "client", counter: [0, 1], peerCounter: new PeerCounter() });
	const room = size + messages.overheadBytesMax + LONG_HEADER_BYTES;
	const target = Buffer.alloc(room);
	const held: Buffer[] = [];
	const box = library.seal(key, nonce, plain);
	const opened = Buffer.alloc(size);
	let next = 0;
	const work: Readonly<Record<string, () => void>> = {
		"seal, alone": () => void module._crypto_box_easy_afternm(area, area + BOX_OVERHEAD_BYTES, size + 1, 0, nonceAt, keyAt),
		"seal, a frame into memory that is used again": () => void messages.encode(target, 0, 0, plain),
		"seal, a frame into a fresh buffer": () => {
			const bytes = Buffer.allocUnsafe(room);
			messages.encode(bytes, 0, 0, plain);
			held[next++ % HELD] = bytes;
		},
		"open, into memory that is used again": () => void library.openInto(opened, key, nonce, box),
		"open, into a fresh buffer": () => {
			const bytes = Buffer.allocUnsafe(size);
			library.openInto(bytes, key, nonce, box);
			held[next++ % HELD] = bytes;
		},
	};
	for (const [name, run] of Object.entries(work)) {
		const microseconds = bestMicroseconds(runs, run);
		console.log(
			`${String(size).padStart(6)} B  ${name.padEnd(46)} ${microseconds.toFixed(2).padStart(8)} us ${(size / microseconds).toFixed(0).padStart(6)} MB/s`,
		);
	}
}
