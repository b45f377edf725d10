import { constants, setPriority } from "node:os";
import { SavepointError } from "../errors.js";
import type { ProofMessage, ProofRequest } from "./proof.js";
import { proveCopy } from "./prove-copy.js";

/**
 * Verifies one copy in a process of its own, with a low priority: neither the server's event
 * loop nor its writer waits for it, and what a damaged file may do to SQLite stays in here.
 */

const TELL_EVERY_MS = 200;

/** Not every system lets a process be less important. */
function yieldToOthers(): void {
	try {
		setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
	} catch {
		// It only takes the processor that others would have liked to have.
	}
}

function send(message: ProofMessage): void {
	process.send?.(message);
}

async function prove(request: ProofRequest): Promise<void> {
	let toldAtMs = 0;
	try {
		const facts = await proveCopy(request, (progress) => {
			if (performance.now() - toldAtMs < TELL_EVERY_MS) return;
			toldAtMs = performance.now();
			send({ kind: "progress", progress });
		});
		send({ kind: "facts", facts });
	} catch (error) {
		const code = error instanceof SavepointError ? error.code : "INTERNAL";
		send({ kind: "failed", code, reason: error instanceof Error ? error.message : String(error) });
	}
	process.disconnect();
}

yieldToOthers();
process.once("message", (request: ProofRequest) => void prove(request));
// Whoever asked is gone: nobody needs the answer.
process.once("disconnect", () => process.exit());
