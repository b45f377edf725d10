// What the server would do without its guard: a thread commits until a sync fails, and the process
// then ends with the exit code of a lost storage.
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import Database from "better-sqlite3";

if (isMainThread) {
	const worker = new Worker(new URL(import.meta.url));
	worker.on("message", () => process.exit(74));
} else {
	const database = new Database(process.env.SAVEPOINT_DB_PATH);
	globalThis.database = database;
	database.pragma("journal_mode = wal");
	database.pragma("synchronous = full");
	database.exec("create table t (a)");
	try {
		for (let row = 0; ; row += 1) database.prepare("insert into t values (?)").run(row);
	} catch {
		parentPort.postMessage("failed");
		setInterval(() => undefined, 1_000);
	}
}
