import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "#src/storage/file-errors.js";
import { temporaryDirectory } from "../storage/fixtures/files.js";

/** A real file system of a few megabytes that can be filled and emptied. */
export interface SmallDisk {
	readonly directory: string;
	/** Takes all space but so much; what was taken before is given back first. */
	fill(leftBytes: number): void;
	free(): void;
	unmount(): void;
}

const mounted = new Set<SmallDisk>();

export function mountDisk(bytes: number): SmallDisk {
	const directory = temporaryDirectory();
	execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", directory]);
	const ballast = join(directory, "ballast");
	const free = (): void => rmSync(ballast, { force: true });
	const disk: SmallDisk = {
		directory,
		fill(leftBytes) {
			free();
			const { bsize } = statfsSync(directory);
			const page = Buffer.alloc(bsize);
			const descriptor = openSync(ballast, "w");
			// Asked each time: a server that runs takes space meanwhile.
			while (statfsSync(directory).bavail * bsize >= leftBytes + bsize) {
				try {
					writeSync(descriptor, page);
				} catch (error) {
					if (errnoOf(error) !== "ENOSPC") throw error;
				}
			}
			closeSync(descriptor);
		},
		free,
		unmount() {
			mounted.delete(disk);
			execFileSync("umount", ["--lazy", directory]);
		},
	};
	mounted.add(disk);
	return disk;
}

/** For `afterEach`, once the servers are gone. */
export const unmountDisks = (): void => {
	for (const disk of mounted) disk.unmount();
};

const findReason = (): string | null => {
	if (process.getuid?.() !== 0) return "only root may mount";
	const directory = temporaryDirectory();
	const tried = spawnSync("mount", ["-t", "tmpfs", "tmpfs", directory], { encoding: "utf8" });
	if (tried.status !== 0) return `nothing can be mounted here (${tried.stderr?.trim()})`;
	execFileSync("umount", [directory]);
	return null;
};

/** Why no small disk can be had here, for `describe.skipIf`; null where one can. */
export const mountMissing = findReason();
if (mountMissing !== null) console.log(`${mountMissing}: the tests that need it are skipped.`);
