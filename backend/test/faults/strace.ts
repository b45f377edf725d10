import { spawnSync } from "node:child_process";

/** Runs the server under strace, which watches its system calls or makes them fail. */

const findReason = (): string | null => {
	const tried = spawnSync("strace", ["-f", "-o", "/dev/null", "true"], { encoding: "utf8" });
	if (tried.error !== undefined) return "strace is not installed";
	if (tried.status !== 0) return `strace may not trace here (${tried.stderr.trim()})`;
	return null;
};

/** Why processes cannot be traced here, for `describe.skipIf`; null where they can. */
export const straceMissing = findReason();
if (straceMissing !== null) console.log(`${straceMissing}: the tests that need it are skipped.`);

const TRACED =
	"read,recvfrom,recvmsg,readv,write,writev,sendto,sendmsg,pwrite64,pwritev,fsync,fdatasync";
/** Longer than a page of the database or any answer that the tests ask for. */
const STRING_BYTES = 16_384;
/** With seccomp-bpf only the calls that are asked for stop the process. */
const BASE = ["strace", "-f", "--seccomp-bpf", "-e", "signal=none"];

/**
 * The command that traces all that matters for the order of syncs and answers into `output`, and
 * tampers by `inject` (`fsync,fdatasync:error=EIO:when=3+`) if given. Strace counts `when` in each
 * thread by itself.
 */
export const traceTo = (output: string, inject?: string): string[] => [
	...[...BASE, "-ttt", "-yy", "-s", `${STRING_BYTES}`, "-e", `trace=${TRACED}`, "-o", output],
	...(inject === undefined ? [] : ["-e", `inject=${inject}`]),
];

/**
 * The command that makes calls fail and writes down only those. With `path`, only those on that
 * file.
 */
export const injecting = (output: string, inject: string, path?: string): string[] => [
	...[...BASE, "-yy", "-s", "0", "-o", output],
	...["-e", `trace=${inject.slice(0, inject.indexOf(":"))}`, "-e", `inject=${inject}`],
	...(path === undefined ? [] : ["-P", path]),
];

/** The command that writes down all `calls` on these files and makes some fail, if any. */
export const watching = (
	output: string,
	calls: string,
	inject: string | null,
	paths: readonly string[],
): string[] => [
	...[...BASE, "-yy", "-s", "0", "-o", output, "-e", `trace=${calls}`],
	...(inject === null ? [] : ["-e", `inject=${inject}`]),
	...paths.flatMap((path) => ["-P", path]),
];

/** The command that ends the server with SIGKILL at such a call, which seccomp-bpf would not let through. */
export const killingAt = (output: string, calls: string, number: number): string[] => [
	...["strace", "-f", "-yy", "-s", "0", "-o", output, "-e", `trace=${calls}`],
	...["-e", `inject=${calls}:signal=KILL:when=${number}`],
];
