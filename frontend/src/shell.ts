import { loadEngine } from "./engine.js";

/** The same name as in `public/sw.js`. */
const SHELL = "before-dawn:shell";

/**
 * Keeps the page and its files in the browser once all of them are here, so that a reload works
 * while the server is away. Where a browser has no service workers (or there is no https), a
 * reload then fails as on any page; the game itself is in the client's queue all the same.
 */
export async function keepShell(): Promise<void> {
	if (!("serviceWorker" in navigator) || !("caches" in window) || import.meta.env.DEV) return;
	try {
		await loadEngine();
		await navigator.serviceWorker.register("/sw.js");
		const shell = await caches.open(SHELL);
		const files = performance
			.getEntriesByType("resource")
			.map(({ name }) => new URL(name))
			.filter(({ origin, pathname }) => origin === location.origin && isAsset(pathname))
			.map(({ pathname }) => pathname);
		await shell.addAll(["/", ...new Set(files)]);
		for (const request of await shell.keys()) {
			const { pathname } = new URL(request.url);
			if (isAsset(pathname) && !files.includes(pathname)) await shell.delete(request);
		}
	} catch {
		// The server went away meanwhile, or the browser is full: the next visit tries again.
	}
}

const isAsset = (pathname: string): boolean => pathname.startsWith("/assets/");
