import type { RouteOptions } from "fastify";

/**
 * Remembers which methods each path takes, so that a wrong method can be told from a wrong path.
 */
export class PathMethods {
	private readonly byPath = new Map<string, { readonly pattern: RegExp; methods: Set<string> }>();

	/** For Fastify's `onRoute` hook. */
	add(route: Pick<RouteOptions, "url" | "method">): void {
		const known = this.byPath.get(route.url) ?? {
			pattern: toPattern(route.url),
			methods: new Set<string>(),
		};
		for (const method of [route.method].flat()) known.methods.add(method);
		this.byPath.set(route.url, known);
	}

	/** The methods of a request's path, sorted; empty when the path is unknown. */
	of(url: string): string[] {
		const path = url.split(/[?#]/, 1)[0] ?? "";
		const found = [...this.byPath.values()].filter(({ pattern }) => pattern.test(path));
		return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort();
	}
}

function toPattern(url: string): RegExp {
	const source = url
		.replace(/[.+?^${}()|[\]\\]/g, "\\$&")
		.replace(/:\w+/g, "[^/]+")
		.replace(/\*/g, ".*");
	return new RegExp(`^${source}$`);
}
