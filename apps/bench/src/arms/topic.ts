/**
 * The topics of the subscription rows: what a feed of prices has, all different, none the prefix of another.
 */

/** At least 20 bytes, so that the words "ready" and "last" are told apart by length. */
export function topicOf(index: number): string {
	return `market/${index % 1000}/instrument/${String(index).padStart(7, "0")}/`;
}
