/**
 * Threads, lanes and names: who owns a slot when several want it at once, or when its owner is ended at any instruction. What
 * the dead held must be free in the end.
 */
/** Where a root says how much of its memory is given out (root-layout.ts). */
const ALLOCATED = 16;
const KEY = Buffer.from("name");

function twoThreads({ ThreadTable }, root) {
	const threads = new ThreadTable(root);
	return { a: threads.claim(1, -1), b: threads.claim(2, -1) };
}

function oneLane(memory, root) {
	const { a, b } = twoThreads(memory, root);
	const { ThreadTable, LaneTable } = memory;
	return { a, b, lane: new LaneTable(root, new ThreadTable(root)).make(a, b) };
}

const tables = ({ ThreadTable, LaneTable, NameTable }, root) => {
	const threads = new ThreadTable(root);
	return { threads, lanes: new LaneTable(root, threads), names: new NameTable(root, threads) };
};

const claim =
	(id) =>
	(memory, { root }) => {
		const { threads } = tables(memory, root);
		return () => `slot ${threads.claim(id, -1) & 1023}`;
	};

const allocate =
	(_, { root, first }) =>
	() =>
		`units ${root.allocate(1000) - first}`;

const leave = (who) => (memory, setup) => {
	const { lanes } = tables(memory, setup.root);
	return () => `freed ${lanes.leave(setup.lane, setup[who])}`;
};

const bind = (who, binding) => (memory, setup) => {
	const { names } = tables(memory, setup.root);
	return () => `bound ${names.bind(KEY, setup[who], binding) !== undefined}`;
};

/** What a parent does when a thread has ended: kills it first, at whatever step it is. */
const killAndBury =
	(victim, threadId) =>
	(memory, { root }) => {
		const { threads, lanes, names } = tables(memory, root);
		const { kill } = memory;
		return () => {
			kill(victim);
			threads.retireThread(threadId);
			names.sweep();
			lanes.sweep();
			threads.announceLanes();
			return "buried";
		};
	};

function inUse(memory, { root }) {
	const { threads, lanes, names } = tables(memory, root);
	return `${threads.count()} threads, ${lanes.count()} lanes, ${names.count()} names`;
}

export const scenarios = {
	"threads: two claim at once": {
		prepare: () => ({}),
		parts: [claim(1), claim(2)],
		after: inUse,
		allowed: ["slot 0 | slot 1", "slot 1 | slot 0"].map((slots) => `${slots} | 2 threads, 0 lanes, 0 names`),
	},
	"threads: one dies while it claims": {
		prepare: () => ({}),
		parts: [claim(1), killAndBury(0, 1)],
		after: inUse,
		allowed: ["slot 0 | buried | 0 threads, 0 lanes, 0 names", "killed | buried | 0 threads, 0 lanes, 0 names"],
	},
	"memory: two allocate at once": {
		prepare: (_, root) => ({ first: root.header[ALLOCATED] }),
		parts: [allocate, allocate],
		allowed: ["units 0 | units 16", "units 16 | units 0"],
	},
	"lanes: both sides leave at once": {
		prepare: oneLane,
		parts: [leave("a"), leave("b")],
		after: inUse,
		allowed: ["freed true | freed false", "freed false | freed true"].map((freed) => `${freed} | 2 threads, 0 lanes, 0 names`),
	},
	"lanes: one side dies while it leaves": {
		prepare: oneLane,
		parts: [
			leave("a"),
			(memory, setup) => {
				const { lanes } = tables(memory, setup.root);
				return () => {
					lanes.leave(setup.lane, setup.b);
					return "left";
				};
			},
			killAndBury(0, 1),
		],
		after: (memory, setup) => {
			const { lanes } = tables(memory, setup.root);
			return lanes.settled(setup.lane, setup.b) ? inUse(memory, setup) : "never settled";
		},
		preemptions: 2,
		allowed: ["killed", "freed true", "freed false"].map((freed) => `${freed} | left | buried | 1 threads, 0 lanes, 0 names`),
	},
	"names: two bind one name": {
		prepare: twoThreads,
		preemptions: 3,
		parts: [bind("a", 1), bind("b", 2)],
		after: (memory, setup) => {
			const { names } = tables(memory, setup.root);
			return `binding ${names.find(KEY)?.binding}, ${names.count()} names`;
		},
		allowed: ["bound true | bound false | binding 1, 1 names", "bound false | bound true | binding 2, 1 names"],
	},
	"names: one dies while it binds, another wants the name": {
		prepare: twoThreads,
		preemptions: 2,
		parts: [bind("a", 1), bind("b", 2), killAndBury(0, 1)],
		after: (memory, setup) => {
			const { names } = tables(memory, setup.root);
			return `binding ${names.find(KEY)?.binding}, ${names.count()} names`;
		},
		allowed: [
			"bound true | bound false | buried | binding undefined, 0 names",
			"killed | bound false | buried | binding undefined, 0 names",
			"killed | bound true | buried | binding 2, 1 names",
			"bound false | bound true | buried | binding 2, 1 names",
			"bound true | bound true | buried | binding 2, 1 names",
		],
	},
};
