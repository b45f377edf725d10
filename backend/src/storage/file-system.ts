import { existsSync, readFileSync, realpathSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { SavepointError } from "../errors.js";
import { translateFileError } from "./file-errors.js";
import { findMount, type Mount, parseMounts, showsContainer } from "./mounts.js";

/** What a data directory lies on, and whether a database may lie there (F2). */

export type FileSystemKind =
	| "local"
	/** Other machines can write there, and locks are a matter of trust. */
	| "network"
	/** Passed through from a host or a user program: locks and syncs are as good as that is. */
	| "shared"
	/** Gone with the power. */
	| "memory"
	/** Gone with the container. */
	| "container-layer"
	| "unknown";

export interface FileSystem {
	readonly kind: FileSystemKind;
	/** As the mount table or the kernel calls it: ext4, nfs4, fuse.sshfs … */
	readonly name: string;
	readonly freeBytes: number;
	readonly totalBytes: number;
}

/** What is asked of the machine; tests hand in other answers. */
export interface FileSystemReader {
	statfs(path: string): { type: number; bsize: number; blocks: number; bavail: number };
	/** Linux's mount table; empty where there is none. */
	mountTable(): string;
	/** A container of an application, whose root is made anew from an image. */
	isContainer(): boolean;
}

const KINDS: ReadonlyMap<number, readonly [FileSystemKind, string]> = new Map([
	[0xef53, ["local", "ext4"]],
	[0x5846_5342, ["local", "xfs"]],
	[0x9123_683e, ["local", "btrfs"]],
	[0x2fc1_2fc1, ["local", "zfs"]],
	[0xf2f5_2010, ["local", "f2fs"]],
	[0xca45_1a4e, ["local", "bcachefs"]],
	[0x6969, ["network", "nfs"]],
	[0x517b, ["network", "smb"]],
	[0xff53_4d42, ["network", "cifs"]],
	[0xfe53_4d42, ["network", "smb2"]],
	[0x00c3_6400, ["network", "ceph"]],
	[0x5346_414f, ["network", "afs"]],
	[0x0bd0_0bd0, ["network", "lustre"]],
	[0x4750_4653, ["network", "gpfs"]],
	[0x0102_1997, ["shared", "9p"]],
	[0x6573_5546, ["shared", "fuse"]],
	[0x786f_4256, ["shared", "vboxsf"]],
	[0x0102_1994, ["memory", "tmpfs"]],
	[0x8584_58f6, ["memory", "ramfs"]],
	[0x794c_7630, ["container-layer", "overlay"]],
]);

const readText = (path: string): string => {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
};

const MACHINE: FileSystemReader = {
	statfs: (path) => statfsSync(path),
	mountTable: () => readText("/proc/self/mountinfo"),
	isContainer: () =>
		existsSync("/.dockerenv") ||
		existsSync("/run/.containerenv") ||
		/docker|kubepods|containerd|libpod/.test(readText("/proc/1/cgroup")),
};

/** A data directory that is yet to be made will lie on what its nearest parent lies on. */
const nearestExisting = (path: string): string => {
	let at = path;
	while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
	return realpathSync(at);
};

const classify = (
	magic: number,
	mount: Mount | null,
	isContainer: boolean,
): readonly [FileSystemKind, string] => {
	const [kind, name] = KINDS.get(magic) ?? (["unknown", `type 0x${magic.toString(16)}`] as const);
	if (mount === null) return [kind, name];
	const isRoot = mount.mountPoint === "/";
	// Whatever it is made of: an overlay, a subdirectory of the host's disk, or a block device of its
	// own, as micro virtual machines give to a container. What lives on is always mounted elsewhere.
	if (isContainer && isRoot) return ["container-layer", mount.type];
	// An overlay that somebody mounted on purpose lives on after the container.
	if (kind === "container-layer" && !isRoot) return ["unknown", mount.type];
	return [kind, mount.type];
};

/** @throws STORAGE_PERMISSION, STORAGE_IO where the file system gives no answer. */
export function describeFileSystem(
	directory: string,
	reader: FileSystemReader = MACHINE,
): FileSystem {
	try {
		const path = nearestExisting(directory);
		const stats = reader.statfs(path);
		const mounts = parseMounts(reader.mountTable());
		const mount = findMount(mounts, path);
		// Inside a container of its own name spaces the mount table may be the only witness.
		const isContainer = reader.isContainer() || showsContainer(mounts);
		// A 32-bit kernel gives the large numbers with a sign.
		const [kind, name] = classify(stats.type >>> 0, mount, isContainer);
		return {
			kind,
			name,
			freeBytes: stats.bavail * stats.bsize,
			totalBytes: stats.blocks * stats.bsize,
		};
	} catch (error) {
		throw translateFileError(error, directory);
	}
}

export interface FileSystemDemands {
	readonly requireVolume: boolean;
	readonly allowNetworkFileSystem: boolean;
}

/**
 * Warnings for where the database lies, each with its remedy; none on a plain local disk.
 * @throws STORAGE_UNSAFE_FILESYSTEM on a network file system that is not allowed;
 * STORAGE_VOLUME_REQUIRED where a volume is demanded and the directory would vanish.
 */
export function assessFileSystem(
	directory: string,
	demands: FileSystemDemands,
	reader: FileSystemReader = MACHINE,
): string[] {
	const { kind, name } = describeFileSystem(directory, reader);
	switch (kind) {
		case "local":
		case "unknown":
			return [];
		case "network":
			if (!demands.allowNetworkFileSystem)
				throw new SavepointError(
					"STORAGE_UNSAFE_FILESYSTEM",
					`${directory} is on a network file system (${name}), where SQLite's locks ` +
						"cannot be trusted. Choose a local disk with SAVEPOINT_DB_PATH, or set " +
						"SAVEPOINT_ALLOW_NETWORK_FILESYSTEM=true at your own risk.",
				);
			return [
				`${directory} is on a network file system (${name}), as allowed: two servers, or ` +
					"one server after a network fault, can damage the database. Move it to a local " +
					"disk.",
			];
		case "shared":
			return [
				`${directory} is on ${name}, which passes files through from elsewhere: whether syncs ` +
					"and locks reach the disk is up to it. Prefer a local disk or a volume, and try " +
					"`savepoint crashtest` there.",
			];
		case "memory":
		case "container-layer":
			return [vanishing(directory, kind, name, demands)];
	}
}

const vanishing = (
	directory: string,
	kind: "memory" | "container-layer",
	name: string,
	demands: FileSystemDemands,
): string => {
	const sentence =
		kind === "memory"
			? `${directory} is in memory (${name}) and is empty after a restart of the machine.`
			: `${directory} is on the container's own layer (${name}) and vanishes with the container.`;
	const remedy = "Mount a volume or a host directory there, or name one with SAVEPOINT_DB_PATH.";
	if (demands.requireVolume)
		throw new SavepointError("STORAGE_VOLUME_REQUIRED", `${sentence} ${remedy}`);
	return `${sentence} ${remedy}`;
};
