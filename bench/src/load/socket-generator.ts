import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { remember } from "../servers/running.js";
import type { SocketLoad, SocketResult } from "./socket-load.js";

const ENTRY = fileURLToPath(new URL("./socket-load-process.js", import.meta.url));

interface GeneratorMessage {
	readonly kind: "progress" | "result";
	readonly result: SocketResult;
}

/**
 * Resolves when the load is over. Rejects when a move was not applied. `lost` tells whether the
 * server went away; whoever did not kill it takes that for a failure.
 */
export function startSocketLoad(
	load: SocketLoad,
	onProgress: (result: SocketResult) => void = () => undefined,
): Promise<SocketResult> {
	const child = fork(ENTRY, [], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
	const forget = remember(async () => {
		child.kill("SIGKILL");
	});
	const result = new Promise<SocketResult>((resolve, reject) => {
		child.on("message", (message: GeneratorMessage) => {
			if (message.kind === "progress") onProgress(message.result);
			else resolve(message.result);
		});
		child.on("error", reject);
		child.on("exit", forget);
		child.on("exit", (code) => reject(new Error(`the load ended with exit code ${code}`)));
	});
	child.send(load);
	// Whoever gave up on a measurement no longer hears of its end.
	result.catch(() => undefined);
	return result;
}

/** The whole load; a server that goes away is a failure. */
export async function loadSockets(load: SocketLoad): Promise<SocketResult> {
	const result = await startSocketLoad(load);
	if (result.lost) throw new Error("the server closed a connection under load");
	if (result.moves === 0) throw new Error("no move was acknowledged in the given time");
	return result;
}
