/**
 * The task of the piscina arm: a pool calls the default export of a module.
 * It does exactly what the actor of actor-echo.ts does.
 */
export default function echo(value: { id: number; text: string }): { id: number; text: string } {
	return value;
}
