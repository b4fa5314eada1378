/**
 * The arena between threads: memory that somebody can still read is never given out again, and none is lost, whenever a thread
 * passes it on, releases it or is ended. Records travel through words of the root instead of a ring, which ring.mjs and lanes.mjs have.
 */
const BYTES = 4096;

/** Threads with tokens 1, 2, 3 …; a mailbox of two words for each: claim and base, published by the claim. */
function crew({ ThreadTable, UNIT_BYTES }, root, count) {
	const threads = new ThreadTable(root);
	const tokens = Array.from({ length: count }, (_, i) => threads.claim(i + 1, -1));
	const mail = root.allocate(UNIT_BYTES) * UNIT_BYTES;
	return { tokens, mail };
}

function party(memory, { root, tokens, mail }, me) {
	const threads = new memory.ThreadTable(root);
	const arena = new memory.Arena(root, threads, tokens[me], BYTES);
	const words = root.words(mail, 16);
	return {
		threads,
		arena,
		token: tokens[me],
		/** Fills a slot, if there is one. */
		allocate(content) {
			const buffer = arena.allocate(BYTES);
			if (buffer !== undefined) buffer[0] = content;
			return buffer;
		},
		/** Grants and publishes. */
		pass(buffer, to) {
			memory.lend([buffer]);
			const claim = arena.grant(buffer, tokens[to]);
			words[to * 2 + 1] = buffer.base;
			memory.store(words, to * 2, claim);
			memory.dropQueued([buffer]);
		},
		/** What was published for this thread; undefined: nothing. */
		take(from) {
			const claim = memory.load(words, me * 2);
			if (claim === 0) return undefined;
			const taken = arena.take(words[me * 2 + 1], claim, BYTES, tokens[from]);
			if (taken === undefined) throw new Error("not granted");
			return memory.handedOut(taken);
		},
	};
}

const after = ({ ArenaSlots, ThreadTable }, { root }) => `${new ArenaSlots(root, new ThreadTable(root)).count()} held`;

/** Reads, lets others go on, and reads again. */
function read(memory, words, buffer) {
	const before = buffer[0];
	memory.load(words, 15);
	memory.load(words, 15);
	return before === buffer[0] ? String(before) : `${before} became ${buffer[0]}`;
}

export const scenarios = {
	"arena: a slot is used again only when its receiver has released it": {
		prepare: (memory, root) => crew(memory, root, 2),
		parts: [
			(memory, setup) => {
				const self = party(memory, setup, 0);
				return () => {
					self.pass(self.allocate(1), 1);
					const again = self.allocate(2);
					const said = again === undefined ? "full" : "again";
					again?.release();
					return said;
				};
			},
			(memory, setup) => {
				const self = party(memory, setup, 1);
				const words = setup.root.words(setup.mail, 16);
				return () => {
					const buffer = self.take(0);
					if (buffer === undefined) return "early";
					const seen = read(memory, words, buffer);
					buffer.release();
					return seen;
				};
			},
		],
		after,
		allowed: ["full | 1 | 0 held", "again | 1 | 0 held", "full | early | 1 held"],
	},
	"arena: a slot that is passed on while its owner looks for a free one": {
		prepare: (memory, root) => crew(memory, root, 3),
		parts: [
			(memory, setup) => {
				const self = party(memory, setup, 0);
				return () => {
					self.pass(self.allocate(1), 1);
					const again = self.allocate(2);
					const said = again === undefined ? "full" : "again";
					again?.release();
					return said;
				};
			},
			(memory, setup) => {
				const self = party(memory, setup, 1);
				return () => {
					const buffer = self.take(0);
					if (buffer === undefined) return "early";
					self.pass(buffer, 2);
					self.threads.retire(self.token);
					return "passed on and ended";
				};
			},
			(memory, setup) => {
				const self = party(memory, setup, 2);
				const words = setup.root.words(setup.mail, 16);
				return () => {
					const buffer = self.take(1);
					if (buffer === undefined) return "early";
					const seen = read(memory, words, buffer);
					buffer.release();
					return seen;
				};
			},
		],
		after,
		preemptions: 3,
		allowed: [
			"full | passed on and ended | 1 | 0 held",
			"again | passed on and ended | 1 | 0 held",
			"full | passed on and ended | early | 1 held",
			"full | early | early | 1 held",
		],
	},
	"arena: a thread ends while it sends; what it never published is cleared, what is read stays": {
		prepare: (memory, root) => crew(memory, root, 4),
		parts: [
			(memory, setup) => {
				const self = party(memory, setup, 0);
				return () => {
					self.pass(self.allocate(1), 1);
					return "sent";
				};
			},
			(memory, setup) => {
				const self = party(memory, setup, 1);
				const words = setup.root.words(setup.mail, 16);
				return () => {
					// Its lane has ended: what was published is read first.
					memory.kill(0);
					self.threads.retire(setup.tokens[0]);
					const buffer = self.take(0);
					self.arena.forget(setup.tokens[0]);
					if (buffer === undefined) return "nothing";
					const seen = read(memory, words, buffer);
					buffer.release();
					return seen;
				};
			},
			(memory, setup) => {
				const self = party(memory, setup, 2);
				return () => {
					const buffer = self.allocate(2);
					buffer.release();
					return "allocated";
				};
			},
		],
		after,
		preemptions: 2,
		allowed: ["killed | nothing | allocated | 0 held", "killed | 1 | allocated | 0 held", "sent | 1 | allocated | 0 held"],
	},
	"arena: a receiver is ended wherever it is, and the slot comes back": {
		prepare: (memory, root) => crew(memory, root, 2),
		parts: [
			(memory, setup) => {
				const self = party(memory, setup, 0);
				return () => {
					self.pass(self.allocate(1), 1);
					memory.kill(1);
					self.threads.retire(setup.tokens[1]);
					const again = self.allocate(2);
					again?.release();
					return again === undefined ? "full" : "again";
				};
			},
			(memory, setup) => {
				const self = party(memory, setup, 1);
				return () => {
					const buffer = self.take(0);
					buffer?.release();
					return buffer === undefined ? "early" : String(buffer.ended);
				};
			},
		],
		after,
		allowed: ["again | killed | 0 held", "again | early | 0 held", "again | true | 0 held"],
	},
};
