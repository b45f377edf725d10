import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { SavepointError } from "../errors.js";
import type { ProofFacts, ProofMessage, ProofRequest, TellProgress } from "./proof.js";

const PROCESS = fileURLToPath(new URL("./prove-process.js", import.meta.url));

/**
 * `proveCopy` in a process of its own. Rejects with BACKUP_FAILED when that process could not open
 * the copy or did not come to its end, and with SHUTTING_DOWN when `signal` cut it short.
 */
export function proveInProcess(
	request: ProofRequest,
	tell: TellProgress,
	signal?: AbortSignal,
): Promise<ProofFacts> {
	const child = fork(PROCESS, {
		execArgv: [],
		stdio: ["ignore", "ignore", "inherit", "ipc"],
		...(signal === undefined ? {} : { signal, killSignal: "SIGKILL" as const }),
	});
	return new Promise((resolve, reject) => {
		const fail = (reason: string): void =>
			reject(
				signal?.aborted === true
					? new SavepointError("SHUTTING_DOWN")
					: new SavepointError("BACKUP_FAILED", `The copy could not be verified: ${reason}`),
			);
		child.on("message", (message: ProofMessage) => {
			if (message.kind === "progress") tell(message.progress);
			else if (message.kind === "facts") resolve(message.facts);
			else fail(`${message.reason} (${message.code})`);
		});
		child.on("error", (error) => fail(error.message));
		child.on("exit", (code, killedBy) => fail(`its process ended with ${killedBy ?? code}.`));
		child.send(request);
	});
}
