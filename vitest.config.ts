import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["*/test/**/*.test.ts"],
		// Tests drive real files, processes and sockets: a fork each, and time for a slow disk.
		globalSetup: ["backend/test/support/postgres/global-setup.ts"],
		pool: "forks",
		maxWorkers: 2,
		testTimeout: 30_000,
		hookTimeout: 30_000,
	},
});
