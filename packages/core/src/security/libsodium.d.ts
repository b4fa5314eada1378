/**
 * The package libsodium has no types of its own. Its default export makes an instance of the WebAssembly module; what we
 * use of that instance is described in sodium.ts.
 */
declare module "libsodium" {
	const instantiate: (options: { getRandomValue(): number }) => Promise<object>;
	export default instantiate;
}
