// Opens a storage with the migrations of one more folder, one of which never ends; killed
// meanwhile.
import { MODULES } from "#src/storage/modules.js";
import { openStorage } from "#src/storage/open.js";
import { configOf } from "./fixture-config.mjs";

const [, , path, folder] = process.argv;
process.stdout.write("migrating\n");
await openStorage({
	config: configOf(path),
	log: { debug() {}, info() {}, warn() {}, error() {}, fatal() {} },
	now: Date.now,
	onLost: () => undefined,
	modules: [...MODULES, { name: "more", migrations: new URL(folder), statements: [] }],
});
