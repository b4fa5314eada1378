/**
 * How a program that measures is started and what it says: its order is the first argument, as JSON; its figure is one line of
 * JSON on standard output. Runs in the main thread of each such program.
 *
 * **Shutdown**: a program ends by itself when its sockets and threads are closed; should one hang, the timer below ends it,
 * which by itself holds nothing alive.
 */
export const RUN_SECONDS_MAX = 110;

/** Runs a measurement on the order that the program was started with, and prints its figure. */
export async function printFigure<Order>(measure: (order: Order) => Promise<number>): Promise<void> {
	setTimeout(() => {
		console.error(`no figure after ${RUN_SECONDS_MAX} s`);
		process.exit(1);
	}, RUN_SECONDS_MAX * 1000).unref();
	const [text] = process.argv.slice(2);
	if (text === undefined) throw new Error("started by the benchmarks: the order is the first argument, as JSON");
	const value = await measure(JSON.parse(text) as Order);
	console.log(JSON.stringify({ value }));
}
