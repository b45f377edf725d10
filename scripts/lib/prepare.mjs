import { ensureBuilt } from "./build.mjs";
import { ensureInstalled } from "./install.mjs";

const NODE_MIN = [20, 19];

function checkNode() {
	const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
	const [majorMin, minorMin] = NODE_MIN;
	if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
	console.error(
		`Savepoint needs Node ${majorMin}.${minorMin} or newer; this is Node ${process.versions.node}. ` +
			"Install a newer one from https://nodejs.org and run the same command again.",
	);
	process.exit(69);
}

/**
 * From whatever this clone is to one that is installed and built; says nothing when it already is.
 */
export async function prepare() {
	checkNode();
	await ensureInstalled();
	await ensureBuilt();
}
