/**
 * One vitest for the whole workspace. Tests beside a source import it as TypeScript; tests that cross packages or start
 * threads import the packages by name, which means what is built into dist: it is loaded by Node itself, unchanged, as
 * users load it. Run `npm run build` before `npx vitest`; `npm test` does both.
 */
import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["packages/*/{src,test}/**/*.test.ts", "apps/*/{src,test}/**/*.test.ts", "test/**/*.test.ts"],
		exclude: ["**/node_modules/**", "**/dist/**"],
		// Real processes: tests start and kill threads, and a native peer may run in them.
		pool: "forks",
		maxWorkers: 2,
		// Real sockets and threads on a loaded machine: a limit for hangs, never a measure of speed.
		testTimeout: 240_000,
		hookTimeout: 240_000,
		teardownTimeout: 60_000,
		allowOnly: false,
		server: { deps: { external: [/\/(?:packages|apps)\/[^/]+\/dist\//] } },
	},
});
