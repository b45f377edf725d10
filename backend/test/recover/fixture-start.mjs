// Opens the storage at argv[2] as a server's start does, and says when it stands.
import { openStorage } from "#src/storage/open.js";

const ignore = () => undefined;
process.stdout.write("begun\n");
const storage = await openStorage({
	config: {
		engine: "sqlite",
		path: process.argv[2],
		requireVolume: false,
		allowNetworkFileSystem: false,
		testFault: null,
	},
	log: { debug: ignore, info: ignore, warn: ignore, error: ignore, fatal: ignore },
	now: Date.now,
	onLost: ignore,
});
process.stdout.write("open\n");
await storage.close();
