// Keeps the page itself, so that a reload finds the game while the server is away. Answers of the
// server are never kept: what they say must be true.
const SHELL = "before-dawn:shell";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
	const { request } = event;
	const { origin, pathname } = new URL(request.url);
	if (request.method !== "GET" || origin !== self.location.origin) return;
	if (request.mode === "navigate" && pathname === "/") event.respondWith(newestPage(request));
	else if (pathname.startsWith("/assets/")) event.respondWith(keptFile(request));
});

/** From the server while it answers, so that nobody is left with an old page. */
async function newestPage(request) {
	const shell = await caches.open(SHELL);
	try {
		const answer = await fetch(request);
		if (answer.ok) await shell.put("/", answer.clone());
		return answer;
	} catch (error) {
		const kept = await shell.match("/");
		if (kept === undefined) throw error;
		return kept;
	}
}

/** The name of a file changes with what is in it: the one that is kept is the right one. */
async function keptFile(request) {
	const shell = await caches.open(SHELL);
	const kept = await shell.match(request);
	if (kept !== undefined) return kept;
	const answer = await fetch(request);
	if (answer.ok) await shell.put(request, answer.clone());
	return answer;
}
