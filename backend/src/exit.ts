import { constants } from "node:os";
import { SavepointError } from "./errors.js";
import { LOST_GRACE_MS } from "./limits.js";
import type { RunningServer } from "./server.js";

/** A failure without an entry of its own, by the convention of sysexits. */
const EXIT_SOFTWARE = 70;

/**
 * The life of the server's process, from start to exit code.
 *
 * A first SIGTERM or SIGINT stops in order and exits 0; a second one exits at once. A storage
 * that had to give up, a failed start and a mistake of our own each end with the exit code of
 * their catalogue entry.
 */
export async function runProcess(start: () => Promise<RunningServer>): Promise<void> {
	process.on("uncaughtException", (error) =>
		end(new SavepointError("INTERNAL", undefined, { cause: error })),
	);
	let server: RunningServer;
	try {
		server = await start();
	} catch (error) {
		end(error);
		return;
	}
	// Before anybody is told that the server is there: a SIGTERM right behind it must find its
	// handler.
	stopOnSignals(server);
	welcome(server);
	const lost = await server.lost;
	server.log.fatal({ code: lost.code, err: lost.cause ?? lost }, lost.message);
	// The waiting clients are told that their outcome is not known; the storage is not used again.
	setTimeout(() => end(lost), LOST_GRACE_MS);
}

function stopOnSignals(server: RunningServer): void {
	let stopping = false;
	for (const signal of ["SIGTERM", "SIGINT"] as const)
		process.on(signal, () => {
			if (stopping) process.exit(128 + constants.signals[signal]);
			stopping = true;
			print("Stopping: finishing what is under way. Once more to stop at once.");
			server.stop().then(
				() => process.exit(0),
				(error: unknown) => end(error),
			);
		});
}

/** One clear message on standard error, and the catalogue's exit code. */
function end(error: unknown): void {
	const known = error instanceof SavepointError ? error : null;
	const lines = known?.message.split("\n") ?? [];
	const list = lines.map((line) => `  - ${line}\n`).join("");
	process.stderr.write(
		lines.length === 1
			? `savepoint: ${lines[0]} (${known?.code})\n`
			: `savepoint: ${known?.code ?? "it failed"}:\n${list}`,
	);
	const cause = known === null ? error : known.cause;
	// A cause is for whoever mends the program; expected failures say all that is needed
	// themselves.
	if (cause instanceof Error && (known === null || known.code === "INTERNAL"))
		process.stderr.write(`${cause.stack}\n`);
	process.exit(known?.entry.exitCode ?? EXIT_SOFTWARE);
}

function welcome({ url, version, storage }: RunningServer): void {
	const { location, warnings, recovery } = storage.report();
	print(`Savepoint ${version} is listening on ${url} (process ${process.pid})`);
	print(`Sessions are stored in ${location}`);
	if (recovery !== null) {
		print(`\nRECOVERED: ${recovery.reason} ${recovery.outcome}`);
		if (recovery.quarantine !== null) print(`The damaged files are in ${recovery.quarantine}`);
	}
	for (const warning of warnings) print(`Warning: ${warning}`);
	print(`\nTry   curl -X POST ${url}/api/sessions`);
	print(`or open ${url}/docs in a browser. Ctrl+C stops; nothing that was answered is lost.`);
}

function print(line: string): void {
	process.stdout.write(`${line}\n`);
}
