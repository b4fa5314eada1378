/**
 * An element that is there. A program that picks one which is not must fail at once, and not fall silent.
 */

/** @throws RangeError */
export function element<T>(list: readonly T[], index: number): T {
	if (!(index >= 0 && index < list.length)) throw new RangeError(`there is no element ${index} of ${list.length}`);
	return list[index] as T;
}
