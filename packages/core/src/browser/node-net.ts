/**
 * What core asks node:net about addresses, in a browser; the bundler puts this in its place. A browser binds nothing, so there are no
 * ranges of peers to admit.
 */

/** 4 or 6; 0 for what is no address. */
export function isIP(text: string): 0 | 4 | 6 {
	if (/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(text)) return 4;
	return text.includes(":") && /^[0-9a-f:.]+$/i.test(text) ? 6 : 0;
}

/** Refuses every address. */
export class BlockList {
	addAddress(): void {
		// Nobody connects to a browser.
	}

	addSubnet(): void {
		// Nobody connects to a browser.
	}

	check(): boolean {
		return false;
	}
}
