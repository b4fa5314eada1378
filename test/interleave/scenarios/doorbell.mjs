/**
 * A sleeper and its senders: no wake-up is lost, and one ring a sleep is enough. The sleeper does what memory/engine.js does:
 * it looks, arms its waiter, raises its flag, looks once more, and sleeps.
 */

/** A word of the root's header that nothing uses: it stands for the work. */
const WORK = 60;
function thread({ ThreadTable }, root) {
	return { sleeper: new ThreadTable(root).claim(1, -1) };
}

const sender = ({ ThreadTable, ring, add }, { root, sleeper }) => {
	const bell = new ThreadTable(root).bellOf(sleeper);
	return () => {
		add(root.header, WORK, 1);
		return `rang ${ring(bell)}`;
	};
};

const sleeperOf =
	(count) =>
	(memory, { root, sleeper }) => {
		const { Doorbell, ThreadTable, load, sleep } = memory;
		let rings = 0;
		const bell = new Doorbell(new ThreadTable(root).bellOf(sleeper), () => {
			rings++;
		});
		return () => {
			for (;;) {
				if (load(root.header, WORK) === count) return `woke with all, rung ${Math.min(rings, 1)}`;
				bell.park();
				if (load(root.header, WORK) !== count) sleep();
				bell.unpark();
			}
		};
	};

export const scenarios = {
	"doorbell: one sender": {
		prepare: thread,
		parts: [sender, sleeperOf(1)],
		allowed: ["rang false | woke with all, rung 0", "rang true | woke with all, rung 0", "rang true | woke with all, rung 1"],
	},
	"doorbell: two senders ring once a sleep": {
		prepare: thread,
		preemptions: 3,
		parts: [sender, sender, sleeperOf(2)],
		// Both can ring only when it slept in between.
		allowed: ["false | rang false", "false | rang true", "true | rang false", "true | rang true"]
			.flatMap((rang) => [0, 1].map((rung) => `rang ${rang} | woke with all, rung ${rung}`))
			.filter(
				(outcome) =>
					!["rang false | rang false | woke with all, rung 1", "rang true | rang true | woke with all, rung 0"].includes(outcome),
			),
	},
};
