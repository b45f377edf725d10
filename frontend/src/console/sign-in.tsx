import type { SignedIn } from "@savepoint/core";
import { useState } from "preact/hooks";
import { call, Refusal } from "./call.js";
import { Trouble } from "./parts.js";

/** The first page: nothing else is shown before the password was right. */
export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
	const [password, setPassword] = useState("");
	const [refusal, setRefusal] = useState<Refusal | null>(null);
	const [busy, setBusy] = useState(false);

	const signIn = async (event: Event): Promise<void> => {
		event.preventDefault();
		setBusy(true);
		try {
			await call<SignedIn>("/sign-in", { password });
			onSignedIn();
		} catch (error) {
			setRefusal(error instanceof Refusal ? error : new Refusal(String(error), "UNKNOWN"));
			setBusy(false);
		}
	};

	return (
		<main class="sign-in">
			<h1>Savepoint console</h1>
			<form onSubmit={(event) => void signIn(event)}>
				<label for="password">Password</label>
				<input
					id="password"
					type="password"
					autocomplete="current-password"
					required
					value={password}
					onInput={(event) => setPassword(event.currentTarget.value)}
				/>
				<button type="submit" class="deed" disabled={busy}>
					{busy ? "Checking…" : "Sign in"}
				</button>
				<Trouble refusal={refusal} />
			</form>
			<p class="empty">
				The password is the one of <code>SAVEPOINT_ADMIN_PASSWORD</code>, set where the server runs.
			</p>
		</main>
	);
}
