import type { ErrorBody } from "@savepoint/core";

/** What the server refused, in its own words. */
export class Refusal extends Error {
	override readonly name = "Refusal";
	readonly code: string;

	constructor(message: string, code: string) {
		super(message);
		this.code = code;
	}
}

/** Rejects with a Refusal: the server's own, or that there is none. */
export async function call<T>(path: string, body?: object, signal?: AbortSignal): Promise<T> {
	const options: RequestInit =
		body === undefined
			? {}
			: { method: "POST", headers: { "x-savepoint-console": "1" }, body: JSON.stringify(body) };
	let answer: Response;
	try {
		answer = await fetch(`/api/console${path}`, { ...options, ...(signal && { signal }) });
	} catch (error) {
		if (signal?.aborted === true) throw error;
		throw new Refusal("The server does not answer. This page goes on when it does.", "AWAY");
	}
	const told: unknown = await answer.json().catch(() => null);
	if (answer.ok) return told as T;
	const { error = "The server answered with something else.", code = "UNKNOWN" } =
		(told as Partial<ErrorBody> | null) ?? {};
	throw new Refusal(error, code);
}
