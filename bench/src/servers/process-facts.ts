import { existsSync, readFileSync } from "node:fs";

const numberAfter = (path: string, name: string): number => {
	const found = new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(readFileSync(path, "utf8"));
	if (found?.[1] === undefined) throw new Error(`${path} does not tell ${name}`);
	return Number(found[1]);
};

/** Why a process cannot be looked at from outside; null on Linux. */
export const findProc = (): string | null =>
	existsSync("/proc/self/io") ? null : "this system has no /proc/<pid>/io";

/** What the process caused to be written to disk, in whole pages, sockets not counted. */
export const writtenBytes = (pid: number): number => numberAfter(`/proc/${pid}/io`, "write_bytes");

export const residentBytes = (pid: number): number =>
	1024 * numberAfter(`/proc/${pid}/status`, "VmRSS");
