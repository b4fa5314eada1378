/**
 * The iterators of zeromq.js: an object with `next` and nothing else, whose last step is `{ done: true }`.
 */

/**
 * @param take the next value; undefined: it is over
 * @param isOver whether an error only says that it is over
 */
export function stepper<T>(take: () => Promise<T> | undefined, isOver: (error: unknown) => boolean): AsyncIterator<T, undefined> {
	const last = { done: true } as IteratorReturnResult<undefined>;
	return {
		async next(): Promise<IteratorResult<T, undefined>> {
			try {
				const value = take();
				return value === undefined ? last : { value: await value, done: false };
			} catch (error) {
				if (isOver(error)) return last;
				throw error;
			}
		},
	};
}
