import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
	assessFileSystem,
	describeFileSystem,
	type FileSystemReader,
} from "#src/storage/file-system.js";
import { findMount, parseMounts } from "#src/storage/mounts.js";
import { codeOf, temporaryDirectory } from "./fixtures/files.js";

const OPEN = { requireVolume: false, allowNetworkFileSystem: false };

const machine = (type: number, mountTable = "", isContainer = false): FileSystemReader => ({
	statfs: () => ({ type, bsize: 4096, blocks: 100, bavail: 10 }),
	mountTable: () => mountTable,
	isContainer: () => isContainer,
});
const mounted = (type: string, mountPoint = "/", root = "/"): string =>
	`22 1 0:21 ${root} ${mountPoint} rw,relatime shared:1 - ${type} source rw\n`;

describe("[F2] what a directory lies on", () => {
	it.each([
		[0xef53, "local"],
		[0x5846_5342, "local"],
		[0x9123_683e, "local"],
		[0x6969, "network"],
		[0x517b, "network"],
		[0xff53_4d42, "network"],
		[0xff53_4d42 | 0, "network"],
		[0xfe53_4d42, "network"],
		[0x0102_1997, "shared"],
		[0x6573_5546, "shared"],
		[0x0102_1994, "memory"],
		[0x8584_58f6, "memory"],
		[0x1234, "unknown"],
	])("[F2] type %i is %s", (type, kind) => {
		expect(describeFileSystem("/", machine(type))).toMatchObject({
			kind,
			freeBytes: 40_960,
			totalBytes: 409_600,
		});
	});

	it("[F2] a container's own layer, however its engine builds it; a volume in it is none", () => {
		const kindOf = (type: number, table: string, isContainer: boolean): string =>
			describeFileSystem("/", machine(type, table, isContainer)).kind;
		expect(kindOf(0x794c_7630, mounted("overlay"), true)).toBe("container-layer");
		expect(kindOf(0x794c_7630, mounted("overlay"), false)).toBe("container-layer");
		expect(kindOf(0xef53, mounted("ext4", "/", "/var/lib/engine/7"), true)).toBe("container-layer");
		expect(kindOf(0x6573_5546, mounted("fuse.fuse-overlayfs"), true)).toBe("container-layer");
		expect(kindOf(0xef53, mounted("ext4"), true)).toBe("container-layer");
		expect(kindOf(0xef53, mounted("ext4", "/", "/@root"), false)).toBe("local");
		expect(kindOf(0xef53, mounted("ext4"), false)).toBe("local");
	});

	it("[F2] a container without a mark of its engine is known by the files mounted into it", () => {
		const root = mounted("ext4");
		const hosts = mounted("ext4", "/etc/hosts", "/var/lib/kubelet/pods/7/etc-hosts");
		const resolver = mounted("ext4", "/etc/resolv.conf", "/run/containerd/7/resolv.conf");
		const volume = mounted("ext4", "/srv", "/volumes/7");
		const kindOf = (table: string, path = "/"): string =>
			describeFileSystem(path, machine(0xef53, table)).kind;
		expect(kindOf(root + hosts + resolver)).toBe("container-layer");
		expect(kindOf(root + hosts + resolver + volume, "/srv")).toBe("local");
		// A resolver alone is mounted on plain machines, too.
		expect(kindOf(root + resolver)).toBe("local");
	});

	it("[F2] the mount table names it: the deepest mount, and of equals the last", () => {
		const table =
			mounted("ext4") +
			mounted("nfs4", "/srv/my\\040data") +
			mounted("tmpfs", "/srv") +
			mounted("xfs", "/srv") +
			"not a line\n";
		const mounts = parseMounts(table);
		expect(findMount(mounts, "/srv/my data/x")?.type).toBe("nfs4");
		expect(findMount(mounts, "/srv/my")?.type).toBe("xfs");
		expect(findMount(mounts, "/srvother")?.type).toBe("ext4");
		expect(findMount([], "/")).toBeNull();
	});

	it.runIf(existsSync("/dev/shm"))("[F2] the real memory and the real disk", () => {
		expect(describeFileSystem("/dev/shm")).toMatchObject({ kind: "memory", name: "tmpfs" });
		const disk = describeFileSystem(`${temporaryDirectory()}/not/made/yet`);
		expect(disk.totalBytes).toBeGreaterThan(disk.freeBytes);
		expect(disk.name).not.toBe("");
	});
});

describe("[F2] whether a database may lie there", () => {
	const NFS = machine(0x6969);
	const TMPFS = machine(0x0102_1994);
	const LAYER = machine(0x794c_7630, mounted("overlay"), true);

	it("[F2] a network file system is refused, and with the override warned of", () => {
		expect(codeOf(() => assessFileSystem("/", OPEN, NFS))).toBe("STORAGE_UNSAFE_FILESYSTEM");
		const warnings = assessFileSystem("/", { ...OPEN, allowNetworkFileSystem: true }, NFS);
		expect(warnings).toHaveLength(1);
	});

	it("[F2] what vanishes is warned of, and refused where a volume is demanded", () => {
		for (const reader of [TMPFS, LAYER]) {
			expect(assessFileSystem("/", OPEN, reader)[0]).toContain("Mount a volume");
			const action = () => assessFileSystem("/", { ...OPEN, requireVolume: true }, reader);
			expect(codeOf(action)).toBe("STORAGE_VOLUME_REQUIRED");
			expect(action).toThrow("Mount a volume");
		}
	});

	it("[F2] what is passed through is warned of, a local disk is not", () => {
		const demands = { ...OPEN, requireVolume: true };
		expect(assessFileSystem("/", demands, machine(0x0102_1997))).toHaveLength(1);
		expect(assessFileSystem("/", demands, machine(0xef53))).toEqual([]);
		expect(assessFileSystem("/", demands, machine(0x1234))).toEqual([]);
	});
});
