import files from "@fastify/static";
import type { FastifyInstance } from "fastify";
import { registerHome } from "./home.js";

/**
 * What a browser may do with our pages: run and load what this server sends, talk to this server,
 * and nothing else. Addresses hold session ids, so no other site is told them.
 */
const PAGE_HEADERS = {
	"content-security-policy": [
		"default-src 'self'",
		"img-src 'self' data: blob:",
		"media-src 'self' data: blob:",
		"font-src 'self' data:",
		"worker-src 'self' blob:",
		// Styles that a script sets on an element are none of the inline styles that this forbids.
		"style-src 'self'",
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
	].join("; "),
	"cross-origin-opener-policy": "same-origin",
	"permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
	"referrer-policy": "no-referrer",
	"x-content-type-options": "nosniff",
};

/** A file whose name holds a hash of what is in it: `assets/game-C1t_x9Qa.js`. */
const HASHED = /[/\\]assets[/\\][^/\\]*-[\w-]{8,}\.\w+(\.br|\.gz)?$/;

/**
 * The pages at `/`: the built frontend where there is one, else a few words and links.
 *
 * Every file of `directory`, as it is now, becomes a path of its own; there is no path that looks
 * for files, so nothing else can be reached, and unknown paths and wrong methods are answered as
 * everywhere. Where `x.js.br` or `x.js.gz` lies beside `x.js`, it is sent to whoever can read it.
 */
export function registerPages(app: FastifyInstance, directory: string | null): void {
	app.register((pages, _options, done) => {
		pages.addHook("onRequest", (_request, reply, next) => {
			reply.headers(PAGE_HEADERS);
			next();
		});
		if (directory === null) registerHome(pages);
		else {
			pages.get("/console", { schema: { hide: true } }, (_request, reply) =>
				reply.redirect("/console/", 308),
			);
			pages.register(files, {
				root: directory,
				wildcard: false,
				decorateReply: false,
				preCompressed: true,
				globIgnore: ["**/*.br", "**/*.gz", "**/*.map"],
				cacheControl: false,
				setHeaders: (response, path) => {
					response.setHeader("vary", "accept-encoding");
					response.setHeader(
						"cache-control",
						HASHED.test(path) ? "public, max-age=31536000, immutable" : "no-cache",
					);
				},
			});
		}
		done();
	});
}
