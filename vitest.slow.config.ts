import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["*/test/**/*.slow.ts"],
		pool: "forks",
		maxWorkers: 2,
		testTimeout: 1_800_000,
		hookTimeout: 120_000,
	},
});
