import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["*/test/**/*.slow.ts"],
		// The long versions of ordinary tests: thousands of kills, hundreds of thousands of requests.
		globalSetup: ["backend/test/support/postgres/global-setup.ts"],
		pool: "forks",
		maxWorkers: 2,
		testTimeout: 1_800_000,
		hookTimeout: 120_000,
	},
});
