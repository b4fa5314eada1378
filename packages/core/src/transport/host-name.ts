/**
 * Which texts can be host names: labels of letters, digits, hyphens and underscores with dots between (RFC 1123, and what people use).
 */
const HOST_NAME_PATTERN = /^(?=.{1,253}\.?$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?$/;

export function isHostName(text: string): boolean {
	return HOST_NAME_PATTERN.test(text);
}
