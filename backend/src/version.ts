import { readFileSync } from "node:fs";

const manifest: { version: string } = JSON.parse(
	readFileSync(new URL("../package.json", import.meta.url), "utf8"),
);

/** The version in this package's own manifest: one place to raise it. */
export const VERSION = manifest.version;
