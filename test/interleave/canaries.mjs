/**
 * Bugs that the exploration must find: one line of the shipped code is spoiled, and one scenario shows it. Two of them were
 * real: who waits for room, and the parent that tells nobody.
 */
export const canaries = [
	{
		bug: "a record is published before it is written",
		file: "ring.js",
		from: "        words[at >> 2] = (length << 8) | kind;",
		to: "        store(this.#header, RING.HEAD, (this.#head + total) | 0);\n        words[at >> 2] = (length << 8) | kind;",
		scenario: "ring: three records in two lots",
	},
	{
		bug: "a sender leaves the flag up, so that others ring again",
		file: "doorbell.js",
		from: "if (load(words, parked) !== 1 || !compareExchange(words, parked, 1, 0))",
		to: "if (load(words, parked) !== 1)",
		scenario: "doorbell: two senders ring once a sleep",
	},
	{
		bug: "who waits for room does not ask once more before it sleeps",
		file: "lane.js",
		from: "        this.#writer.askForRoom();\n        return this.#writer.room() >= RESUME_BYTES;",
		to: "        return this.#writer.room() >= RESUME_BYTES;",
		scenario: "lanes: a writer that waits for room",
	},
	{
		bug: "the parent tells nobody when the thread had given its slot back already",
		file: "membership.js",
		from: "this.threads.retireThread(threadId);",
		to: "if (!this.threads.retireThread(threadId)) return;",
		scenario: "lanes: a thread dies while it leaves, its peer may sleep",
	},
	{
		bug: "a name is taken without a look at the rivals",
		file: "name-table.js",
		from: "if (this.#taken(slot, key, hash)) {",
		to: "if (round > 0 && this.#taken(slot, key, hash)) {",
		scenario: "names: two bind one name",
	},
	{
		bug: "the claim of a dead thread is taken for free without a second look: it may have been passed on before",
		file: "arena-slots.js",
		from: "return load(this.#words, claim) === word;",
		to: "return true;",
		scenario: "arena: a slot that is passed on while its owner looks for a free one",
	},
	{
		bug: "a receiver releases a slot when it takes it",
		file: "arena.js",
		from: "store(slots.words, claim, this.#held);",
		to: "store(slots.words, claim, 0);",
		scenario: "arena: a slot is used again only when its receiver has released it",
	},
	{
		bug: "what a dead thread granted and never published stays",
		file: "arena-slots.js",
		from: "compareExchange(this.#words, claim, word, 0);",
		to: ";",
		scenario: "arena: a thread ends while it sends; what it never published is cleared, what is read stays",
	},
	{
		bug: "both sides of a lane think that the other frees it",
		file: "lane-table.js",
		from: "if ((or(this.#words, base + LANE.LEFT, mine) & others) === 0 && this.#threads.alive(peer))",
		to: "const left = load(this.#words, base + LANE.LEFT); store(this.#words, base + LANE.LEFT, left | mine); if ((left & others) === 0 && this.#threads.alive(peer))",
		scenario: "lanes: both sides leave at once",
	},
];
