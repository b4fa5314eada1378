/**
 * Progress on standard error: a bar with rate and remaining time on a terminal, else a plain line now and then. The
 * remaining time counts bytes, the bar shows files. Main thread.
 *
 * Shutdown: `end()` stops the bar; without it (Ctrl-C) the terminal is left as it was, since the cursor is never hidden.
 */
import cliProgress from "cli-progress";
import { barIntervalMs, lineIntervalMs } from "./limits.ts";
import { count, megabytes, seconds } from "./wording.ts";

export interface Progress {
	advance(files: number, bytes: number): void;
	/** A line that stays: at once, or where a bar is drawn, when it has ended. */
	note(line: string): void;
	end(): void;
}

export interface Amount {
	readonly files: number;
	readonly bytes: number;
}

export function progressOn(stream: NodeJS.WriteStream, total: Amount, now: () => number): Progress {
	return stream.isTTY ? bar(stream, total, now) : lines(stream, total, now);
}

function bar(stream: NodeJS.WriteStream, total: Amount, now: () => number): Progress {
	const started = now();
	let files = 0;
	let bytes = 0;
	const shown = new cliProgress.SingleBar({
		stream,
		format: "[{bar}] {percentage} % · {value}/{total} files · {rate} · {remaining} left",
		barCompleteChar: "█",
		barIncompleteChar: "░",
		barsize: barSize(stream),
		// A handler for Ctrl-C would wait for the file in hand; without one nothing needs to be put back.
		gracefulExit: false,
		linewrap: true,
		fps: 1000 / barIntervalMs,
		hideCursor: false,
		clearOnComplete: true,
	});
	const notes: string[] = [];
	shown.start(total.files, 0, { rate: "-", remaining: "-" });
	return {
		advance(moreFiles, moreBytes) {
			files += moreFiles;
			bytes += moreBytes;
			const elapsedMs = now() - started;
			shown.update(files, { rate: rateOf(bytes, elapsedMs), remaining: remainingOf(bytes, total.bytes, elapsedMs) });
		},
		note: (line) => void notes.push(line),
		end() {
			shown.stop();
			for (const line of notes) stream.write(`census: ${line}\n`);
		},
	};
}

/** What is left beside the words; without a known width, a size that fits 80 columns. */
function barSize(stream: NodeJS.WriteStream): number {
	return Math.max(4, Math.min(40, (stream.columns ?? 80) - 62));
}

function lines(stream: NodeJS.WriteStream, total: Amount, now: () => number): Progress {
	const started = now();
	let files = 0;
	let bytes = 0;
	let printed = started;
	return {
		advance(moreFiles, moreBytes) {
			files += moreFiles;
			bytes += moreBytes;
			const time = now();
			if (time - printed < lineIntervalMs || files >= total.files) return;
			printed = time;
			const elapsedMs = time - started;
			const left = remainingOf(bytes, total.bytes, elapsedMs);
			stream.write(`census: ${count(files)} of ${count(total.files)} files, ${rateOf(bytes, elapsedMs)}, ${left} left\n`);
		},
		note: (line) => void stream.write(`census: ${line}\n`),
		end: () => undefined,
	};
}

function rateOf(bytes: number, elapsedMs: number): string {
	return elapsedMs <= 0 ? "-" : `${megabytes((bytes * 1000) / elapsedMs)}/s`;
}

function remainingOf(bytes: number, total: number, elapsedMs: number): string {
	return bytes <= 0 ? "-" : seconds((elapsedMs * Math.max(0, total - bytes)) / bytes);
}
