import type { SignedIn } from "@savepoint/core";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { AuditPage } from "./audit.js";
import { BackupsPage } from "./backups.js";
import { call, Refusal } from "./call.js";
import { KeepingPage } from "./keeping.js";
import { NoticesPage } from "./notices.js";
import { OverviewPage } from "./overview.js";
import { Trouble, Waiting } from "./parts.js";
import { QuarantinePage } from "./quarantine.js";
import { PAGES, type Route, useRoute } from "./route.js";
import { SessionPage } from "./session.js";
import { SessionsPage } from "./sessions.js";
import { SignIn } from "./sign-in.js";
import { SignedOut } from "./signed-out.js";
import { StoragePage } from "./storage.js";

type Access =
	| { readonly kind: "unknown" | "out" | "in" }
	| { readonly kind: "refused"; readonly refusal: Refusal };

function App() {
	const [access, setAccess] = useState<Access>({ kind: "unknown" });
	useEffect(() => {
		call<SignedIn>("/signed-in").then(
			() => setAccess({ kind: "in" }),
			(error: unknown) =>
				setAccess(
					error instanceof Refusal && error.code !== "SIGN_IN_REQUIRED"
						? { kind: "refused", refusal: error }
						: { kind: "out" },
				),
		);
	}, []);
	switch (access.kind) {
		case "unknown":
			return (
				<main>
					<Waiting />
				</main>
			);
		case "refused":
			return (
				<main class="sign-in">
					<h1>Savepoint console</h1>
					<Trouble refusal={access.refusal} />
				</main>
			);
		case "out":
			return <SignIn onSignedIn={() => setAccess({ kind: "in" })} />;
		case "in":
			return (
				<SignedOut.Provider value={() => setAccess({ kind: "out" })}>
					<Inside onLeave={() => setAccess({ kind: "out" })} />
				</SignedOut.Provider>
			);
	}
}

function Inside({ onLeave }: { onLeave: () => void }) {
	const route = useRoute();
	const current = route.page === "session" ? "sessions" : route.page;
	const leave = (): void => {
		call("/sign-out", {}).then(onLeave, onLeave);
	};
	return (
		<>
			<header class="bar">
				<strong>Savepoint</strong>
				<nav aria-label="Pages of the console">
					{PAGES.map((page) => (
						<a key={page} href={`#/${page}`} aria-current={page === current ? "page" : undefined}>
							{page}
						</a>
					))}
				</nav>
				<button type="button" class="quiet" onClick={leave}>
					Sign out
				</button>
			</header>
			<main>
				<Page route={route} />
			</main>
		</>
	);
}

function Page({ route }: { route: Route }) {
	switch (route.page) {
		case "overview":
			return <OverviewPage />;
		case "sessions":
			return <SessionsPage />;
		case "session":
			return <SessionPage key={route.sessionId} sessionId={route.sessionId} />;
		case "storage":
			return <StoragePage />;
		case "backups":
			return <BackupsPage />;
		case "quarantine":
			return <QuarantinePage />;
		case "notices":
			return <NoticesPage />;
		case "keeping":
			return <KeepingPage />;
		case "audit":
			return <AuditPage />;
	}
}

const host = document.getElementById("console");
if (host !== null) render(<App />, host);
