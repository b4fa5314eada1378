/**
 * Two threads with a lane, each with turns like those of memory/engine.js: what is written arrives, and nobody sleeps over it,
 * also when a thread is ended at any instruction.
 */
/** Eight fill a ring, and a run holds one: the reader makes room in steps that are less than what a writer waits for. */
const MESSAGE_BYTES = 15 * 1024;
const MESSAGES = 10;

function lane({ ThreadTable, LaneTable }, root) {
	const threads = new ThreadTable(root);
	const [a, b] = [threads.claim(1, -1), threads.claim(2, -1)];
	return { a, b, slot: new LaneTable(root, threads).make(a, b) };
}

const host = { flushSoon() {}, turnSoon() {}, onOpen() {} };

/** Turns until `done`, as the engine makes them: work, then look once more with the flag up, then sleep. */
function turns({ sleep }, bell, { work, hasWork }, done) {
	while (!done()) {
		if (work()) continue;
		bell.park();
		if (!hasWork()) sleep();
		bell.unpark();
	}
}

/** One turn takes one record out, as if its time were up: the writer sees every amount of room. */
function laneTurns(memory, { root }, lane, self, done) {
	const bell = new memory.Doorbell(new memory.ThreadTable(root).bellOf(self), () => {});
	const work = () => {
		const drained = lane.drain(0, () => 1);
		lane.flush();
		return lane.resume() || drained;
	};
	return () => turns(memory, bell, { work, hasWork: () => lane.hasWork() }, done);
}

function sideOf({ Arena, Lane, ThreadTable }, { root, slot, a, b }, self, onOpen) {
	const threads = new ThreadTable(root);
	return new Lane(root, slot, self, threads.bellOf(self === a ? b : a), { ...host, onOpen }, new Arena(root, threads, self));
}

/** A channel that hears nothing but messages and room. */
const channel = (heard) => ({
	onMessages() {},
	onRoom() {},
	onAccept() {},
	onRefuse() {},
	onCredit: () => true,
	onClose() {},
	onLaneEnd() {},
	...heard,
});

/** A member of the root; `opened` holds what peers asked for. */
function member({ Membership }, root, threadId) {
	const opened = [];
	const onOpen = (_lane, _pipe, payload) => opened.push(Buffer.from(payload).toString());
	const self = new Membership(root, { threadId, parentThreadId: -1, host: { ...host, onOpen }, onRing() {} });
	return { self, opened };
}

const memberTurns =
	(memory, { self }, done) =>
	() =>
		turns(memory, self.bell, { work: () => self.work(1, () => 0), hasWork: () => self.hasWork() }, done);

export const scenarios = {
	"lanes: a writer that waits for room": {
		prepare: lane,
		preemptions: 2,
		parts: [
			(memory, setup) => {
				const mine = sideOf(memory, setup, setup.a);
				let sent = 0;
				const outgoing = { message: [Buffer.alloc(MESSAGE_BYTES, 1)], frame: 0, offset: 0 };
				const write = () => {
					while (sent < MESSAGES && mine.write(0, outgoing)) sent++;
				};
				mine.open(channel({ onRoom: write }), Buffer.alloc(0));
				const run = laneTurns(memory, setup, mine, setup.a, () => sent === MESSAGES);
				return () => {
					write();
					run();
					mine.flush();
					return `wrote ${sent}`;
				};
			},
			(memory, setup) => {
				let got = 0;
				const onOpen = (lane, pipe) => lane.accept(pipe, channel({ onMessages: (messages) => (got += messages.length) }), Buffer.alloc(0));
				const mine = sideOf(memory, setup, setup.b, onOpen);
				const run = laneTurns(memory, setup, mine, setup.b, () => got === MESSAGES);
				return () => {
					run();
					return `got ${got}`;
				};
			},
		],
		allowed: [`wrote ${MESSAGES} | got ${MESSAGES}`],
	},
	"lanes: one opens a pipe to another that may sleep": {
		prepare: () => ({}),
		preemptions: 3,
		parts: [
			(memory, { root }) => {
				const { self } = member(memory, root, 1);
				return () => {
					const peer = self.laneTo((1 << 10) | 1);
					peer.open(channel({}), Buffer.from("hello"));
					peer.flush();
					return "asked";
				};
			},
			(memory, { root }) => {
				const mine = member(memory, root, 2);
				const run = memberTurns(memory, mine, () => mine.opened.length > 0);
				return () => {
					run();
					return mine.opened.join();
				};
			},
		],
		allowed: ["asked | hello"],
	},
	"lanes: a thread dies while it leaves, its peer may sleep": {
		prepare: () => ({}),
		preemptions: 2,
		parts: [
			(memory, { root }) => {
				const { self } = member(memory, root, 1);
				return () => {
					self.leave();
					return "left";
				};
			},
			(memory, { root }) => {
				const { self } = member(memory, root, 2);
				let ended = false;
				self.laneTo((1 << 10) | 0).open(
					channel({
						onLaneEnd: () => {
							ended = true;
						},
					}),
					Buffer.alloc(0),
				);
				const run = memberTurns(memory, { self }, () => ended);
				return () => {
					run();
					return "heard of it";
				};
			},
			(memory, { root }) => {
				const { self } = member(memory, root, 3);
				return () => {
					memory.kill(0);
					self.bury(1);
					return "buried";
				};
			},
		],
		allowed: ["left | heard of it | buried", "killed | heard of it | buried"],
	},
};
