import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Every file below a directory, sorted; none when the directory is not there. */
export function filesUnder(directory) {
	if (!existsSync(directory)) return [];
	return readdirSync(directory, { withFileTypes: true })
		.flatMap((entry) => {
			const path = join(directory, entry.name);
			return entry.isDirectory() ? filesUnder(path) : [path];
		})
		.sort();
}
