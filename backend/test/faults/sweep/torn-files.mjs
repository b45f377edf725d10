// For the sweep's control: a server that writes its small files in place instead of under another
// name. Loaded before the server, in each of its threads.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { openSync, renameSync } = fs;
const isOurs = (path) => String(path).endsWith(".instance.tmp");
fs.openSync = (path, ...rest) => openSync(isOurs(path) ? path.slice(0, -4) : path, ...rest);
fs.renameSync = (from, to) => (isOurs(from) ? undefined : renameSync(from, to));
syncBuiltinESMExports();
