/**
 * A copy of a text with memory of its own. V8 makes a part of a long string a view of it, which keeps all of it alive: ten
 * names in a list would hold ten files, and every package name that is counted the file it was first met in.
 */
const viewCharactersMin = 13;

export function ownText(text: string): string {
	return text.length < viewCharactersMin ? text : Buffer.from(text, "utf16le").toString("utf16le");
}
