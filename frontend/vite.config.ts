import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const server = process.env["SAVEPOINT_SERVER"] ?? "http://127.0.0.1:3333";

const PHASER = "../node_modules/phaser/dist/phaser.esm.min.js";

/** The server sends what lies beside a file as `.br` or `.gz`; it compresses nothing itself. */
function compressed(): Plugin {
	const text = /\.(js|css|html|svg)$/;
	return {
		name: "compressed",
		apply: "build",
		writeBundle({ dir = "" }) {
			for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
				if (!text.test(name)) continue;
				const path = join(dir, name);
				const content = readFileSync(path);
				const params = { [constants.BROTLI_PARAM_QUALITY]: 10 };
				writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
				writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
			}
		},
	};
}

const page = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

export default defineConfig({
	root: fileURLToPath(new URL(".", import.meta.url)),
	plugins: [compressed()],
	// Small pictures would be inlined as `data:` URLs, which a strict content policy forbids.
	build: {
		target: "es2023",
		assetsInlineLimit: 0,
		chunkSizeWarningLimit: 1500,
		rolldownOptions: { input: { game: page("index.html"), console: page("console/index.html") } },
	},
	// The engine's own minified build: of the same size as ours would be, and built at once.
	resolve: { alias: { phaser: fileURLToPath(new URL(PHASER, import.meta.url)) } },
	server: { proxy: { "/api": { target: server, ws: true }, "/health": server } },
	preview: { proxy: { "/api": { target: server, ws: true }, "/health": server } },
});
