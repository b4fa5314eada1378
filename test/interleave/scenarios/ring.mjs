/**
 * One writer, one reader: what is published is read whole, in order, and nothing else; room is used again only after it was
 * given back.
 */
const RECORDS = ["one", "three", "seven77"];

function laneMemory({ ThreadTable, LaneTable, ringOffset }, root) {
	const threads = new ThreadTable(root);
	const [a, b] = [threads.claim(1, -1), threads.claim(2, -1)];
	const { byteOffset } = new LaneTable(root, threads).make(a, b);
	return { ring: ringOffset(byteOffset, true) };
}

function readAll({ RingReader }, { root, ring }, looks) {
	const reader = new RingReader(root, ring);
	return () => {
		const seen = [];
		for (let look = 0; look < looks; look++) {
			const available = reader.available();
			if (available === 0) continue;
			const run = reader.takeRun(available);
			reader.release();
			for (let { at } = run; at < run.end; ) {
				const length = run.block.words[at >> 2] >>> 8;
				seen.push(run.block.view(at + 16, at + 16 + length).toString("latin1"));
				at += 16 + ((length + 7) & ~7);
			}
		}
		return `read ${seen.join(",")}`;
	};
}

export const scenarios = {
	"ring: three records in two lots": {
		prepare: laneMemory,
		parts: [
			({ RingWriter }, { root, ring }) => {
				const writer = new RingWriter(root, ring);
				return () => {
					const written = RECORDS.map((text, i) => {
						const done = writer.append(1, 0, 0, Buffer.from(text), 0, text.length, 0);
						if (i > 0) writer.publish();
						return done;
					});
					return `wrote ${written.join(",")}`;
				};
			},
			(memory, setup) => readAll(memory, setup, 3),
		],
		allowed: ["read ", "read one,three", "read one,three,seven77"].map((read) => `wrote true,true,true | ${read}`),
	},
	"ring: a full ring is written again only when its room was given back": {
		prepare: laneMemory,
		parts: [
			({ RingWriter, RING_BYTES, RECORD_PAYLOAD_MAX }, { root, ring }) => {
				const writer = new RingWriter(root, ring);
				const large = Buffer.alloc(RECORD_PAYLOAD_MAX, "x");
				for (let i = 0; i < 3; i++) writer.append(1, 0, 0, large, 0, large.length, 0);
				const rest = Buffer.alloc(RING_BYTES - 3 * (RECORD_PAYLOAD_MAX + 16) - 32, "x");
				writer.append(1, 0, 0, rest, 0, rest.length, 0);
				writer.publish();
				const over = Buffer.alloc(1000, "y");
				return () => {
					const written = [0, 1].map(() => writer.append(1, 0, 0, over, 0, over.length, 0));
					writer.publish();
					return `wrote ${written.join(",")}`;
				};
			},
			({ RingReader }, { root, ring }) => {
				const reader = new RingReader(root, ring);
				return () => {
					const run = reader.takeRun(reader.available());
					reader.release();
					return run.block.view(run.at + 16, run.end).includes("y") ? "read too new" : "read what was there";
				};
			},
		],
		allowed: ["wrote false,false | read what was there", "wrote false,true | read what was there", "wrote true,true | read what was there"],
	},
};
