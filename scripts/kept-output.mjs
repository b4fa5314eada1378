/**
 * What is kept of the output of a step that may fail: its last lines, and of what came before them the lines that name a failure. A log
 * is often read from its end only, where the failure of an early step has long gone by.
 *
 * Bounded: so many lines and so many characters of each, whatever a step prints. Colours are left out.
 */

const LAST_LINES_MAX = 60;
const TELLING_LINES_MAX = 40;
const CHARACTERS_MAX = 400;
/** How test runners, the fuzzer, the soak and Node begin the line that counts. */
const TELLING = /\bFAIL(ED)?\b|\bFOUND\b|\bVIOLATION\b|^\s*(\S+: )?(\w*Error|Violation)\b.*:|\berror TS\d+/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
const COLOUR = /\x1b\[[\d;]*[A-Za-z]/g;

export class KeptOutput {
	/** @type {{ at: number, text: string }[]} */
	#last = [];
	/** @type {{ at: number, text: string }[]} */
	#telling = [];
	#count = 0;
	/** Of a stream, what has no end of line yet. @type {Map<string, string>} */
	#open = new Map();

	/**
	 * @param {string} stream lines of one stream are not mixed with another's
	 * @param {string} text
	 */
	write(stream, text) {
		const lines = ((this.#open.get(stream) ?? "") + text).split("\n");
		// A line without end is no reason to keep all of it.
		this.#open.set(stream, (lines.pop() ?? "").slice(0, 2 * CHARACTERS_MAX));
		for (const line of lines) this.#add(line);
	}

	/**
	 * Lines to print, the earliest first; "…" stands where some are left out.
	 * @param {number} most
	 * @returns {string[]}
	 */
	lines(most) {
		for (const rest of this.#open.values()) if (rest !== "") this.#add(rest);
		this.#open.clear();
		// Where the end alone does not show a failure, up to a third is for what does.
		const earlier = this.#telling.filter(({ at }) => at < this.#count - Math.min(most, LAST_LINES_MAX));
		const telling = earlier.slice(-Math.floor(most / 3));
		const last = this.#last.slice(-Math.max(1, most - 2 * telling.length - 1));
		const shown = [...telling.filter(({ at }) => at < (last[0]?.at ?? 0)), ...last];
		return shown.flatMap(({ at, text }, index) => {
			const before = index === 0 ? -1 : (shown[index - 1]?.at ?? -1);
			return at === before + 1 ? [text] : ["…", text];
		});
	}

	/** @param {string} line */
	#add(line) {
		const text = line.replace(COLOUR, "").trimEnd();
		if (text === "") return;
		const kept = { at: this.#count++, text: text.length > CHARACTERS_MAX ? `${text.slice(0, CHARACTERS_MAX)}…` : text };
		this.#last.push(kept);
		if (this.#last.length > LAST_LINES_MAX) this.#last.shift();
		// What is printed again and again tells nothing new.
		if (!TELLING.test(text) || this.#telling.some((line) => line.text === kept.text)) return;
		this.#telling.push(kept);
		if (this.#telling.length > TELLING_LINES_MAX) this.#telling.shift();
	}
}
