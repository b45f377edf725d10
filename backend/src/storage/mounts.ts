/** Linux's mount table (`/proc/self/mountinfo`). Pure: text in. */

export interface Mount {
	readonly mountPoint: string;
	/** The directory of its file system that is shown there; "/" where all of it is. */
	readonly root: string;
	readonly type: string;
}

/** Spaces and the like are written in octal there. */
const unescapeOctal = (text: string): string =>
	text.replaceAll(/\\(\d{3})/g, (_, digits: string) =>
		String.fromCharCode(Number.parseInt(digits, 8)),
	);

/** Lines that are not as documented are left out. */
export function parseMounts(table: string): Mount[] {
	const mounts: Mount[] = [];
	for (const line of table.split("\n")) {
		// A list of optional fields, closed by a lone dash, stands between the two halves.
		const [place, source] = line.split(" - ");
		const [, , , root, mountPoint] = place?.split(" ") ?? [];
		const type = source?.split(" ")[0];
		if (root && mountPoint && type)
			mounts.push({ mountPoint: unescapeOctal(mountPoint), root: unescapeOctal(root), type });
	}
	return mounts;
}

/**
 * The mount that an absolute, resolved path lies on: the deepest, and of equals the last, which
 * covers.
 */
export function findMount(mounts: readonly Mount[], path: string): Mount | null {
	let found: Mount | null = null;
	for (const mount of mounts) {
		const base = mount.mountPoint === "/" ? "/" : `${mount.mountPoint}/`;
		if (!`${path}/`.startsWith(base)) continue;
		if (found === null || mount.mountPoint.length >= found.mountPoint.length) found = mount;
	}
	return found;
}

/**
 * Container engines mount each of these single files over the image's own, whatever the engine and
 * its version; nothing else does that with both.
 */
const GIVEN_BY_ENGINES = ["/etc/hosts", "/etc/resolv.conf"] as const;

/** Whether the mount table is that of a container. */
export const showsContainer = (mounts: readonly Mount[]): boolean =>
	GIVEN_BY_ENGINES.every((path) => mounts.some(({ mountPoint }) => mountPoint === path));
