// Another program: holds the write lock of the database in argv[2] until its input ends.
import Database from "better-sqlite3";

const database = new Database(process.argv[2]);
database.exec("BEGIN EXCLUSIVE");
process.stdout.write("held\n");
process.stdin.on("data", () => {});
process.stdin.on("end", () => {
	database.exec("ROLLBACK");
	database.close();
	process.exit(0);
});
