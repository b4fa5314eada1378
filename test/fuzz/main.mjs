/**
 * npm run fuzz: lets this Node run TypeScript where it does not by itself, then starts program.ts.
 *
 *     node test/fuzz/main.mjs [--seconds 60 | --runs N] [--seed N] [--target NAME]… [--list] [--replay FILE]
 */
if (!process.features.typescript) (await import("tsx/esm/api")).register();
await import("./program.ts");
