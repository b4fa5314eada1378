/**
 * Numbers in words for people: the same in the progress, the table and the HTML report.
 * Pure; independent of the locale of the machine.
 */

const grouped = new Intl.NumberFormat("en-US");

export function count(value: number): string {
	return grouped.format(value);
}

export function megabytes(bytes: number): string {
	if (bytes < 1e3) return `${Math.round(bytes)} B`;
	return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function seconds(milliseconds: number): string {
	if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
	const whole = Math.round(milliseconds / 1000);
	return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

export function plural(value: number, one: string, many = `${one}s`): string {
	return `${count(value)} ${value === 1 ? one : many}`;
}
