import { useEffect, useState } from "preact/hooks";

/** The pages of the console. What is shown stands in the address's fragment, so Back works. */
export const PAGES = [
	"overview",
	"sessions",
	"storage",
	"backups",
	"quarantine",
	"notices",
	"keeping",
	"audit",
] as const;
export type PageName = (typeof PAGES)[number];

export type Route =
	| { readonly page: PageName }
	| { readonly page: "session"; readonly sessionId: string };

export function readRoute(hash: string): Route {
	const [, name = "", id] = hash.split("/");
	if (name === "sessions" && id) return { page: "session", sessionId: id };
	return { page: PAGES.find((page) => page === name) ?? "overview" };
}

export function useRoute(): Route {
	const [route, setRoute] = useState(() => readRoute(location.hash));
	useEffect(() => {
		const onChange = () => setRoute(readRoute(location.hash));
		addEventListener("hashchange", onChange);
		return () => removeEventListener("hashchange", onChange);
	}, []);
	return route;
}
