#!/usr/bin/env node
// Committed, so that `npx savepoint` is linked before the first build.
await import("../dist/bundle/cli.js").catch((error) => {
	if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
	console.error(
		"savepoint is not built yet. Run `npm run build` first (`npm start` builds by itself).",
	);
	process.exitCode = 69;
});
