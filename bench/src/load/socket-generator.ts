import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { SocketLoad, SocketResult } from "./socket-load.js";

const ENTRY = fileURLToPath(new URL("./socket-load-process.js", import.meta.url));

interface GeneratorMessage {
	readonly kind: "progress" | "result";
	readonly result: SocketResult;
}

export interface SocketGenerator {
	/**
	 * Rejects when a move was not applied. `lost` tells whether the server went away; whoever did
	 * not kill it takes that for a failure.
	 */
	readonly result: Promise<SocketResult>;
	stop(): void;
}

export function startSocketLoad(
	load: SocketLoad,
	onProgress: (result: SocketResult) => void = () => undefined,
): SocketGenerator {
	const child = fork(ENTRY, [], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
	const result = new Promise<SocketResult>((resolve, reject) => {
		child.on("message", (message: GeneratorMessage) => {
			if (message.kind === "progress") onProgress(message.result);
			else resolve(message.result);
		});
		child.on("error", reject);
		child.on("exit", (code) => reject(new Error(`the load ended with exit code ${code}`)));
	});
	child.send(load);
	return { result, stop: () => child.kill() };
}

/** The whole load; a server that goes away is a failure. */
export async function loadSockets(load: SocketLoad): Promise<SocketResult> {
	const result = await startSocketLoad(load).result;
	if (result.lost) throw new Error("the server closed a connection under load");
	return result;
}
