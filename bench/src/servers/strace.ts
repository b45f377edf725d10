import { spawnSync } from "node:child_process";

/** Why processes cannot be traced here; null where they can. */
export function findStrace(): string | null {
	const tried = spawnSync("strace", ["-f", "-o", "/dev/null", "true"], { encoding: "utf8" });
	if (tried.error !== undefined) return "strace is not installed (Debian: apt-get install strace)";
	return tried.status === 0 ? null : `strace may not trace here: ${tried.stderr.trim()}`;
}

/**
 * The command under which each sync of a server takes this much longer. With seccomp-bpf only
 * syncs stop the process, so all else runs as fast as ever.
 */
export const delayingSyncs = (delayMs: number): readonly string[] => [
	...["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "signal=none"],
	...["-e", "trace=fsync,fdatasync"],
	...["-e", `inject=fsync,fdatasync:delay_enter=${delayMs * 1000}`],
];
